//! The action of the request: all that patterns tell apart, with an example of each.
//!
//! Actions of the catalogue are ranges of numbers, so that a pattern is a few ranges and the
//! classes fall out of one sweep over their ends. Names that a policy spells out and the catalogue
//! does not know join them. Actions that nobody has heard of yet are classes of their own, found
//! by what the wildcards leave open.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::Range;

use keyaki_catalog::{Action, ActionId, Catalog};
use keyaki_ir::glob::{self, Case};

use crate::bits::Bits;
use crate::budget::{Budget, Exhausted};
use crate::language::{Fold, Language};
use crate::signature::signatures;

/// A list of action patterns.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct ActionTest {
    pub(crate) patterns: Vec<Box<str>>,
}

/// Actions that no test tells apart.
#[derive(Clone, Debug)]
pub(crate) struct ActionClass {
    /// The tests that match them.
    pub(crate) holds: Bits,
    pub(crate) members: Members,
}

/// Which actions a class holds.
#[derive(Clone, Debug)]
pub(crate) enum Members {
    /// Actions of the catalogue, by number.
    Known(Vec<Range<u32>>),
    /// An action that the catalogue does not know.
    Unknown(String),
}

impl Members {
    /// The actions of the catalogue, those that are live first.
    pub(crate) fn known<'c>(&self, catalog: &'c Catalog) -> Vec<Action<'c>> {
        let Members::Known(ranges) = self else { return Vec::new() };
        let numbers = ranges.iter().flat_map(|r| r.clone());
        // Enough to choose from.
        let actions = numbers.take(2000).filter_map(|n| catalog.action_by_id(ActionId(n)));
        let mut actions: Vec<Action<'c>> = actions.collect();
        actions.sort_by_key(|a| a.is_retired());
        actions
    }

    /// An example.
    pub(crate) fn example(&self, catalog: &Catalog) -> String {
        match self {
            Members::Known(_) => {
                self.known(catalog).first().map(|a| a.full_name()).unwrap_or_default()
            }
            Members::Unknown(name) => name.clone(),
        }
    }
}

/// The classes of the actions that the catalogue knows or some pattern spells out.
pub(crate) fn known(
    tests: &[ActionTest],
    catalog: &Catalog,
    budget: &Budget,
) -> Result<Vec<ActionClass>, Exhausted> {
    let mut events: Vec<(u32, u32, bool)> = Vec::new();
    let mut unknown: Vec<String> = Vec::new();
    for (number, test) in tests.iter().enumerate() {
        budget.spend(test.patterns.len() as u64)?;
        for pattern in &test.patterns {
            let before = events.len();
            catalog.for_ranges(pattern, |range| {
                if range.is_empty() {
                    return;
                }
                events.push((range.start, number as u32, true));
                events.push((range.end, number as u32, false));
            });
            if events.len() == before && !glob::has_wildcard(pattern) {
                unknown.push(pattern.to_ascii_lowercase());
            }
        }
    }
    let mut classes = sweep(events, catalog.action_count() as u32, tests.len());
    unknown.sort_unstable();
    unknown.dedup();
    classes.extend(spelled_out(&unknown, tests, budget)?);
    Ok(classes)
}

/// Splits the actions at the ends of all ranges.
fn sweep(mut events: Vec<(u32, u32, bool)>, count: u32, tests: usize) -> Vec<ActionClass> {
    events.sort_unstable();
    let mut depth = vec![0u32; tests];
    let mut holds = Bits::default();
    let mut classes: Vec<ActionClass> = Vec::new();
    let mut by_holds: HashMap<Bits, usize> = HashMap::new();
    let mut start = 0;
    let mut add = |holds: &Bits, range: Range<u32>| {
        let at = *by_holds.entry(holds.clone()).or_insert_with(|| {
            let members = Members::Known(Vec::new());
            classes.push(ActionClass { holds: holds.clone(), members });
            classes.len() - 1
        });
        if let Members::Known(ranges) = &mut classes[at].members {
            ranges.push(range);
        }
    };
    for (at, test, opens) in events {
        if at > start {
            add(&holds, start..at);
            start = at;
        }
        let depth = &mut depth[test as usize];
        if opens {
            *depth += 1;
            holds.insert(test as usize);
        } else {
            *depth -= 1;
            if *depth == 0 {
                holds.remove(test as usize);
            }
        }
    }
    if start < count {
        add(&holds, start..count);
    }
    classes
}

/// Classes of names that the catalogue does not know.
fn spelled_out(
    names: &[String],
    tests: &[ActionTest],
    budget: &Budget,
) -> Result<Vec<ActionClass>, Exhausted> {
    let mut seen = HashSet::new();
    let mut classes = Vec::new();
    for name in names {
        let patterns: u64 = tests.iter().map(|t| t.patterns.len() as u64).sum();
        budget.spend(patterns)?;
        let holds = matched(name, tests);
        if seen.insert(holds.clone()) {
            classes.push(ActionClass { holds, members: Members::Unknown(name.clone()) });
        }
    }
    Ok(classes)
}

