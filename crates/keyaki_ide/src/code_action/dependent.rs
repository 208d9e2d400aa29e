//! The actions that a caller needs beside the one at the cursor.

use keyaki_catalog::ActionSet;
use keyaki_ir::{ActionPattern, Effect, Element, Policy, Statement};
use keyaki_syntax::quoted;

use super::list::rewritten;
use super::refactoring::Refactoring;
use super::wildcard::source;
use crate::Document;
use crate::facts::{actions, names};

/// Of more actions, only so many are named in the title.
const MOST_NAMED: usize = 3;

/// Adds those that no statement of the policy allows.
pub(super) fn add(
    document: &Document,
    policy: &Policy,
    statement: &Statement,
    element: &Element<ActionPattern>,
    entry: &ActionPattern,
) -> Option<Refactoring> {
    if statement.effect() != Some(Effect::Allow) || element.negated {
        return None;
    }
    let allowed = allowed(document, policy);
    let action = document.catalog().action(&entry.text)?;
    let needed = action.dependent_actions().filter(|needed| !allowed.contains(needed.id()));
    let needed: Vec<String> = needed.map(|needed| needed.full_name()).collect();
    if needed.is_empty() {
        return None;
    }
    let mut entries: Vec<_> = element.entries.iter().map(|e| source(document, e)).collect();
    entries.extend(needed.iter().map(|name| quoted(name)));
    let title = format!("Also allow {}, which `{}` needs", names(&needed, MOST_NAMED), entry.text);
    let edit = rewritten(document, element.origin, &entries)?;
    Some(Refactoring { title, edits: vec![edit] })
}

fn allowed(document: &Document, policy: &Policy) -> ActionSet {
    let mut set = ActionSet::new();
    for statement in policy.statements.iter().filter(|s| s.effect() == Some(Effect::Allow)) {
        set.union_with(&actions(document.catalog(), statement));
    }
    set
}
