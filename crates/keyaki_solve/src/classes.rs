//! Texts of which only finitely many need to be told apart.
//!
//! Where a text is only compared with fixed texts, asked for fixed beginnings, or compared as a
//! number, date or address, it suffices to look at one text of each kind: two texts that give the
//! same answers to all tests cannot be told apart by the question. For beginnings the argument is
//! this: what a text that equals none of the fixed texts answers depends on the longest of the
//! beginnings that it has, and that beginning, followed by a character that occurs nowhere, answers
//! the same.

use std::collections::{BTreeSet, HashSet};

use keyaki_catalog::KeyType;
use crate::claim::{Fold, Test};
use crate::facts::is_of_type;
use crate::glob::{Glob, Symbol};
use crate::regex::variants;
use crate::typed::{addresses, dates, holds, numbers};

/// One text for each set of answers that the tests can get; none where texts of other kinds would
/// be needed. The better readable come first.
pub(crate) fn representatives(tests: &[&Test], only: Option<KeyType>) -> Option<Vec<String>> {
    let kinds = Kinds::of(tests)?;
    if !kinds.can_be_listed() {
        return None;
    }
    let mut all = fixed(tests);
    all.extend(typed(tests));
    all.extend(beginnings(tests));
    all.extend(odd(tests));
    if only == Some(KeyType::Bool) {
        all.extend(["true", "false"].map(str::to_owned));
    }
    all.retain(|text| is_of_type(text, only));
    Some(distinct(tests, all))
}

/// The first text for each set of answers.
fn distinct(tests: &[&Test], texts: Vec<String>) -> Vec<String> {
    let mut seen = HashSet::new();
    let mut all = texts;
    all.retain(|text| seen.insert(tests.iter().map(|t| holds(t, text)).collect::<Vec<_>>()));
    all
}

/// What occurs among the tests of one text.
#[derive(Default)]
struct Kinds {
    beginnings: bool,
    folded: bool,
    numbers: bool,
    dates: bool,
    addresses: bool,
    arns: bool,
}

impl Kinds {
    /// None where a test is of a kind that cannot be listed.
    fn of(tests: &[&Test]) -> Option<Kinds> {
        let mut kinds = Kinds::default();
        for test in tests {
            match test {
                Test::Like(glob, fold) if glob.literal().is_some() => {
                    kinds.folded |= *fold != Fold::Exact;
                }
                Test::Like(glob, Fold::Exact) if glob.prefix().is_some() || is_some_text(glob) => {
                    kinds.beginnings |= glob.prefix().is_some_and(|p| !p.is_empty());
                }
                Test::Like(..) => return None,
                Test::Arn(segments) if segments.iter().all(Option::is_none) => kinds.arns = true,
                Test::Arn(_) => return None,
                Test::Number { .. } => kinds.numbers = true,
                Test::Date { .. } => kinds.dates = true,
                Test::Address(_) => kinds.addresses = true,
            }
        }
        Some(kinds)
    }

    /// Whether texts of each kind can be made without regard to the other kinds.
    fn can_be_listed(&self) -> bool {
        let typed = self.numbers || self.dates || self.addresses;
        let mixed = self.numbers && self.dates;
        !mixed && !(self.beginnings && (typed || self.folded || self.arns))
    }
}

/// Whether it asks that there be some text.
fn is_some_text(glob: &Glob) -> bool {
    glob.symbols() == [Symbol::Any, Symbol::Star]
}

/// The fixed texts, and other texts that are equal to them where letter case does not count.
fn fixed(tests: &[&Test]) -> Vec<String> {
    let literals: Vec<(&str, Fold)> = tests.iter().filter_map(|t| literal(t)).collect();
    let mut all: Vec<String> = literals.iter().map(|(text, _)| (*text).to_owned()).collect();
    for (text, fold) in literals.iter().filter(|(_, fold)| *fold != Fold::Exact) {
        let lower = text.to_lowercase();
        let taken = literals.iter().filter(|(t, _)| t.to_lowercase() == lower).count();
        all.extend(spellings(&lower, *fold).take(taken + 2));
    }
    all
}

