//! Which actions of the catalogue statements name, and what a policy grants of them.

use keyaki_catalog::{Action, ActionSet, Catalog};
use keyaki_ir::glob::{self, Case};
use keyaki_ir::{ActionPattern, Effect, Policy, ResourcePattern, Statement};

/// The actions of statements that allow, without those that some statement denies to everybody,
/// on everything and without condition.
pub fn allowed(catalog: &Catalog, policy: &Policy) -> ActionSet {
    let mut set = ActionSet::new();
    for statement in policy.statements.iter().filter(|s| s.effect() == Some(Effect::Allow)) {
        set.union_with(&actions(catalog, statement));
    }
    for statement in policy.statements.iter().filter(|s| denies_outright(s)) {
        set.subtract(&actions(catalog, statement));
    }
    set
}

fn denies_outright(statement: &Statement) -> bool {
    let mut resources = statement.resource.iter().flat_map(|element| &element.entries);
    statement.effect() == Some(Effect::Deny)
        && statement.condition.is_none()
        && statement.principal_elements().next().is_none()
        && resources.any(ResourcePattern::is_star)
}

/// The actions that a statement names.
pub fn actions(catalog: &Catalog, statement: &Statement) -> ActionSet {
    let mut set = ActionSet::new();
    for element in statement.action_elements() {
        let mut named = ActionSet::new();
        for entry in &element.entries {
            named.union_with(&catalog.expand(&entry.text));
        }
        let named = if element.negated { catalog.expand("*").difference(&named) } else { named };
        set.union_with(&named);
    }
    set
}

/// Whether a statement allows.
pub(crate) fn allows(statement: &Statement) -> bool {
    statement.effect() == Some(Effect::Allow)
}

/// Whether a statement denies.
pub(crate) fn denies(statement: &Statement) -> bool {
    statement.effect() == Some(Effect::Deny)
}

/// Whether a statement names an action.
pub(crate) fn names(statement: &Statement, action: &str) -> bool {
    let named = |e: &ActionPattern| glob::matches(&e.text, action, Case::Insensitive);
    let lists = |entries: &[ActionPattern]| entries.iter().any(named);
    statement.action.as_ref().is_some_and(|e| lists(&e.entries))
        || statement.not_action.as_ref().is_some_and(|e| !lists(&e.entries))
}

/// Where a statement names an action: the entry, or the whole `NotAction`.
pub(crate) fn where_named(statement: &Statement, action: &str) -> keyaki_syntax::NodeId {
    let named = |e: &&ActionPattern| glob::matches(&e.text, action, Case::Insensitive);
    let entry = statement.action.iter().flat_map(|e| &e.entries).find(named);
    let left = statement.not_action.as_ref().map(|e| e.origin);
    entry.map(|e| e.origin).or(left).unwrap_or(statement.origin)
}

/// Whether a pattern holds every resource of a partition, however it is spelled: `*`, `**`,
/// `arn:*`, `arn:aws:*:*:*:*`.
pub(crate) fn is_every_resource(entry: &ResourcePattern) -> bool {
    let text = entry.text();
    let rest = text.strip_prefix("arn:").unwrap_or(text);
    let rest = match rest.split_once(':') {
        Some((partition, rest)) if partition.starts_with("aws") => rest,
        Some(_) | None => rest,
    };
    rest.contains('*') && rest.bytes().all(|b| matches!(b, b'*' | b':'))
}

/// Whether a grant of an action can be scoped to resources.
pub(crate) fn can_be_scoped(action: Action<'_>) -> bool {
    action.resources().next().is_some()
}

/// The actions of a set by their views.
pub(crate) fn views<'c>(
    catalog: &'c Catalog,
    set: &ActionSet,
) -> impl Iterator<Item = Action<'c>> + use<'c> {
    let ids: Vec<_> = set.iter().collect();
    ids.into_iter().filter_map(|id| catalog.action_by_id(id))
}

/// Some names in a sentence: the first few, and how many there are more.
pub(crate) fn listed(names: &[String]) -> String {
    const SHOWN: usize = 5;
    let first: Vec<String> = names.iter().take(SHOWN).map(|n| format!("`{n}`")).collect();
    match names.len().saturating_sub(SHOWN) {
        0 => first.join(", "),
        more => format!("{} and {more} more", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use keyaki_ir::{Arn, Pattern};

    #[test]
    fn every_resource_has_many_spellings() {
        let tree = keyaki_syntax::Tree::parse("{\"Statement\":{\"Resource\":\"*\"}}");
        let policy = keyaki_ir::lower(&tree);
        let origin = policy.origin;
        let is = |text: &str| {
            let arn = Arn::parse(text);
            is_every_resource(&ResourcePattern { pattern: Pattern::new(text), arn, origin })
        };
        assert!(["*", "**", "arn:*", "arn:*:*:*:*:*", "*:*", "arn:aws:*"].iter().all(|t| is(t)));
        assert!(["", "arn:", "arn:aws:", "arn:*:s3:::*", "a*"].iter().all(|t| !is(t)));
    }
}
