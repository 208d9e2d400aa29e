//! Elements that are not there, and those that are there and empty.

use keyaki_ir::{Operator, near};
use keyaki_syntax::{NodeId, NodeKind, Value};

use crate::context::Context;
use crate::rule::ConditionSite;

/// Whether an object has none of these elements.
///
/// An element that is misspelt or has lost its value counts as written:
/// what is wrong with it is said where it stands.
pub(crate) fn lacks(object: Option<Value<'_>>, names: &[&str]) -> bool {
    object.is_some_and(|object| {
        object.kind() == NodeKind::Object
            && !object.members().any(|m| near::nearest(m.name(), names.iter().copied()).is_some())
    })
}

/// Whether the value is `[]`.
pub(crate) fn is_empty_list(cx: &Context<'_>, origin: NodeId) -> bool {
    cx.node(origin).is_some_and(|v| v.kind() == NodeKind::Array && v.elements().next().is_none())
}

/// Whether the value is `{}`.
pub(crate) fn is_empty_object(cx: &Context<'_>, origin: NodeId) -> bool {
    cx.node(origin).is_some_and(|v| v.kind() == NodeKind::Object && v.members().next().is_none())
}

/// The operator of a condition key that is compared with `[]`.
pub(crate) fn operator_without_values(
    cx: &Context<'_>,
    site: ConditionSite<'_>,
) -> Option<Operator> {
    let empty = site.entry.values.is_empty() && is_empty_list(cx, site.entry.origin);
    site.block.operator.operator.filter(|_| empty)
}