/// The tests that match a name.
fn matched(name: &str, tests: &[ActionTest]) -> Bits {
    let any = |t: &ActionTest| t.patterns.iter().any(|p| glob::matches(p, name, Case::Insensitive));
    (0..tests.len()).filter(|t| any(&tests[*t])).collect()
}

/// The steps that reading the patterns of one service side by side may take.
const READING: u64 = 30_000;

/// What is not known of actions that AWS may add.
#[derive(Clone, Debug, Default)]
pub(crate) struct UnheardOf {
    pub(crate) classes: Vec<ActionClass>,
    /// Services whose patterns overlap in too many ways.
    pub(crate) left_out: Vec<String>,
}

/// The classes of actions that neither the catalogue knows nor any pattern spells out: what AWS
/// may add, and what wildcards would match then.
pub(crate) fn unheard_of(
    tests: &[ActionTest],
    catalog: &Catalog,
    budget: &Budget,
) -> Result<UnheardOf, Exhausted> {
    // Nothing that is spelled out is such an action.
    let wild = |t: &ActionTest| {
        let patterns = t.patterns.iter().filter(|p| glob::has_wildcard(p));
        ActionTest { patterns: patterns.cloned().collect() }
    };
    let tests: Vec<ActionTest> = tests.iter().map(wild).collect();
    let mut left_out = Vec::new();
    let mut names = vec!["unheardof:Action".to_owned()];
    let mut at_large: Vec<&str> = Vec::new();
    let mut services: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for pattern in tests.iter().flat_map(|t| &t.patterns) {
        if pattern.bytes().all(|b| b == b'*') {
            continue;
        }
        match pattern.split_once(':').filter(|(s, _)| !glob::has_wildcard(s)) {
            Some((service, _)) => {
                let lower = pattern.to_ascii_lowercase();
                services.entry(service.to_ascii_lowercase()).or_default().push(lower);
            }
            None => at_large.push(pattern),
        }
    }
    if !at_large.is_empty() {
        let everywhere: Vec<String> = at_large.iter().map(|p| p.to_ascii_lowercase()).collect();
        match by_reading(&everywhere, "*") {
            Ok(more) => names.extend(more),
            Err(Exhausted) => left_out.push("any service".to_owned()),
        }
        services.values_mut().for_each(|patterns| patterns.extend(everywhere.iter().cloned()));
    }
    for (service, mut patterns) in services {
        patterns.sort_unstable();
        patterns.dedup();
        let is_prefix =
            |p: &String| p.strip_suffix('*').is_some_and(|head| !glob::has_wildcard(head));
        match patterns.iter().all(is_prefix) {
            true => names.extend(by_prefix(&service, &patterns)),
            false => match by_reading(&patterns, &service) {
                Ok(more) => names.extend(more),
                Err(Exhausted) => left_out.push(service),
            },
        }
    }
    names.retain(|name| catalog.action(name).is_none());
    Ok(UnheardOf { classes: spelled_out(&names, &tests, budget)?, left_out })
}

/// Patterns that end in their only `*`: a name is told apart by the longest that it begins with.
fn by_prefix(service: &str, patterns: &[String]) -> Vec<String> {
    let heads: Vec<&str> = patterns.iter().filter_map(|p| p.strip_suffix('*')).collect();
    let bare = format!("{service}:");
    let mut names = Vec::new();
    for head in heads.iter().copied().chain([bare.as_str()]) {
        let longer = |name: &str| heads.iter().any(|h| h.len() > head.len() && name.starts_with(h));
        let made = ["unheardof", "new", "zz"].map(|tail| format!("{head}{tail}"));
        let letters = ('a'..='z').chain('0'..='9').map(|c| format!("{head}{c}"));
        names.extend(made.into_iter().chain(letters).find(|n| !longer(n)));
    }
    names
}

/// All other patterns are read side by side.
fn by_reading(patterns: &[String], service: &str) -> Result<Vec<String>, Exhausted> {
    let budget = &Budget::new(READING);
    let shape = Language::glob(&format!("{service}:?*"), Fold::Ascii);
    let mut languages: Vec<Language> =
        patterns.iter().map(|p| Language::glob(p, Fold::Ascii)).collect();
    languages.push(shape.clone());
    languages.sort();
    languages.dedup();
    let refs: Vec<&Language> = languages.iter().collect();
    let found = signatures(&refs, budget)?.into_iter().map(|(_, text)| text);
    Ok(found.filter(|text| shape.matches(text)).collect())
}
