//! AWS's managed policies: what they grant.

use std::fmt::Write;

use keyaki_catalog::{ActionSet, Catalog, ManagedPolicy};
use keyaki_ir::{Effect, Policy, Statement};
use keyaki_syntax::Tree;

use super::action::by_level;
use super::count;

/// Name, version, and the actions that the policy allows, whatever its conditions.
pub(crate) fn managed_policy(catalog: &Catalog, managed: &ManagedPolicy) -> String {
    let policy = keyaki_ir::lower(&Tree::parse(managed.document));
    let set = allowed(catalog, &policy);
    let mut text = format!("**{}** — managed policy of AWS\n", managed.name);
    let statements = count(policy.statements.len(), "statement");
    let _ = writeln!(text, "\nVersion {} of {}, {statements}.", managed.version, managed.created);
    let _ = writeln!(text, "\nAllows up to **{}**:", count(set.len(), "action"));
    text + &by_level(catalog, &set)
}

/// The actions of statements that allow, without those that some statement denies to everybody,
/// on everything and without condition.
pub(crate) fn allowed(catalog: &Catalog, policy: &Policy) -> ActionSet {
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
        && resources.any(keyaki_ir::ResourcePattern::is_star)
}

/// The actions that a statement names.
pub(crate) fn actions(catalog: &Catalog, statement: &Statement) -> ActionSet {
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
