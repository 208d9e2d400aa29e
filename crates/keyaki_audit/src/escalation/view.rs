//! What the layers of a caller say about one action.

use std::rc::Rc;

use keyaki_eval::{AskedKeys, Layer, Policies};
use keyaki_ir::glob::{self, Case};
use keyaki_ir::{Effect, Statement};

use super::request::{Asking, By};
use crate::layered::Layered;

/// What the layers of a caller say about an action.
pub(crate) struct View {
    pub(crate) layered: Layered,
    /// The keys that they ask for.
    pub(crate) asked: AskedKeys,
    /// Whether they say the same about every resource.
    pub(crate) is_uniform: bool,
    /// The statements of its identity policies that allow it.
    pub(crate) allows: Vec<Statement>,
}

impl Asking<'_> {
    pub(crate) fn view(&self, by: By, action: &'static str) -> Rc<View> {
        if let Some(known) = self.shared.views.borrow().get(&(by, action)) {
            return known.clone();
        }
        let snapshot = self.ground.auditor.snapshot;
        let layers = Layered::about(action);
        let layered = match (by, self.principal(by), self.hold) {
            (By::Held, Some(principal), Some(hold)) => {
                hold.layered(layers, principal, snapshot, self.ground.auditor.catalog)
            }
            (_, Some(principal), _) => layers.with_principal(snapshot, principal).0,
            (_, None, _) => layers,
        };
        let of_identity = layered.policies.statements(Layer::Identity).map(|(_, s)| s);
        let allows = of_identity.filter(|s| s.effect() == Some(Effect::Allow)).cloned().collect();
        let asked = AskedKeys::of(&layered.policies);
        let is_uniform = is_uniform(&layered.policies, &asked);
        let view = Rc::new(View { layered, asked, is_uniform, allows });
        self.shared.views.borrow_mut().insert((by, action), view.clone());
        view
    }

    /// Whether some identity policy may allow an action, on whatever.
    pub(crate) fn may(&self, by: By, action: &'static str) -> bool {
        !self.view(by, action).allows.is_empty()
    }

    /// Whether some identity policy may allow an action on a resource, whatever else says no.
    pub(crate) fn may_on(&self, by: By, action: &'static str, on: &str) -> bool {
        self.view(by, action).allows.iter().any(|s| may_match(s, on))
    }
}

/// Whether no statement and no key tells resources apart.
fn is_uniform(policies: &Policies, asked: &AskedKeys) -> bool {
    let is_of_all = |s: &Statement| {
        let mut entries = s.resource.iter().flat_map(|e| &e.entries);
        s.not_resource.is_none() && entries.any(|e| e.is_star())
    };
    let mut statements = policies.layers().into_iter().flat_map(|l| policies.statements(l));
    let tells = |key: &str| {
        key.starts_with("aws:resource")
            || key.starts_with("iam:resourcetag/")
            || matches!(key, "iam:permissionsboundary" | "aws:requestedregion")
    };
    statements.all(|(_, s)| is_of_all(s)) && !asked.iter().any(tells)
}

/// Whether the resource element of a statement may match; variables match everything here.
pub(crate) fn may_match(statement: &Statement, on: &str) -> bool {
    let Some(element) = &statement.resource else { return statement.not_resource.is_some() };
    element.entries.iter().any(|e| {
        let text = e.text();
        text.contains('$') || text == "*" || glob::matches(text, on, Case::Insensitive)
    })
}
