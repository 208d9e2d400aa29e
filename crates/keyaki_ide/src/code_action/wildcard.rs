//! A pattern of actions into its actions, and back.

use keyaki_catalog::ActionSet;
use keyaki_diag::Edit;
use keyaki_ir::{ActionPattern, Element};
use keyaki_syntax::{Value, quoted};

use super::list::rewritten;
use super::refactoring::Refactoring;
use crate::Document;
use crate::facts::count;

/// A list of more actions than this is of no use to anyone.
const MOST_ACTIONS: usize = 300;

/// The pattern at the cursor as the actions that it matches today.
pub(super) fn expand(
    document: &Document,
    element: &Element<ActionPattern>,
    entry: &ActionPattern,
) -> Option<Refactoring> {
    let set = document.catalog().expand(&entry.text);
    if !entry.has_wildcard() || set.is_empty() || set.len() > MOST_ACTIONS {
        return None;
    }
    let others = element.entries.iter().filter(|other| other.origin != entry.origin);
    let mut named = ActionSet::new();
    others.for_each(|other| named.union_with(&document.catalog().expand(&other.text)));
    let added = set.difference(&named);
    let mut entries = Vec::new();
    for other in &element.entries {
        if other.origin == entry.origin {
            entries.extend(names(document, &added));
        } else {
            entries.push(source(document, other));
        }
    }
    let title = format!("Expand `{}` to {}", entry.text, count(added.len(), "action"));
    one(title, rewritten(document, element.origin, &entries)?)
}

/// The actions of an element that a pattern matches, all of them and nothing else, as that pattern:
/// the shortest that begins like the action at the cursor.
pub(super) fn collapse(
    document: &Document,
    element: &Element<ActionPattern>,
    entry: &ActionPattern,
) -> Option<Refactoring> {
    let catalog = document.catalog();
    let (service, name) = entry.split().filter(|_| !entry.has_wildcard())?;
    let mut named = ActionSet::new();
    element.entries.iter().for_each(|entry| named.union_with(&catalog.expand(&entry.text)));
    let capitals = name.char_indices().filter(|(_, c)| c.is_ascii_uppercase());
    let mut patterns =
        capitals.filter_map(|(at, _)| Some(format!("{service}:{}*", name.get(..at)?)));
    let pattern = patterns.find(|pattern| {
        let matched = catalog.expand(pattern);
        matched.len() > 1 && matched.is_subset(&named)
    })?;
    let matched = catalog.expand(&pattern);
    let covered = |entry: &ActionPattern| catalog.expand(&entry.text).is_subset(&matched);
    let gone = element.entries.iter().filter(|entry| covered(entry)).count();
    if gone < 2 {
        return None;
    }
    let mut entries = Vec::new();
    for other in &element.entries {
        if other.origin == entry.origin {
            entries.push(quoted(&pattern));
        } else if !covered(other) {
            entries.push(source(document, other));
        }
    }
    let title =
        format!("Collapse {gone} entries to `{pattern}`, which takes in what AWS adds later");
    one(title, rewritten(document, element.origin, &entries)?)
}

fn one(title: String, edit: Edit) -> Option<Refactoring> {
    Some(Refactoring { title, edits: vec![edit] })
}

fn names(document: &Document, set: &ActionSet) -> Vec<String> {
    let actions = set.iter().filter_map(|id| document.catalog().action_by_id(id));
    actions.map(|action| quoted(&action.full_name())).collect()
}

/// An entry as it is written.
pub(super) fn source(document: &Document, entry: &ActionPattern) -> String {
    document.tree.value(entry.origin).map(Value::source).unwrap_or_default().to_owned()
}
