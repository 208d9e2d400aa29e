//! Private addresses under `aws:SourceIp`, which only ever holds public ones.
//!
//! Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-sourceip>.

use keyaki_ir::ip::Cidr;
use keyaki_ir::{BaseOperator, ConditionValue};

use crate::rule::ConditionSite;

/// How many of the values are private.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Private {
    /// Every one.
    All,
    /// Some, but not all.
    Some,
}

/// The share of private addresses in a test of `aws:SourceIp` by that operator.
pub(crate) fn private(site: ConditionSite<'_>, operator: BaseOperator) -> Option<Private> {
    let is_such = site.block.operator.operator.is_some_and(|o| o.base == operator)
        && site.entry.is("aws:SourceIp");
    if !is_such {
        return None;
    }
    let values = &site.entry.values;
    match values.iter().filter(|v| is_private(v)).count() {
        0 => None,
        n if n == values.len() => Some(Private::All),
        _ => Some(Private::Some),
    }
}

/// Whether a value is a range of private addresses only.
pub(crate) fn is_private(value: &ConditionValue) -> bool {
    Cidr::parse(value.text()).is_some_and(Cidr::is_private)
}
