//! Other operators for the same condition.

use keyaki_catalog::KeyType;
use keyaki_diag::Edit;
use keyaki_ir::{BaseOperator, Comparison, ConditionBlock, Operator, Statement};

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
    let texts = |other, remark| {
        let arn = (BaseOperator::ArnLike, ", which compares segment by segment");
        [(other, remark)].into_iter().chain(is_arn.then_some(arn)).collect()
    };
    let targets: Vec<(BaseOperator, &str)> = match base.comparison() {
        Comparison::Text => texts(BaseOperator::StringLike, wildcards),
        Comparison::TextLike => texts(BaseOperator::StringEquals, plain),
        Comparison::Arn => {
            let arns = [BaseOperator::ArnLike, BaseOperator::ArnEquals];
            arns.into_iter().filter(|o| *o != base.positive()).map(|o| (o, "")).collect()
        }
        Comparison::TextInAnyCase
        | Comparison::Number(_)
        | Comparison::Time(_)
        | Comparison::Bool
        | Comparison::Binary
        | Comparison::Address
        | Comparison::Presence => Vec::new(),
    };
    let alike = |(target, remark): (BaseOperator, _)| {
        target.with_negation(base.is_negated()).map(|target| (target, remark))
    };
    targets.into_iter().filter_map(alike).collect()
}
