//! What is asked about subjects: the keys that bear on it, and when their documents say yes.

use keyaki_eval::{AskedKeys, Caller, Forms, Formula, Layer, Profile, StatementRef, names};
use keyaki_ir::{Effect, Statement};
use keyaki_symbolic::{Ask, Side};

use crate::callers::CallerCase;
use crate::own::OwnPolicies;
use crate::{Subject, owner};

/// A question about all subjects together.
#[derive(Clone, Debug)]
pub(crate) struct Asked<'s> {
    pub(crate) subjects: &'s [&'s Subject],
    pub(crate) asked: AskedKeys,
    pub(crate) same_account: bool,
}

impl<'s> Asked<'s> {
    pub(crate) fn new(subjects: &'s [&'s Subject]) -> Self {
        let asked: Vec<AskedKeys> = subjects.iter().map(|s| AskedKeys::of(&s.policies)).collect();
        Asked { subjects, asked: AskedKeys::union(&asked), same_account: false }
    }

    /// The same where caller and resource belong to one account, or do not.
    pub(crate) fn with(&self, same_account: bool) -> Self {
        Asked { same_account, ..self.clone() }
    }

    /// The keys that the policies ask for.
    pub(crate) fn asked(&self) -> &AskedKeys {
        &self.asked
    }

    /// Whether decisions over several layers are asked about, rather than what documents say.
    pub(crate) fn is_layered(&self) -> bool {
        self.subjects.iter().any(|s| s.layer.is_none())
    }

    /// What holds of the requests of exactly this caller.
    pub(crate) fn of(&self, case: &CallerCase) -> Formula<Ask> {
        let keys = case.requirements(&self.asked);
        match self.is_layered() {
            true => {
                let owner = owner::relation(&case.caller, self.same_account, &self.asked);
                Formula::and([keys, owner])
            }
            false => keys,
        }
    }
}

/// Whether caller and resource can belong to the same account, and to different ones; where only
/// documents of one layer are asked about, that makes no difference.
pub(crate) fn topologies(subjects: &[&Subject], case: &CallerCase) -> Vec<bool> {
    let layered = subjects.iter().any(|s| s.layer.is_none());
    match layered && case.caller.account().is_some() {
        true => vec![true, false],
        false => vec![false],
    }
}

/// When documents of one layer say yes: some statement allows and none denies.
pub(crate) fn granted(
    index: usize,
    side: Side<'_>,
    layer: Layer,
    caller: &Caller,
    own: OwnPolicies,
) -> Formula<Ask> {
    let of = |effect: Effect, via: Forms| {
        let statements = side.policies.statements(layer);
        let matching = statements
            .filter(|(_, s)| s.effect() == Some(effect) && names(s, via, caller, side.profile));
        Formula::or(matching.map(|(at, _)| Formula::Atom(Ask::Statement { side: index, at })))
    };
    let allowing = if layer == Layer::Resource { own.ways(caller) } else { forms(layer) };
    Formula::and([of(Effect::Allow, allowing), Formula::not(of(Effect::Deny, forms(layer)))])
}

/// That one statement matches a request of a caller, whom it must name.
pub(crate) fn matches(
    side: usize,
    at: StatementRef,
    statement: &Statement,
    caller: &Caller,
    profile: &Profile,
) -> Formula<Ask> {
    match names(statement, forms(at.layer), caller, profile) {
        true => Formula::Atom(Ask::Statement { side, at }),
        false => Formula::FALSE,
    }
}

/// The ways in which a statement of a layer can name a caller; in some layers none does.
pub(crate) fn forms(layer: Layer) -> Forms {
    match layer {
        Layer::Resource | Layer::Rcp(_) | Layer::Endpoint => Forms::ALL,
        Layer::Identity | Layer::Boundary | Layer::Session | Layer::Scp(_) => Forms::REGARDLESS,
    }
}
