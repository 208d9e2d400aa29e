//! What a block or an expression comes to that is written once for any number of items, where it is
//! not known how many these are, or what.
//!
//! It is worked out once, with holes for an item and its key. Their labels tell the loop, so that
//! equal labels stand for equal values in one turn; each turn may have others.

use std::borrow::Cow;

use hcl_edit::Decorated;
use hcl_edit::expr::TraversalOperator;
use keyaki_diag::TextRange;

use super::evaluate::{BYTES_PER_STEP, Evaluator, Scope, attribute};
use super::label::{MAX_LABEL, MAX_NOTE};
use crate::host::value::{Kind, Value};
use crate::host::written::plain_label;

/// What stands between the name of something that each turn may have another value of, and the place
/// of the loop.
const LOOP: &str = " in the loop at ";

/// Whether a label is of something that each turn of a loop may have another value of.
pub(super) fn is_in_loop(label: &str) -> bool {
    label.contains(LOOP)
}

/// A loop of which not all turns are known.
pub(super) struct Loop<'s> {
    range: TextRange,
    /// Where it is.
    place: String,
    /// How it is written as a part of a body, with the loops around it that it depends on; of one
    /// that is too long to be noted, no more than shows that.
    pub(super) text: Cow<'s, str>,
}

impl<'s> Loop<'s> {
    fn new(before: &str, range: TextRange, scope: Scope<'s>) -> Loop<'s> {
        let at = scope.file.place(range);
        // Without colons, which separate the parts of ARNs.
        let place = format!("{LOOP}{}({},{})", scope.file.name(), at.line, at.column);
        let own = range.slice(&scope.file.text);
        Loop { range, place, text: with_loops(before, own, scope) }
    }
}

/// A text as a part of a body, with the loops around it that it depends on.
pub(super) fn with_loops<'s>(before: &str, own: &'s str, scope: Scope<'s>) -> Cow<'s, str> {
    if own.len() > MAX_NOTE {
        return Cow::Borrowed(own);
    }
    let mut text = format!("{before}{own}");
    for around in scope.loops_in(own) {
        if text.len() <= MAX_NOTE {
            text.extend(["\n", around.get(..=MAX_NOTE).unwrap_or(around)]);
        }
    }
    Cow::Owned(text)
}

impl Evaluator<'_> {
    /// A loop, with what stands before it in a body; none where it is more work than is left.
    pub(super) fn any_loop<'s>(
        &self,
        before: &str,
        range: TextRange,
        scope: Scope<'s>,
    ) -> Option<Loop<'s>> {
        let weight = range.len() as usize / BYTES_PER_STEP;
        self.take(1 + weight).then(|| Loop::new(before, range, scope))
    }

    /// What a name stands for in any of the turns.
    pub(super) fn in_any_turn(&self, name: &str, turns: &Loop<'_>, scope: Scope<'_>) -> Value {
        let varies = scope.varies_in(&turns.text);
        let label = format!("{name}{}", turns.place);
        Value::hole(self.told(label, &turns.text, varies, scope), turns.range)
    }

    /// Any number of what one turn comes to; a hole where that is not even a block or an object. So
    /// it is in proofs where turns may decide a condition in one way and in the other, which are
    /// not like one turn.
    pub(super) fn any_number(
        &self,
        turns: &Loop<'_>,
        scope: Scope<'_>,
        one: impl FnOnce() -> Value,
    ) -> Value {
        let before = self.mixed.get();
        let one = one();
        if self.mixed.get() != before && !scope.block.is_empty() {
            return self.unknown(turns.range, scope);
        }
        let number = self.in_any_turn("turns", turns, scope);
        match (&number.kind, &one.kind) {
            (Kind::Hole(label), Kind::Map(_)) => {
                Value::new(one.range, Kind::Repeated(label.clone(), one.into()))
            }
            _ => self.unknown(turns.range, scope),
        }
    }

    /// An attribute of what is another value in each turn.
    pub(super) fn attribute_in_loop(
        &self,
        value: &Value,
        operators: &[Decorated<TraversalOperator>],
    ) -> Option<Value> {
        let Kind::Hole(label) = &value.kind else { return None };
        let (name, place) = label.split_once(LOOP)?;
        let steps: Vec<&str> = operators.iter().map(|o| attribute(o)).collect::<Option<_>>()?;
        let own = format!("{name}.{}{LOOP}{place}", steps.join("."));
        if own.chars().count() > MAX_LABEL {
            return None;
        }
        let mut notes = self.notes.borrow_mut();
        if let Some(note) = notes.get(&plain_label(label)).cloned() {
            notes.insert(plain_label(&own), note);
        }
        Some(Value::hole(own, value.range))
    }
}

/// The items of a collection that are known to be in it, with their keys, though there may be more;
/// none of what is no collection.
pub(super) fn certain(
    collection: &Value,
    key_of: impl Fn(&Value) -> Value,
) -> Option<Vec<(Value, &Value)>> {
    match &collection.kind {
        Kind::List(items) => {
            let known = items.iter().filter(|item| !item.is_hole());
            Some(known.map(|item| (key_of(item), item)).collect())
        }
        // Names that are not known may be one name.
        Kind::Map(_) | Kind::Hole(_) => Some(Vec::new()),
        Kind::Text(_)
        | Kind::Bool(_)
        | Kind::Number(_)
        | Kind::Null
        | Kind::Json(_)
        | Kind::Repeated(..) => None,
    }
}
