//! Wildcards in the place of lists of actions, where the catalogue has no other action that they
//! match.

use keyaki_catalog::{ActionSet, Catalog};

use super::{Candidate, element, texts};

/// The policy with lists of actions as short as wildcards at their ends make them.
pub(super) fn compressed(policy: &Candidate, catalog: &Catalog) -> Candidate {
    let mut policy = policy.clone();
    for statement in &mut policy.statements {
        for name in ["Action", "NotAction"] {
            if let Some(list) = texts(statement.get(name)).filter(|list| list.len() > 1) {
                statement.insert(name.to_owned(), element(shortened(list, catalog)));
            }
        }
    }
    policy
}

/// A list that matches the same actions of the catalogue. Entries that match none stay.
fn shortened(list: Vec<String>, catalog: &Catalog) -> Vec<String> {
    let mut whole = ActionSet::new();
    list.iter().for_each(|entry| whole.union_with(&catalog.expand(entry)));
    let mut rest = whole.clone();
    let mut short: Vec<String> = Vec::new();
    for entry in &list {
        let own = catalog.expand(entry);
        if own.is_empty() {
            short.push(entry.clone());
        } else if !own.intersection(&rest).is_empty() {
            let pattern = widest(entry, &whole, catalog).unwrap_or_else(|| entry.clone());
            rest.subtract(&catalog.expand(&pattern));
            short.push(pattern);
        }
    }
    short
}

/// The shortest beginning of an action's name that, with `*`, matches nothing but wanted actions
/// and takes in more than the entry.
fn widest(entry: &str, whole: &ActionSet, catalog: &Catalog) -> Option<String> {
    let (service, name) = entry.split_once(':')?;
    let own = catalog.expand(entry).len();
    let ends = (0..name.len()).filter(|at| name.is_char_boundary(*at));
    let patterns = ends.filter_map(|end| Some(format!("{service}:{}*", name.get(..end)?)));
    patterns.take_while(|pattern| pattern.len() < entry.len() + 1).find(|pattern| {
        let set = catalog.expand(pattern);
        set.is_subset(whole) && (set.len() > own || pattern.len() < entry.len())
    })
}
