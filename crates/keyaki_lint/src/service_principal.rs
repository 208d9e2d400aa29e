//! Service principals, and the condition keys that tell on whose behalf a service calls.

use keyaki_ir::{ConditionEntry, PrincipalForm, PrincipalGroup, PrincipalKey, Statement};

/// The keys that name the resource, account or organisation for which a service calls.
pub(crate) const SOURCE_KEYS: [&str; 4] =
    ["aws:SourceArn", "aws:SourceAccount", "aws:SourceOrgID", "aws:SourceOrgPaths"];

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
