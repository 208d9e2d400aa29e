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
use crate::guard::Guard;
use crate::language::{Fold, Language};
use crate::search::find;
use crate::signature::signatures;

/// A list of action patterns.
#[derive(Clone, Debug)]
pub(crate) struct ActionTest<'q> {
    pub(crate) patterns: Vec<&'q str>,
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
    pub(crate) fn known<'c>(&self, catalog: &'c Catalog) -> impl Iterator<Item = Action<'c>> {
        let ranges = match self {
            Members::Known(ranges) => ranges.as_slice(),
            Members::Unknown(_) => &[],
        };
        [false, true].into_iter().flat_map(move |retired| {
            let numbers = ranges.iter().flat_map(Clone::clone);
            let actions = numbers.filter_map(|n| catalog.action_by_id(ActionId(n)));
            actions.filter(move |action| action.is_retired() == retired)
        })
    }

    /// An example.
    pub(crate) fn example(&self, catalog: &Catalog) -> String {
        match self {
            Members::Known(_) => {
                self.known(catalog).next().map(|a| a.full_name()).unwrap_or_default()
            }
            Members::Unknown(name) => name.clone(),
        }
    }
}

/// The class of one action, which holds no other.
pub(crate) fn only(name: &str, tests: &[ActionTest<'_>], catalog: &Catalog) -> ActionClass {
    let members = match catalog.action(name) {
        Some(action) => {
            let number = action.id().0;
            Members::Known(std::iter::once(number..number + 1).collect())
        }
        None => Members::Unknown(name.to_owned()),
    };
    ActionClass { holds: matched(name, tests), members }
}

/// The classes of the actions that the catalogue knows or some pattern spells out. Of actions that
/// the guard does not let pass, it is not found out which tests match them.
pub(crate) fn known(
    tests: &[ActionTest<'_>],
    guard: Option<&Guard>,
    catalog: &Catalog,
    budget: &Budget,
) -> Result<Vec<ActionClass>, Exhausted> {
    let mut events: Vec<(u32, u32, bool)> = Vec::new();
    let mut unknown: Vec<String> = Vec::new();
    for (number, test) in tests.iter().enumerate() {
        budget.spend(test.patterns.len() as u64)?;
        let counts = |pattern: &&&str| guard.is_none_or(|guard| guard.meets(pattern));
        for pattern in test.patterns.iter().filter(counts) {
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
    tests: &[ActionTest<'_>],
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
fn matched(name: &str, tests: &[ActionTest<'_>]) -> Bits {
    let any =
        |t: &ActionTest<'_>| t.patterns.iter().any(|p| glob::matches(p, name, Case::Insensitive));
    (0..tests.len()).filter(|t| any(&tests[*t])).collect()
}

/// The steps that reading the patterns of one service side by side may take.
const READING: u64 = 250_000;

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
    tests: &[ActionTest<'_>],
    guard: Option<&Guard>,
    catalog: &Catalog,
    budget: &Budget,
) -> Result<UnheardOf, Exhausted> {
    let patterns = Patterns::of(tests);
    let mut left_out = Vec::new();
    let spelled_out_already = |name: &str| patterns.literals.contains(name);
    let is_taken = |name: &str| spelled_out_already(name) || catalog.action(name).is_some();
    let mut names = Vec::new();
    if guard.is_none() {
        names.push(patterns.other_service());
    }
    if guard.is_none() && !patterns.at_large.is_empty() {
        let services = patterns.services.keys().map(|s| format!("{s}:*")).collect();
        let reading = Reading { patterns: &patterns.at_large, shape: "*:?*", outside: services };
        match reading.names(&is_taken) {
            Ok(more) => names.extend(more),
            Err(Exhausted) => left_out.push("any service".to_owned()),
        }
    }
    let counts = |service: &str| guard.is_none_or(|guard| guard.is_open(service));
    for (service, own) in patterns.services.iter().filter(|(service, _)| counts(service)) {
        let mut all: Vec<String> = own.iter().chain(&patterns.at_large).cloned().collect();
        all.sort_unstable();
        all.dedup();
        match by_prefix(service, &all, &is_taken) {
            Some(more) => names.extend(more),
            None => {
                let shape = format!("{service}:?*");
                let reading = Reading { patterns: &all, shape: &shape, outside: Vec::new() };
                match reading.names(&is_taken) {
                    Ok(more) => names.extend(more),
                    Err(Exhausted) => left_out.push(service.clone()),
                }
            }
        }
    }
    Ok(UnheardOf { classes: spelled_out(&names, tests, budget)?, left_out })
}

/// The patterns of all tests but those that match everything, in lower case.
#[derive(Default)]
struct Patterns {
    /// Names without wildcards.
    literals: HashSet<String>,
    /// Patterns of one service each.
    services: BTreeMap<String, Vec<String>>,
    /// Patterns that may match actions of several services.
    at_large: Vec<String>,
}

impl Patterns {
    fn of(tests: &[ActionTest<'_>]) -> Patterns {
        let mut all = Patterns::default();
        for pattern in tests.iter().flat_map(|t| &t.patterns) {
            let lower = pattern.to_ascii_lowercase();
            if !glob::has_wildcard(pattern) {
                all.literals.insert(lower);
            } else if pattern.bytes().any(|b| b != b'*') {
                match lower.split_once(':').filter(|(s, _)| !glob::has_wildcard(s)) {
                    Some((service, _)) => {
                        all.services.entry(service.to_owned()).or_default().push(lower);
                    }
                    None => all.at_large.push(lower),
                }
            }
        }
        all
    }

    /// An action of a service that no pattern names.
    fn other_service(&self) -> String {
        let mut service = "unheardof".to_owned();
        let name = |service: &str| format!("{service}:action");
        while self.services.contains_key(&service) || self.literals.contains(&name(&service)) {
            service.push('x');
        }
        name(&service)
    }
}

/// Patterns that end in their only `*`: a name is told apart by the longest that it begins with.
/// None if there are other patterns, or no name was found for one of them.
fn by_prefix(
    service: &str,
    patterns: &[String],
    is_taken: &impl Fn(&str) -> bool,
) -> Option<Vec<String>> {
    let is_within = |head: &&str| head.split_once(':').is_some_and(|(s, _)| s == service);
    let head = |p: &'_ String| -> Option<String> {
        let head = p.strip_suffix('*').filter(|head| !glob::has_wildcard(head))?;
        Some(head).filter(is_within).map(str::to_owned)
    };
    let mut heads: Vec<String> = patterns.iter().map(head).collect::<Option<_>>()?;
    heads.push(format!("{service}:"));
    let fits = |head: &String, name: &String| {
        let longer = |h: &String| h.len() > head.len() && name.starts_with(h.as_str());
        !heads.iter().any(longer) && !is_taken(name)
    };
    let name = |head: &String| {
        let made = ["unheardof", "new", "zz"].map(|tail| format!("{head}{tail}"));
        let letters = ('a'..='z').chain('0'..='9').map(|c| format!("{head}{c}"));
        made.into_iter().chain(letters).find(|n| fits(head, n))
    };
    heads.iter().map(name).collect()
}

/// Patterns that are read side by side.
struct Reading<'r> {
    patterns: &'r [String],
    /// What all names look like.
    shape: &'r str,
    /// What no name looks like.
    outside: Vec<String>,
}

impl Reading<'_> {
    /// For each way in which a name can stand to the patterns, one that is not taken, if there is
    /// one.
    fn names(&self, is_taken: &impl Fn(&str) -> bool) -> Result<Vec<String>, Exhausted> {
        let budget = &Budget::new(READING);
        let language = |p: &str| Language::glob(p, Fold::Ascii);
        let shape = language(self.shape);
        let outside: Vec<Language> = self.outside.iter().map(|p| language(p)).collect();
        let mut languages: Vec<Language> = self.patterns.iter().map(|p| language(p)).collect();
        languages.push(shape.clone());
        languages.extend(outside.iter().cloned());
        languages.sort();
        languages.dedup();
        let refs: Vec<&Language> = languages.iter().collect();
        let mut names = Vec::new();
        for (signature, text) in signatures(&refs, budget)? {
            let fits = shape.matches(&text) && !outside.iter().any(|l| l.matches(&text));
            if fits && is_taken(&text.to_ascii_lowercase()) {
                names.extend(untaken(&refs, &signature, text, is_taken, budget)?);
            } else if fits {
                names.push(text);
            }
        }
        Ok(names)
    }
}

/// Another text in these of the languages and in no others, that is not taken.
fn untaken(
    languages: &[&Language],
    signature: &[u32],
    mut text: String,
    is_taken: &impl Fn(&str) -> bool,
    budget: &Budget,
) -> Result<Option<String>, Exhausted> {
    let (inside, outside): (Vec<_>, Vec<_>) =
        (0..languages.len()).partition(|i| signature.contains(&(*i as u32)));
    let need: Vec<Vec<&Language>> = inside.iter().map(|i| vec![languages[*i]]).collect();
    let mut taken: Vec<Language> = Vec::new();
    while is_taken(&text.to_ascii_lowercase()) {
        taken.push(Language::literal(&text, Fold::Ascii));
        let avoid: Vec<&Language> = outside.iter().map(|i| languages[*i]).chain(&taken).collect();
        match find(&need, &avoid, budget)? {
            Some(other) => text = other,
            None => return Ok(None),
        }
    }
    Ok(Some(text))
}
