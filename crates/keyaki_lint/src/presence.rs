//! What a test says about the presence of its key alone.
//!
//! A test against `*` looks at no value: what is left of it is whether the key is there.
//! The rules follow the operators' semantics
//! (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html>):
//! a positive test fails and a negated one holds when the key is absent, `…IfExists` and
//! `ForAllValues:` hold then, `ForAnyValue:` fails.

use keyaki_ir::{BaseOperator, ConditionEntry, ConditionValue, Operator, SetOperator};

use crate::context::Context;
use crate::rule::ConditionSite;

/// When a test holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Presence {
    /// When the key is there.
    Present,
    /// When the key is not there.
    Absent,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// When a test against `*` holds; none for any other test.
pub(crate) fn of_star(operator: Option<Operator>, entry: &ConditionEntry) -> Option<Presence> {
    let Operator { set, base, if_exists } = operator?;
    let negated = base == BaseOperator::StringNotLike;
    if !negated && base != BaseOperator::StringLike {
        return None;
    }
    star(entry)?;
    let when_present = !negated;
    let when_absent = if_exists
        || match set {
            None => negated,
            Some(SetOperator::ForAllValues) => true,
            Some(SetOperator::ForAnyValue) => false,
        };
    Some(match (when_present, when_absent) {
        (true, true) => Presence::Always,
        (true, false) => Presence::Present,
        (false, true) => Presence::Absent,
        (false, false) => Presence::Never,
    })
}

/// The value that is `*` alone.
pub(crate) fn star(entry: &ConditionEntry) -> Option<&ConditionValue> {
    entry.values.iter().find(|v| !v.text().is_empty() && v.text().bytes().all(|b| b == b'*'))
}

/// What any test demands of the presence of its key; none where it may hold either way.
pub(crate) fn demand(operator: Option<Operator>, entry: &ConditionEntry) -> Option<Presence> {
    let Operator { set, base, if_exists } = operator?;
    if base == BaseOperator::Null {
        let [value] = entry.values.as_slice() else { return None };
        return match set {
            None if value.text().eq_ignore_ascii_case("true") => Some(Presence::Absent),
            None if value.text().eq_ignore_ascii_case("false") => Some(Presence::Present),
            None | Some(_) => None,
        };
    }
    let needs_key = match set {
        None => !base.is_negated(),
        Some(SetOperator::ForAllValues) => false,
        Some(SetOperator::ForAnyValue) => true,
    };
    of_star(operator, entry)
        .filter(|p| *p != Presence::Always)
        .or_else(|| (needs_key && !if_exists).then_some(Presence::Present))
}

/// Whether another test of the same key in the statement demands the contrary of a test against
/// `*`, so that the two never hold together.
pub(crate) fn is_contradicted(
    cx: &Context<'_>,
    site: ConditionSite<'_>,
    presence: Presence,
) -> bool {
    let contrary = match presence {
        Presence::Present => Presence::Absent,
        Presence::Absent => Presence::Present,
        Presence::Always => return false,
        Presence::Never => return true,
    };
    let conditions = cx.conditions(site.statement);
    conditions.is_some_and(|conditions| conditions.demands(&site.entry.key.value, contrary))
}
