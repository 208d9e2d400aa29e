//! Texts of which only finitely many need to be told apart.
//!
//! Where a text is only compared with fixed texts, asked for fixed beginnings, ends and words in it,
//! or compared as a number, date or address, it suffices to look at one text of each kind: two
//! texts that give the same answers to all tests cannot be told apart by the question.
//!
//! For beginnings, ends and words the argument is this. Take a text that equals none of the fixed
//! texts. Write down the longest of the beginnings that it has, the words that are in it, and the
//! longest of the ends that it has, with a character between them that occurs nowhere. What is
//! written begins and ends as the text does, and holds the same words, since none can lie across
//! that character. A pattern of a beginning and an end tells the two apart only where in the text
//! these overlap; such texts are finitely many and are listed.

use std::collections::{BTreeSet, HashSet};

use crate::claim::{Fold, Test};
use crate::facts::is_of_type;
use crate::glob::{Glob, Symbol};
use crate::regex::variants;
use crate::typed::{addresses, dates, holds, numbers};
use keyaki_catalog::KeyType;

/// One text for each set of answers that the tests can get; none where texts of other kinds would
/// be needed. The better readable come first. Actions have a colon.
pub(crate) fn representatives(
    tests: &[&Test],
    only: Option<KeyType>,
    is_action: bool,
) -> Option<Vec<String>> {
    let kinds = Kinds::of(tests)?;
    if !kinds.can_be_listed() {
        return None;
    }
    let fresh = fresh(tests);
    let fresh = if is_action { format!("{fresh}:{fresh}") } else { fresh.to_string() };
    let mut all = fixed(tests);
    all.extend(typed(tests));
    all.extend(kinds.parts(&fresh));
    all.extend(odd(tests, fresh));
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

/// How many texts are made of beginnings, ends and words at most.
const MOST: usize = 4096;

/// What occurs among the tests of one text.
#[derive(Default)]
struct Kinds<'t> {
    heads: BTreeSet<&'t str>,
    words: BTreeSet<&'t str>,
    tails: BTreeSet<&'t str>,
    /// Beginnings and ends that one pattern asks for.
    both: BTreeSet<(&'t str, &'t str)>,
    lines: bool,
    folded: bool,
    numbers: bool,
    dates: bool,
    addresses: bool,
    arns: bool,
}

