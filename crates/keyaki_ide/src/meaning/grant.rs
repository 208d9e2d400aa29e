//! How many actions a policy or a statement is about.

use keyaki_catalog::{AccessLevel, ActionSet, Catalog};
use keyaki_ir::{Effect, Policy, Statement};

use crate::facts::{actions, allowed, count, members};

/// A policy in a few words: `grants 37 actions, 2 write`.
pub(super) fn policy_in_short(catalog: &Catalog, policy: &Policy) -> String {
    let mut effects = policy.statements.iter().filter_map(Statement::effect).peekable();
    if effects.peek().is_none() || effects.any(|effect| effect == Effect::Allow) {
        return format!("grants {}", in_short(catalog, &allowed(catalog, policy)));
    }
    let mut denied = ActionSet::new();
    policy.statements.iter().for_each(|s| denied.union_with(&actions(catalog, s)));
    format!("denies {}", in_short(catalog, &denied))
}

/// A statement in a few words.
pub(super) fn statement_in_short(catalog: &Catalog, statement: &Statement) -> Option<String> {
    let verb = match statement.effect()? {
        Effect::Allow => "grants",
        Effect::Deny => "denies",
    };
    Some(format!("{verb} {}", in_short(catalog, &actions(catalog, statement))))
}

/// The number of actions, and of those that change something.
fn in_short(catalog: &Catalog, set: &ActionSet) -> String {
    let levels = |level| members(catalog, set).filter(|a| a.access_level() == Some(level)).count();
    let mut text = count(set.len(), "action");
    for level in [AccessLevel::Write, AccessLevel::PermissionsManagement] {
        match levels(level) {
            0 => {}
            number => text += &format!(", {number} {}", level.as_str().to_lowercase()),
        }
    }
    text
}