fn literal<'t>(test: &&'t Test) -> Option<(&'t str, Fold)> {
    match test {
        Test::Like(glob, fold) => glob.literal().map(|text| (text, *fold)),
        Test::Arn(_) | Test::Number { .. } | Test::Date { .. } | Test::Address(_) => None,
    }
}

/// Different spellings of a text in lower case.
fn spellings(lower: &str, fold: Fold) -> impl Iterator<Item = String> {
    let choices: Vec<Vec<char>> = lower
        .chars()
        .map(|c| match fold {
            Fold::Ascii => vec![c.to_ascii_lowercase(), c.to_ascii_uppercase()],
            Fold::Exact | Fold::Lower => variants(c),
        })
        .map(|mut c| {
            c.dedup();
            c
        })
        .collect();
    let total = choices.iter().fold(1usize, |n, c| n.saturating_mul(c.len()));
    (0..total).map(move |mut number| {
        let pick = |c: &Vec<char>| {
            let one = c.get(number % c.len()).copied();
            number /= c.len();
            one
        };
        choices.iter().filter_map(pick).collect()
    })
}

/// Numbers, dates and addresses.
pub(crate) fn typed(tests: &[&Test]) -> Vec<String> {
    let mut all = numbers(tests.iter().filter_map(|t| match t {
        Test::Number { text, .. } => Some(&**text),
        Test::Like(..) | Test::Arn(_) | Test::Date { .. } | Test::Address(_) => None,
    }));
    if tests.iter().any(|t| matches!(t, Test::Number { prefixes: true, .. })) {
        all.extend(all.clone().iter().map(|n| format!("{n}x")));
    }
    // Numbers can be written in several ways, and a fixed text is only one of them.
    let texts: BTreeSet<&str> = tests.iter().filter_map(literal).map(|(text, _)| text).collect();
    for number in all.clone() {
        let mut longer = if number.contains('.') { number } else { format!("{number}.0") };
        for _ in 0..=texts.len() {
            if !texts.contains(longer.as_str()) {
                all.push(longer);
                break;
            }
            longer.push('0');
        }
    }
    all.extend(dates(tests.iter().filter_map(|t| match t {
        Test::Date { than, text, .. } => Some((*than, &**text)),
        Test::Like(..) | Test::Arn(_) | Test::Number { .. } | Test::Address(_) => None,
    })));
    all.extend(addresses(tests.iter().filter_map(|t| match t {
        Test::Address(range) => Some(*range),
        Test::Like(..) | Test::Arn(_) | Test::Number { .. } | Test::Date { .. } => None,
    })));
    all
}

/// The fixed beginnings, alone and followed by what occurs nowhere.
fn beginnings(tests: &[&Test]) -> Vec<String> {
    let fresh = fresh(tests);
    let mut all = Vec::new();
    for test in tests {
        let Test::Like(glob, _) = test else { continue };
        let Some(prefix) = glob.prefix() else { continue };
        all.extend([format!("{prefix}{fresh}"), prefix.to_owned()]);
        all.extend(glob.one_line.then(|| format!("{prefix}{fresh}\n")));
    }
    all
}

/// A letter, mostly, that occurs in no test.
fn fresh(tests: &[&Test]) -> char {
    let mut used = BTreeSet::new();
    for test in tests {
        if let Test::Like(glob, _) = test {
            for symbol in glob.symbols() {
                if let Symbol::Text(text) = symbol {
                    used.extend(text.to_lowercase().chars());
                }
            }
        }
    }
    let private = '\u{E000}'..='\u{F8FF}';
    let mut all = "xyzqwkjvabcdefghilmnoprstu0123456789_-".chars().chain(private);
    all.find(|c| !used.contains(c)).unwrap_or('x')
}

/// Texts that are nothing in particular: some text, an ARN, no text.
fn odd(tests: &[&Test]) -> Vec<String> {
    let fresh = fresh(tests).to_string();
    let arn = ["arn", &fresh, &fresh, &fresh, &fresh, &fresh].join(":");
    let is_arn = |t: &&Test| matches!(t, Test::Arn(_));
    let arn = tests.iter().any(is_arn).then_some(arn);
    let mut all = vec![fresh, String::new()];
    all.extend(arn);
    all
}
