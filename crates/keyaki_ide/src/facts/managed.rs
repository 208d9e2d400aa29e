//! AWS's managed policies: what they grant.

use std::fmt::Write;

use keyaki_catalog::{Catalog, ManagedPolicy};
use keyaki_lint::granted::allowed;
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
