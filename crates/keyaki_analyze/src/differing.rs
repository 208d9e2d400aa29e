//! Where two policies of a resource say the same of a caller because the same statements name it.
//!
//! Policies of many statements, one for each principal, differ in few of them where one is made
//! from the other. Whom none of those names is not asked about.

use keyaki_eval::{Caller, Document, Forms, Layer, Profile, names};
use keyaki_ir::Statement;

use crate::Subject;

/// The statements that stand in one of two policies and not in the other; none where that is not
/// looked at, because more than one policy says who may do what.
pub(crate) struct Differing<'s>(Option<Vec<&'s Statement>>);

impl<'s> Differing<'s> {
    /// Of two subjects. What both begin with and what both end with is the same.
    pub(crate) fn of([one, other]: [&'s Subject; 2]) -> Differing<'s> {
        let alone = |s: &'s Subject| s.policies.resource.as_ref().filter(|_| is_of_resource(s));
        let (Some(one), Some(other)) = (alone(one), alone(other)) else { return Differing(None) };
        if one.policy.effective_version() != other.policy.effective_version() {
            return Differing(None);
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
        Differing(Some(one.iter().chain(other).collect()))
    }

    /// Whether the policies may say different things of a caller.
    pub(crate) fn concerns(&self, caller: &Caller, profile: &Profile) -> bool {
        let Differing(Some(statements)) = self else { return true };
        statements.iter().any(|s| names(s, Forms::ALL, caller, profile))
    }
}

fn is_of_resource(subject: &Subject) -> bool {
    subject.layer == Some(Layer::Resource)
}
