//! The actions of the catalogue, sorted into classes that the question cannot tell apart.

use std::collections::{BTreeMap, HashMap};

use keyaki_catalog::{Action, ActionId, Catalog};
use keyaki_ir::glob::{Case, has_wildcard, matches};

use crate::claim::{Fold, Test};
use crate::glob::{Glob, Symbol};

/// Classes of actions, each known by one of them.
pub(crate) struct ActionClasses {
    /// An action of each class.
    pub(crate) examples: Vec<String>,
    /// The classes that each pattern matches, ascending.
    matched: HashMap<(String, bool), Vec<usize>>,
}

impl ActionClasses {
    /// The actions of the catalogue, retired ones included, and those that the question names beside them.
    pub(crate) fn new(tests: &[&Test], catalog: &Catalog) -> ActionClasses {
        let mut patterns: Vec<(String, bool)> = tests.iter().filter_map(|t| pattern(t)).collect();
        patterns.sort_unstable();
        patterns.dedup();
        // The patterns that match each action, by number.
        let mut matching: Vec<Vec<u32>> = vec![Vec::new(); catalog.action_count()];
        for (number, (pattern, folds)) in (0..).zip(&patterns) {
            catalog.for_ranges(pattern, |range| {
                for id in range {
                    let exact = || {
                        let action = catalog.action_by_id(ActionId(id));
                        action.is_some_and(|a| matches(pattern, &a.full_name(), Case::Sensitive))
                    };
                    if let Some(numbers) = matching.get_mut(id as usize)
                        && (*folds || exact())
                    {
                        numbers.push(number);
                    }
                }
            });
        }
        let classes = by_matching(matching, catalog);
        Self::numbered(with_unknown(classes, &patterns, catalog), patterns)
    }

    fn numbered(
        classes: BTreeMap<Vec<u32>, String>,
        patterns: Vec<(String, bool)>,
    ) -> ActionClasses {
        let mut matched: Vec<Vec<usize>> = vec![Vec::new(); patterns.len()];
        let mut examples = Vec::new();
        for (class, (numbers, example)) in classes.into_iter().enumerate() {
            examples.push(example);
            for number in numbers {
                matched.get_mut(number as usize).into_iter().for_each(|m| m.push(class));
            }
        }
        ActionClasses { examples, matched: patterns.into_iter().zip(matched).collect() }
    }

    /// The classes of which a test holds.
    pub(crate) fn matching(&self, test: &Test) -> &[usize] {
        pattern(test).and_then(|p| self.matched.get(&p)).map_or(&[], Vec::as_slice)
    }
}

/// An action for each set of patterns; one that is live, where there is one.
fn by_matching(matching: Vec<Vec<u32>>, catalog: &Catalog) -> BTreeMap<Vec<u32>, String> {
    let mut classes: BTreeMap<Vec<u32>, Action<'_>> = BTreeMap::new();
    for (id, numbers) in (0..).zip(matching) {
        let Some(action) = catalog.action_by_id(ActionId(id)) else { continue };
        let example = classes.entry(numbers).or_insert(action);
        if example.is_retired() && !action.is_retired() {
            *example = action;
        }
    }
    classes.into_iter().map(|(numbers, action)| (numbers, action.full_name())).collect()
}

/// The actions that the policies name and the catalogue lacks are classes as well.
fn with_unknown(
    mut classes: BTreeMap<Vec<u32>, String>,
    patterns: &[(String, bool)],
    catalog: &Catalog,
) -> BTreeMap<Vec<u32>, String> {
    for (name, _) in patterns.iter().filter(|(p, _)| is_unknown(p, catalog)) {
        let case = |folds| if folds { Case::Insensitive } else { Case::Sensitive };
        let all = (0..).zip(patterns);
        let matched = all.filter(|(_, (p, folds))| matches(p, name, case(*folds)));
        classes.entry(matched.map(|(n, _)| n).collect()).or_insert_with(|| name.clone());
    }
    classes
}

/// An action that the policies name and the catalogue lacks.
fn is_unknown(pattern: &str, catalog: &Catalog) -> bool {
    !has_wildcard(pattern) && catalog.action(pattern).is_none()
}

/// A pattern as text, and whether letter case does not count.
fn pattern(test: &Test) -> Option<(String, bool)> {
    let Test::Like(glob, fold) = test else { return None };
    Some((text(glob), *fold != Fold::Exact))
}

/// The text of a pattern. An action has neither variables nor escapes, so that it comes back.
fn text(glob: &Glob) -> String {
    let symbols = glob.symbols().iter().map(|s| match s {
        Symbol::Text(text) => text,
        Symbol::Any => "?",
        Symbol::Star => "*",
        Symbol::Key { .. } => "",
    });
    symbols.collect()
}