impl<'t> Kinds<'t> {
    /// None where a test is of a kind that cannot be listed.
    fn of(tests: &[&'t Test]) -> Option<Kinds<'t>> {
        let mut kinds = Kinds::default();
        for test in tests {
            match test {
                Test::Like(glob, fold) if glob.literal().is_some() => {
                    kinds.folded |= *fold != Fold::Exact;
                }
                Test::Like(glob, Fold::Exact) => kinds.shape(glob)?,
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

    fn shape(&mut self, glob: &'t Glob) -> Option<()> {
        self.lines |= glob.one_line;
        match glob.symbols() {
            [Symbol::Star] | [Symbol::Any, Symbol::Star] => {}
            [Symbol::Text(head), Symbol::Star] => {
                self.heads.insert(head);
            }
            [Symbol::Star, Symbol::Text(tail)] => {
                self.tails.insert(tail);
            }
            [Symbol::Star, Symbol::Text(word), Symbol::Star] => {
                self.words.insert(word);
            }
            [Symbol::Text(head), Symbol::Star, Symbol::Text(tail)] => {
                self.heads.insert(head);
                self.tails.insert(tail);
                self.both.insert((head, tail));
            }
            _ => return None,
        }
        Some(())
    }

    /// Whether texts of each kind can be made without regard to the other kinds, and are not too
    /// many.
    fn can_be_listed(&self) -> bool {
        let typed = self.numbers || self.dates || self.addresses;
        let mixed = self.numbers && self.dates;
        let has_parts = [&self.heads, &self.words, &self.tails].iter().any(|p| !p.is_empty());
        let few = self.words.len() < 12
            && ((self.heads.len() + 1) * (self.tails.len() + 1)) << self.words.len() <= MOST;
        few && !mixed && !(has_parts && (typed || self.folded || self.arns))
    }

    /// Beginnings, words and ends, each alone and all together, kept apart by what occurs nowhere.
    fn parts(&self, fresh: &str) -> Vec<String> {
        let words: Vec<&str> = self.words.iter().copied().collect();
        let mut all = Vec::new();
        for chosen in 0..1usize << words.len() {
            let mut middle = fresh.to_owned();
            for (_, word) in words.iter().enumerate().filter(|(n, _)| chosen >> n & 1 == 1) {
                middle += word;
                middle += fresh;
            }
            for head in [""].iter().chain(&self.heads) {
                for tail in [""].iter().chain(&self.tails) {
                    all.push(format!("{head}{middle}{tail}"));
                    all.extend(self.lines.then(|| format!("{head}{middle}\n{fresh}{tail}")));
                }
            }
        }
        all.extend(self.both.iter().flat_map(|(head, tail)| overlaps(head, tail)));
        all
    }
}

/// The texts that begin and end like this, where the two overlap.
fn overlaps(head: &str, tail: &str) -> Vec<String> {
    let cuts = tail.char_indices().map(|(at, _)| at).chain([tail.len()]).skip(1);
    let joined = cuts.filter_map(|cut| {
        let (shared, rest) = tail.split_at_checked(cut)?;
        head.ends_with(shared).then(|| format!("{head}{rest}"))
    });
    joined.collect()
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
fn odd(tests: &[&Test], fresh: String) -> Vec<String> {
    let arn = ["arn", &fresh, &fresh, &fresh, &fresh, &fresh].join(":");
    let is_arn = |t: &&Test| matches!(t, Test::Arn(_));
    let arn = tests.iter().any(is_arn).then_some(arn);
    let mut all = vec![fresh, String::new()];
    all.extend(arn);
    all
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test stops at what it did not expect")]
mod tests {
    use super::*;

    fn strings(alphabet: &[char], length: usize) -> Vec<String> {
        let mut all = vec![String::new()];
        let mut from = 0;
        for _ in 0..length {
            let to = all.len();
            for i in from..to {
                let longer = alphabet.iter().map(|c| format!("{}{c}", all[i]));
                all.extend(longer.collect::<Vec<_>>());
            }
            from = to;
        }
        all
    }

    fn check(tests: &[Test], texts: &[String]) {
        let tests: Vec<&Test> = tests.iter().collect();
        let representatives = representatives(&tests, None, false).unwrap();
        let answers = |text: &String| tests.iter().map(|t| holds(t, text)).collect::<Vec<_>>();
        let known: HashSet<Vec<bool>> = representatives.iter().map(answers).collect();
        assert_eq!(known.len(), representatives.len(), "{tests:?}");
        let lost = texts.iter().find(|text| !known.contains(&answers(text)));
        assert_eq!(lost, None, "{tests:?}: {representatives:?}");
    }

    #[test]
    fn every_text_answers_as_a_representative_does() {
        let texts = strings(&['a', 'b', 'c'], 6);
        let words = strings(&['a', 'b'], 2);
        let mut patterns: Vec<String> = words.clone();
        for word in words.iter().filter(|w| !w.is_empty()) {
            patterns.extend([format!("{word}*"), format!("*{word}"), format!("*{word}*")]);
        }
        patterns.extend(["a*a", "ab*b", "ab*ba", "aba*ab", "?*"].map(str::to_owned));
        let like = |p: &String| Test::Like(Glob::read(p), Fold::Exact);
        for (n, a) in patterns.iter().enumerate() {
            for b in &patterns[n..] {
                let third = &patterns[(n * 7 + b.len() * 3) % patterns.len()];
                check(&[like(a), like(b), like(third)], &texts);
            }
        }
    }

    #[test]
    fn letter_case_is_told_apart_where_it_counts() {
        let texts = strings(&['a', 'A', 'k', 'K', '\u{212A}'], 2);
        let fold = |p: &str, fold| Test::Like(Glob::exactly(p), fold);
        let tests = [
            fold("ak", Fold::Lower),
            fold("ak", Fold::Exact),
            fold("AK", Fold::Exact),
            fold("aK", Fold::Ascii),
            fold("k", Fold::Lower),
            fold("K", Fold::Exact),
            fold("k", Fold::Exact),
        ];
        check(&tests, &texts);
    }
}
