//! Whom the statements name in which two policies of a resource differ.
//!
//! Policies of many statements, one for each principal, differ in few of them where one is made
//! from the other. Whom none of those names is granted the same by both where nothing else is asked
//! about; over several layers what the resource is may hang on all its statements together, so that
//! the others are only asked about last.

use keyaki_eval::{Caller, Document, Forms, Layer, Profile, names};
use keyaki_ir::Statement;

use crate::Subject;
use crate::callers::CallerCase;

/// The statements that stand in one of two policies and not in the other; none where that is not
/// known.
pub(crate) struct Differing<'s> {
    statements: Option<Vec<&'s Statement>>,
    /// Whether these alone decide in what the subjects differ.
    is_all: bool,
}

impl<'s> Differing<'s> {
    /// Nothing is known of what differs.
    pub(crate) const UNKNOWN: Differing<'static> = Differing { statements: None, is_all: false };

    /// Of two subjects. What both policies begin with and what both end with is the same.
    pub(crate) fn of(subjects: [&'s Subject; 2]) -> Differing<'s> {
        let [Some(one), Some(other)] = subjects.map(|s| s.policies.resource.as_ref()) else {
            return Differing::UNKNOWN;
        };
        let is_all = subjects.iter().all(|s| s.layer == Some(Layer::Resource));
        if one.policy.effective_version() != other.policy.effective_version() {
            return Differing::UNKNOWN;
        }
        let statements = |d: &'s Document| d.policy.statements.as_slice();
        let (mut one, mut other) = (statements(one), statements(other));
        while let ([a, rest @ ..], [b, more @ ..]) = (one, other)
            && a == b
        {
            (one, other) = (rest, more);
        }
        while let ([rest @ .., a], [more @ .., b]) = (one, other)
            && a == b
        {
            (one, other) = (rest, more);
        }
        Differing { statements: Some(one.iter().chain(other).collect()), is_all }
    }

    /// The cases to ask about, those first that the statements name.
    pub(crate) fn bearing(&self, cases: Vec<CallerCase>, profile: &Profile) -> Vec<CallerCase> {
        let Some(statements) = &self.statements else { return cases };
        let is_named = |caller: &Caller| {
            statements.iter().any(|s| {
                s.principal_elements().next().is_none() || names(s, Forms::ALL, caller, profile)
            })
        };
        let (mut named, others): (Vec<_>, Vec<_>) =
            cases.into_iter().partition(|case| is_named(&case.caller));
        if !self.is_all {
            named.extend(others);
        }
        named
    }
}
