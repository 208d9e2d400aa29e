//! Other operators for the same condition.

use keyaki_catalog::KeyType;
use keyaki_diag::Edit;
use keyaki_ir::{BaseOperator, ConditionBlock, Operator, Statement};

use super::refactoring::Refactoring;
use crate::Document;
use crate::facts::key_type;

/// The conversions of an operator: with or without wildcards, texts as ARNs.
pub(super) fn convert(
    document: &Document,
    statement: &Statement,
    block: &ConditionBlock,
) -> Vec<Refactoring> {
    let Some(operator) = block.operator.operator else { return Vec::new() };
    let targets = targets(document, operator.base, block);
    let convert = |(base, remark): (BaseOperator, &str)| {
        let name = Operator { base, ..operator }.name();
        let blocks = statement.condition.iter().flat_map(|c| &c.blocks);
        let is_taken = blocks.clone().any(|b| b.operator.text.eq_ignore_ascii_case(&name));
        let range = document.inside(block.operator.origin);
        let title = format!("Convert to `{name}`{remark}");
        (!is_taken).then(|| Refactoring { title, edits: vec![Edit { range, replacement: name }] })
    };
    targets.into_iter().filter_map(convert).collect()
}

/// The operators that may be meant instead, with what changes.
fn targets(
    document: &Document,
    base: BaseOperator,
    block: &ConditionBlock,
) -> Vec<(BaseOperator, &'static str)> {
    let mut values = block.entries.iter().flat_map(|entry| &entry.values);
    let has_wildcards = values.any(|value| value.pattern.has_wildcard());
    let kind = |name: &str| key_type(document.catalog(), name).map(KeyType::element);
    let is_arn = block.entries.iter().all(|e| kind(&e.key.value) == Some(KeyType::Arn));
    let wildcards = if has_wildcards { ", where `*` and `?` are wildcards" } else { "" };
    let plain = if has_wildcards { ", where `*` and `?` are plain text" } else { "" };
    let pair = |other, remark, arn| {
        let mut targets = vec![(other, remark)];
        targets.extend(is_arn.then_some((arn, ", which compares segment by segment")));
        targets
    };
    match base {
        BaseOperator::StringEquals => {
            pair(BaseOperator::StringLike, wildcards, BaseOperator::ArnLike)
        }
        BaseOperator::StringNotEquals => {
            pair(BaseOperator::StringNotLike, wildcards, BaseOperator::ArnNotLike)
        }
        BaseOperator::StringLike => pair(BaseOperator::StringEquals, plain, BaseOperator::ArnLike),
        BaseOperator::StringNotLike => {
            pair(BaseOperator::StringNotEquals, plain, BaseOperator::ArnNotLike)
        }
        BaseOperator::ArnEquals => vec![(BaseOperator::ArnLike, "")],
        BaseOperator::ArnLike => vec![(BaseOperator::ArnEquals, "")],
        BaseOperator::ArnNotEquals => vec![(BaseOperator::ArnNotLike, "")],
        BaseOperator::ArnNotLike => vec![(BaseOperator::ArnNotEquals, "")],
        BaseOperator::StringEqualsIgnoreCase
        | BaseOperator::StringNotEqualsIgnoreCase
        | BaseOperator::NumericEquals
        | BaseOperator::NumericNotEquals
        | BaseOperator::NumericLessThan
        | BaseOperator::NumericLessThanEquals
        | BaseOperator::NumericGreaterThan
        | BaseOperator::NumericGreaterThanEquals
        | BaseOperator::DateEquals
        | BaseOperator::DateNotEquals
        | BaseOperator::DateLessThan
        | BaseOperator::DateLessThanEquals
        | BaseOperator::DateGreaterThan
        | BaseOperator::DateGreaterThanEquals
        | BaseOperator::Bool
        | BaseOperator::BinaryEquals
        | BaseOperator::IpAddress
        | BaseOperator::NotIpAddress
        | BaseOperator::Null => Vec::new(),
    }
}
