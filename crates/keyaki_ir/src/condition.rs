//! The `Condition` element.

use keyaki_syntax::{NodeId, NodeKind};

use crate::{Operator, Pattern, Shape, Text};

/// `Condition`: all blocks must hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    /// The element's value.
    pub origin: NodeId,
    /// One block for each operator, in order.
    pub blocks: Vec<ConditionBlock>,
}

/// An operator with the keys it is applied to; all of them must match.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConditionBlock {
    /// The operator.
    pub operator: OperatorElement,
    /// The value that holds the keys.
    pub origin: NodeId,
    /// Whether that value is an object.
    pub is_object: bool,
    /// The keys in order, duplicates included.
    pub entries: Vec<ConditionEntry>,
}

/// An operator as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OperatorElement {
    /// The text.
    pub text: Box<str>,
    /// The node of the name.
    pub origin: NodeId,
    /// The operator, if there is one of that name.
    pub operator: Option<Operator>,
}

/// A condition key with the values to compare it with; one of them must match, or, for a negated
/// operator, none may.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConditionEntry {
    /// The key. Letter case does not count.
    pub key: Text,
    /// The value: a scalar or a list.
    pub origin: NodeId,
    /// One value or a list.
    pub shape: Shape,
    /// The values that are scalars.
    pub values: Vec<ConditionValue>,
}

impl ConditionEntry {
    /// The part of the key before the first colon; none without a colon.
    #[inline]
    pub fn prefix(&self) -> Option<&str> {
        self.key.value.split_once(':').map(|(prefix, _)| prefix)
    }

    /// Whether this is the key of that name, in any letter case.
    #[inline]
    pub fn is(&self, key: &str) -> bool {
        self.key.value.eq_ignore_ascii_case(key)
    }

    /// Whether the key is `prefix` followed by anything, in any letter case.
    #[inline]
    pub fn starts_with(&self, prefix: &str) -> bool {
        let key = self.key.value.as_bytes();
        key.get(..prefix.len()).is_some_and(|k| k.eq_ignore_ascii_case(prefix.as_bytes()))
    }
}

/// One value of a condition key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConditionValue {
    /// The text, with its variables; of a number or bool as it is written.
    pub pattern: Pattern,
    /// The scalar in the source.
    pub origin: NodeId,
    /// String, number or bool.
    pub json: NodeKind,
}

impl ConditionValue {
    /// The text as written.
    #[inline]
    pub fn text(&self) -> &str {
        self.pattern.text()
    }
}
