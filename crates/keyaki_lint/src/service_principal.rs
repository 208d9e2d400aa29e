//! Service principals, and the condition keys that tell on whose behalf a service calls.

use keyaki_ir::{
    BaseOperator, ConditionBlock, ConditionEntry, Operator, PrincipalForm, PrincipalGroup,
    PrincipalKey, Statement,
};

/// The keys that name the resource, account or organisation for which a service calls.
const SOURCE_KEYS: [&str; 4] =
    ["aws:SourceArn", "aws:SourceAccount", "aws:SourceOrgID", "aws:SourceOrgPaths"];

/// What to do about a service that may call for anybody.
pub(crate) const USE_SOURCE_KEYS: &str = "add a condition on `aws:SourceArn`, \
    `aws:SourceAccount`, `aws:SourceOrgID` or `aws:SourceOrgPaths`";

/// Keys that were used for the same before there were source keys.
const FORMER_SOURCE_KEYS: [&str; 2] = ["aws:Referer", "aws:SourceOwner"];

/// The `Service` group of a statement's `Principal`, unless it is empty.
pub(crate) fn services(statement: &Statement) -> Option<&PrincipalGroup> {
    let groups = match &statement.principal.as_ref()?.form {
        PrincipalForm::Map(groups) => groups,
        PrincipalForm::Any | PrincipalForm::Wrong => return None,
    };
    let service = |g: &&PrincipalGroup| g.kind == Some(PrincipalKey::Service);
    groups.iter().find(service).filter(|g| !g.entries.is_empty())
}

/// Whether the key names the source of a service's call.
pub(crate) fn is_source_key(entry: &ConditionEntry) -> bool {
    SOURCE_KEYS.iter().any(|key| entry.is(key))
}

/// Whether the key was used to name the source before there were keys for it.
pub(crate) fn is_former_source_key(entry: &ConditionEntry) -> bool {
    FORMER_SOURCE_KEYS.iter().any(|key| entry.is(key))
}

/// Whether a test lets pass only requests with certain values of the key, or without the key.
pub(crate) fn selects(block: &ConditionBlock, entry: &ConditionEntry) -> bool {
    let positive = |o: Operator| !o.base.is_negated() && o.base != BaseOperator::Null;
    // An operator that does not exist may be meant so.
    block.operator.operator.is_none_or(positive) && !entry.values.iter().any(|v| v.text() == "*")
}
