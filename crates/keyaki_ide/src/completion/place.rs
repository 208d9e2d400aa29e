//! What is wanted at the cursor, in terms of the policy language.

use super::cursor::{Cursor, Frame};
use crate::Document;

/// What is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place<'t> {
    /// A document that holds nothing yet.
    Document,
    /// The name of an element of the document.
    PolicyName,
    /// The value of `Version`.
    Version,
    /// A statement.
    Statement,
    /// The name of an element of a statement.
    StatementName,
    /// The value of `Effect`.
    Effect,
    /// An action.
    Action,
    /// A resource.
    Resource,
    /// The value of `Principal`: `"*"` or a map.
    Principal,
    /// A kind of principal.
    PrincipalKind,
    /// A principal of that kind.
    PrincipalOf(&'t str),
    /// The value of `Condition`.
    Condition,
    /// A condition operator.
    Operator,
    /// What an operator holds.
    OperatorBlock,
    /// A condition key under that operator.
    Key(&'t str),
    /// A value of a condition key.
    Value {
        /// The operator.
        operator: &'t str,
        /// The key.
        key: &'t str,
    },
}

/// The place of the cursor, and the bracket at which its statement begins.
pub(super) fn place<'t>(
    document: &Document,
    cursor: &Cursor<'t>,
) -> Option<(Place<'t>, Option<u32>)> {
    if cursor.frames.is_empty() {
        let is_blank = document.tree.root().is_none_or(|root| root.range() == cursor.outer());
        return is_blank.then_some((Place::Document, None));
    }
    let base = base(document, cursor)?;
    let frames = cursor.frames.get(base..)?;
    let (policy, rest) = frames.split_first()?;
    if rest.is_empty() {
        return Some((in_policy(policy, cursor.is_name)?, None));
    }
    if policy.name != "Statement" {
        return None;
    }
    let rest = if rest.first().is_some_and(|frame| !frame.is_object) { &rest[1..] } else { rest };
    let Some((statement, rest)) = rest.split_first() else {
        return Some((Place::Statement, None));
    };
    Some((in_statement(statement, rest, cursor.is_name)?, Some(statement.start)))
}

/// Which frame is the policy's object: one that was read as a policy, or the whole document where
/// it has no other names than those of policies.
fn base(document: &Document, cursor: &Cursor<'_>) -> Option<usize> {
    let starts = |frame: &Frame<'_>| {
        let same = |origin| document.range(origin).start == frame.start;
        document.policies().iter().any(|read| same(read.policy.origin))
    };
    if let Some(found) = cursor.frames.iter().position(starts) {
        return Some(found);
    }
    let first = cursor.frames.first()?;
    let mut names = first.entries.iter().chain(&cursor.later);
    let known = |name: &&str| matches!(*name, "Version" | "Id" | "Statement");
    (first.is_object && names.all(known)).then_some(0)
}

fn in_policy(policy: &Frame<'_>, is_name: bool) -> Option<Place<'static>> {
    match policy.name {
        _ if !policy.is_object => None,
        _ if is_name => Some(Place::PolicyName),
        "Version" => Some(Place::Version),
        "Statement" => Some(Place::Statement),
        _ => None,
    }
}

fn in_statement<'t>(statement: &Frame<'t>, rest: &[Frame<'t>], is_name: bool) -> Option<Place<'t>> {
    if !statement.is_object {
        return None;
    }
    if rest.is_empty() && is_name {
        return Some(Place::StatementName);
    }
    match statement.name {
        "Effect" if rest.is_empty() => Some(Place::Effect),
        "Action" | "NotAction" => is_entry(rest).then_some(Place::Action),
        "Resource" | "NotResource" => is_entry(rest).then_some(Place::Resource),
        "Principal" | "NotPrincipal" => in_principal(rest, is_name),
        "Condition" => in_condition(rest, is_name),
        _ => None,
    }
}

/// Whether the frames are at most one list.
fn is_entry(rest: &[Frame<'_>]) -> bool {
    match rest {
        [] => true,
        [list] => !list.is_object,
        _ => false,
    }
}

fn in_principal<'t>(rest: &[Frame<'t>], is_name: bool) -> Option<Place<'t>> {
    let Some((map, rest)) = rest.split_first() else { return Some(Place::Principal) };
    match rest {
        _ if !map.is_object => None,
        [] if is_name => Some(Place::PrincipalKind),
        _ => is_entry(rest).then_some(Place::PrincipalOf(map.name)),
    }
}

fn in_condition<'t>(rest: &[Frame<'t>], is_name: bool) -> Option<Place<'t>> {
    let Some((condition, rest)) = rest.split_first() else { return Some(Place::Condition) };
    if !condition.is_object {
        return None;
    }
    let Some((block, rest)) = rest.split_first() else {
        return Some(if is_name { Place::Operator } else { Place::OperatorBlock });
    };
    if !block.is_object {
        return None;
    }
    if rest.is_empty() && is_name {
        return Some(Place::Key(condition.name));
    }
    is_entry(rest).then_some(Place::Value { operator: condition.name, key: block.name })
}
