//! Which actions of the catalogue statements name, and what a policy grants of them.

use std::cell::RefCell;
use std::collections::HashMap;

use keyaki_catalog::{Action, ActionSet, Catalog};
use keyaki_ir::glob::{self, Case};
use keyaki_ir::{ActionPattern, Effect, Policy, ResourcePattern, Statement};

use crate::context::Context;

/// The actions of statements that allow, without those that some statement denies to everybody,
/// on everything and without condition.
pub fn allowed(catalog: &Catalog, policy: &Policy) -> ActionSet {
    Granted::new(catalog, policy).allowed
}

/// What a policy grants, action by action.
pub(crate) struct Granted {
    /// The actions that each statement names.
    pub(crate) named: Vec<ActionSet>,
    /// What [`allowed`] gives.
    pub(crate) allowed: ActionSet,
    /// Whether the actions that these statements name and no others are granted: statements tell
    /// actions apart by naming them alone.
    answers: RefCell<HashMap<Vec<usize>, bool>>,
}

impl Granted {
    pub(crate) fn new(catalog: &Catalog, policy: &Policy) -> Granted {
        let named: Vec<ActionSet> = policy.statements.iter().map(|s| actions(catalog, s)).collect();
        let mut allowed = ActionSet::new();
        let statements = || policy.statements.iter().zip(&named);
        statements().filter(|(s, _)| allows(s)).for_each(|(_, set)| allowed.union_with(set));
        let outright = statements().filter(|(s, _)| denies_outright(s));
        outright.for_each(|(_, set)| allowed.subtract(set));
        Granted { named, allowed, answers: RefCell::default() }
    }

    /// Whether the policy allows some request for an action.
    pub(crate) fn has(&self, cx: &Context<'_>, action: Action<'_>) -> bool {
        let numbered = self.named.iter().enumerate();
        let naming = numbered.filter(|(_, set)| set.contains(action.id()));
        let naming: Vec<usize> = naming.map(|(number, _)| number).collect();
        let bear = || naming.iter().map(|number| &cx.policy().statements[*number]);
        if bear().any(|s| allows(s) && s.condition.is_none()) && !bear().any(denies) {
            return true;
        }
        if let Some(known) = self.answers.borrow().get(&naming) {
            return *known;
        }
        let meaning = cx.meaning();
        let answer = meaning.is_some_and(|m| m.grants(cx.catalog(), &action.full_name()));
        self.answers.borrow_mut().insert(naming, answer);
        answer
    }
}

fn denies_outright(statement: &Statement) -> bool {
    let mut resources = statement.resource.iter().flat_map(|element| &element.entries);
    statement.effect() == Some(Effect::Deny)
        && statement.condition.is_none()
        && statement.principal_elements().next().is_none()
        && resources.any(ResourcePattern::is_star)
}

/// The actions that a statement names.
pub fn actions(catalog: &Catalog, statement: &Statement) -> ActionSet {
    let mut set = ActionSet::new();
    for element in statement.action_elements() {
        let mut named = ActionSet::new();
        for entry in &element.entries {
            named.union_with(&catalog.expand(&entry.text));
        }
        let named = if element.negated { catalog.expand("*").difference(&named) } else { named };
        set.union_with(&named);
    }
    set
}

/// Whether a statement allows.
pub(crate) fn allows(statement: &Statement) -> bool {
    statement.effect() == Some(Effect::Allow)
}

/// Whether a statement denies.
pub(crate) fn denies(statement: &Statement) -> bool {
    statement.effect() == Some(Effect::Deny)
}

/// Where a statement allows every action on every resource without condition, as `*` on `*` does.
pub(crate) fn grants_everything(statement: &Statement) -> Option<&ActionPattern> {
    let mut resources = statement.resource.iter().flat_map(|e| &e.entries);
    let is_plain = allows(statement) && statement.condition.is_none();
    every_action(statement).filter(|_| is_plain && resources.any(is_every_resource))
}

/// The entry with which a statement names every action: `*`, `**`, `*:*`.
pub(crate) fn every_action(statement: &Statement) -> Option<&ActionPattern> {
    let mut entries = statement.action.iter().flat_map(|e| &e.entries);
    entries.find(|e| e.text.contains('*') && e.text.bytes().all(|b| matches!(b, b'*' | b':')))
}

/// Whether a statement names an action.
pub(crate) fn names(statement: &Statement, action: &str) -> bool {
    let named = |e: &ActionPattern| glob::matches(&e.text, action, Case::Insensitive);
    let lists = |entries: &[ActionPattern]| entries.iter().any(named);
    statement.action.as_ref().is_some_and(|e| lists(&e.entries))
        || statement.not_action.as_ref().is_some_and(|e| !lists(&e.entries))
}

/// Where a statement names an action: the entry, or the whole `NotAction`.
pub(crate) fn where_named(statement: &Statement, action: &str) -> keyaki_syntax::NodeId {
    let named = |e: &&ActionPattern| glob::matches(&e.text, action, Case::Insensitive);
    let entry = statement.action.iter().flat_map(|e| &e.entries).find(named);
    let left = statement.not_action.as_ref().map(|e| e.origin);
    entry.map(|e| e.origin).or(left).unwrap_or(statement.origin)
}

/// Whether a pattern holds every resource of a partition, however it is spelled: `*`, `**`,
/// `arn:*`, `arn:aws:*:*:*:*`.
pub(crate) fn is_every_resource(entry: &ResourcePattern) -> bool {
    let text = entry.text();
    let rest = text.strip_prefix("arn:").unwrap_or(text);
    let rest = match rest.split_once(':') {
        Some((partition, rest)) if partition.starts_with("aws") => rest,
        Some(_) | None => rest,
    };
    rest.contains('*') && rest.bytes().all(|b| matches!(b, b'*' | b':'))
}

/// Whether a grant of an action can be scoped to resources.
pub(crate) fn can_be_scoped(action: Action<'_>) -> bool {
    action.resources().next().is_some()
}

/// The actions of a set by their views.
pub(crate) fn views<'c>(
    catalog: &'c Catalog,
    set: &ActionSet,
) -> impl Iterator<Item = Action<'c>> + use<'c> {
    let ids: Vec<_> = set.iter().collect();
    ids.into_iter().filter_map(|id| catalog.action_by_id(id))
}

/// Some names in a sentence: the first few, and how many there are more.
pub(crate) fn listed(names: &[String]) -> String {
    const SHOWN: usize = 5;
    let first: Vec<String> = names.iter().take(SHOWN).map(|n| format!("`{n}`")).collect();
    match names.len().saturating_sub(SHOWN) {
        0 => first.join(", "),
        more => format!("{} and {more} more", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use keyaki_ir::{Arn, Pattern};

    #[test]
    fn every_resource_has_many_spellings() {
        let tree = keyaki_syntax::Tree::parse("{\"Statement\":{\"Resource\":\"*\"}}");
        let policy = keyaki_ir::lower(&tree);
        let origin = policy.origin;
        let is = |text: &str| {
            let arn = Arn::parse(text);
            is_every_resource(&ResourcePattern { pattern: Pattern::new(text), arn, origin })
        };
        assert!(["*", "**", "arn:*", "arn:*:*:*:*:*", "*:*", "arn:aws:*"].iter().all(|t| is(t)));
        assert!(["", "arn:", "arn:aws:", "arn:*:s3:::*", "a*"].iter().all(|t| !is(t)));
    }
}
