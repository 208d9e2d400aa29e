//! The labels of what is not known: what is written for it, told apart where the same text may come
//! to another value, and noted where its value is asked for between two revisions.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use hcl_edit::Decorated;
use hcl_edit::expr::{Expression, TraversalOperator};
use keyaki_diag::TextRange;

use super::attached::range_of;
use super::evaluate::{Evaluator, Scope};
use super::turn::with_loops;
pub(super) use crate::host::value::OF;
use crate::host::value::{Kind, Value};
use crate::host::written::plain_label;

/// The longest label of a reference, in characters.
pub(super) const MAX_LABEL: usize = 250;

/// The longest label with its block, in characters.
const MAX_WHOLE_LABEL: usize = 290;

/// The longest expression that is noted.
pub(super) const MAX_NOTE: usize = 4000;

/// Whether an expression may depend on which one of several blocks it stands in.
pub(super) fn mentions_iteration(text: &str) -> bool {
    let mut words = text.split(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '-')));
    words.any(|word| matches!(word, "each" | "count" | "self"))
}

/// An expression without line breaks. White space in texts is left as it is.
pub(super) fn on_one_line(text: &str) -> String {
    if text.contains('"') || text.contains("<<") {
        return text.to_owned();
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

impl Evaluator<'_> {
    /// A value of which nothing is known, told apart from all others by its place.
    pub(super) fn unknown(&self, range: TextRange, scope: Scope<'_>) -> Value {
        let file = scope.file.path.file_name().unwrap_or_default().to_string_lossy();
        let label = format!("… at {file}:{}", range.start);
        Value::hole(self.told_apart(label, range.slice(&scope.file.text), scope), range)
    }

    /// The label of an expression. Where it depends on names that are bound, or on which one of
    /// several blocks is meant, it may come to something else each time.
    fn told_apart(&self, label: String, text: &str, scope: Scope<'_>) -> String {
        if scope.loops_in(text).next().is_none() {
            return self.told(label, text, scope.binds_in(text), scope);
        }
        let text = with_loops("value = ", text, scope);
        self.told(label, &text, scope.varies_in(&text), scope)
    }

    /// The label of what is written so, and may come to something else each time or not.
    pub(super) fn told(
        &self,
        mut label: String,
        text: &str,
        varies: bool,
        scope: Scope<'_>,
    ) -> String {
        if varies {
            self.count.set(self.count.get() + 1);
            label = format!("{label} #{}", self.count.get());
        }
        if scope.block.is_empty() {
            return label;
        }
        if mentions_iteration(text) {
            label = format!("{label}{OF}{}", scope.block);
        }
        if label.chars().count() > MAX_WHOLE_LABEL {
            let mut hasher = DefaultHasher::new();
            label.hash(&mut hasher);
            label = format!("… #{:016x}", hasher.finish());
        }
        if !varies && text.len() <= MAX_NOTE {
            self.notes.borrow_mut().insert(plain_label(&label), text.to_owned());
        }
        label
    }

    /// What is assumed about a condition that is written so.
    pub(super) fn assume(&self, text: &str, scope: Scope<'_>) -> bool {
        self.assume_that(&on_one_line(text), text, scope)
    }

    /// What is assumed about something that an expression decides.
    pub(super) fn assume_that(&self, what: &str, text: &str, scope: Scope<'_>) -> bool {
        let name = self.told_apart(what.to_owned(), text, scope);
        if scope.loops_in(text).next().is_some() {
            self.mixed.set(self.mixed.get() + 1);
        }
        self.seen.borrow_mut().insert(name.clone());
        self.assumed.named.get(&name).copied().unwrap_or(self.assumed.others)
    }

    /// The hole of a reference. One with an index that is worked out is told apart by its place.
    pub(super) fn reference(
        &self,
        root: &str,
        operators: &[Decorated<TraversalOperator>],
        range: TextRange,
        scope: Scope<'_>,
    ) -> Value {
        match self.label(root, operators, scope) {
            Some(label) => {
                let scope = Scope { bound: None, ..scope };
                Value::hole(self.told_apart(label.clone(), &label, scope), range)
            }
            None => self.unknown(range, scope),
        }
    }

    /// A reference as it is written, with the indices that are known; none where several may be
    /// meant. Labels that are too long are no longer told apart, so that there are none.
    pub(super) fn label(
        &self,
        root: &str,
        operators: &[Decorated<TraversalOperator>],
        scope: Scope<'_>,
    ) -> Option<String> {
        let mut label = root.to_owned();
        for operator in operators {
            match operator.value() {
                TraversalOperator::GetAttr(name) => label += &format!(".{}", name.as_str()),
                TraversalOperator::LegacyIndex(index) => label += &format!(".{}", **index),
                TraversalOperator::Index(index) => {
                    label += &format!("[{}]", self.index(index, scope)?);
                }
                TraversalOperator::AttrSplat(_) | TraversalOperator::FullSplat(_) => return None,
            }
        }
        (label.chars().count() <= MAX_LABEL).then_some(label)
    }

    /// An index as it is written, or what it comes to.
    fn index(&self, index: &Expression, scope: Scope<'_>) -> Option<String> {
        let written = range_of(index).slice(&scope.file.text);
        if matches!(index, Expression::String(_) | Expression::Number(_)) {
            return Some(written.to_owned());
        }
        if scope.block.is_empty() {
            return None;
        }
        let value = self.value(index, scope);
        match (&value.kind, value.plain()) {
            (Kind::Number(number), _) => Some(number.clone()),
            (_, Some(text)) => Some(format!("\"{text}\"")),
            _ if scope.bound.is_some() => None,
            _ => Some(on_one_line(written)),
        }
    }
}
