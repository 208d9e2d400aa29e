//! All ways in which a text can stand to several languages at once, each with an example.

use std::collections::{HashMap, HashSet};

use crate::algebra::readable;
use crate::automaton::{Automaton, Positions, close};
use crate::budget::{Budget, Exhausted};
use crate::language::{Fold, Language};

/// The numbers of the languages that a text is in, in order.
pub(crate) type Signature = Vec<u32>;

/// Which of the languages a text is in, with such a text: every combination that occurs, once.
/// Examples are readable where that is possible, else short. The languages are distinct, and the
/// empty text is left out.
pub(crate) fn signatures(
    languages: &[&Language],
    budget: &Budget,
) -> Result<Vec<(Signature, String)>, Exhausted> {
    let literals: HashMap<String, usize> = languages
        .iter()
        .enumerate()
        .filter(|(_, l)| l.fold == Fold::None)
        .filter_map(|(i, l)| Some((l.as_literal()?, i)))
        .collect();
    let patterns: Vec<usize> = (0..languages.len()).filter(|i| !is_plain(languages[*i])).collect();
    let mut found = Found { known: HashSet::new(), all: Vec::new() };
    let mut met = Vec::new();
    let in_patterns = |text: &str| -> Signature {
        patterns.iter().filter(|i| languages[**i].matches(text)).map(|i| *i as u32).collect()
    };
    let mut texts: Vec<&String> = literals.keys().collect();
    texts.sort_unstable();
    for text in texts {
        budget.spend(1 + patterns.len() as u64)?;
        let mut signature = in_patterns(text);
        let own = literals[text];
        if !signature.is_empty() {
            met.push(own);
        }
        let at = signature.partition_point(|l| *l < own as u32);
        signature.insert(at, own as u32);
        found.add(signature, || text.clone());
    }
    // Texts that are no literal: the literals that lie in no pattern are avoided by taking care
    // that the example is none of them, the others by reading them beside the patterns.
    met.sort_unstable();
    let mut read: Vec<usize> = patterns.iter().copied().chain(met).collect();
    read.sort_unstable();
    let is_literal = |text: &str| literals.contains_key(text);
    for i in &patterns {
        let text = readable(languages[*i]);
        let text = if languages[*i].matches(&text) { text } else { continue };
        if !is_literal(&text) {
            found.add(in_patterns(&text), || text.clone());
        }
    }
    explore(&read, languages, &mut found, budget, &is_literal)?;
    Ok(found.all)
}

/// Whether a language holds one text, letter case counted.
fn is_plain(language: &Language) -> bool {
    language.fold == Fold::None && language.as_literal().is_some()
}

struct Found {
    known: HashSet<Signature>,
    all: Vec<(Signature, String)>,
}

impl Found {
    fn add(&mut self, signature: Signature, text: impl FnOnce() -> String) {
        if self.known.insert(signature.clone()) {
            self.all.push((signature, text()));
        }
    }
}

/// What a state costs beside its positions: it is kept, and looked up among all others.
const STATE: u64 = 64;

/// What a step costs for each position.
const STEP: u64 = 8;

/// Reads the patterns side by side until nothing new turns up.
fn explore(
    read: &[usize],
    languages: &[&Language],
    found: &mut Found,
    budget: &Budget,
    is_literal: &impl Fn(&str) -> bool,
) -> Result<(), Exhausted> {
    let patterns: Vec<&Language> = read.iter().map(|i| languages[*i]).collect();
    let automaton = Automaton::new(patterns).ok_or(Exhausted)?;
    let mut seen: HashSet<Positions> = HashSet::new();
    let mut lost: HashSet<Signature> = HashSet::new();
    // The empty text is a value of its own and is left to the caller.
    let mut states = vec![(automaton.start(), None)];
    let mut at = 0;
    while at < states.len() {
        let (positions, _) = &states[at];
        budget.spend(STATE + positions.len() as u64)?;
        let signature: Signature = automaton.accepted(positions).map(|l| read[l] as u32).collect();
        if at > 0 && !found.known.contains(&signature) {
            let example = text(&states, at);
            let example = if is_literal(&example) { fresh(&example, is_literal) } else { example };
            let inside = read.iter().filter(|i| languages[**i].matches(&example));
            if inside.map(|i| *i as u32).eq(signature.iter().copied()) {
                found.add(signature, || example);
            } else {
                lost.insert(signature);
            }
        }
        let mut expected = Vec::new();
        automaton.expect(positions, &mut expected);
        let positions = positions.clone();
        for c in close(expected) {
            budget.spend(STEP * (positions.len() as u64 + 1))?;
            let next = automaton.step(&positions, c);
            if seen.insert(next.clone()) {
                states.push((next, Some((at, c))));
            }
        }
        at += 1;
    }
    // Each combination had an example, or the answer would not be all of them.
    if lost.is_subset(&found.known) { Ok(()) } else { Err(Exhausted) }
}

/// Another text, for one that no pattern matches.
fn fresh(text: &str, is_literal: &impl Fn(&str) -> bool) -> String {
    let mut text = format!("{text}other");
    while is_literal(&text) {
        text.push('x');
    }
    text
}

fn text(states: &[(Positions, Option<(usize, char)>)], mut at: usize) -> String {
    let mut chars = Vec::new();
    while let Some((before, c)) = states[at].1 {
        chars.push(c);
        at = before;
    }
    chars.iter().rev().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All texts over `alphabet` up to `length`, but the empty one.
    fn texts(alphabet: &[char], length: usize) -> Vec<String> {
        let mut all = vec![String::new()];
        for i in 0..alphabet.len().pow(length as u32) {
            let Some(text) = all.get(i).cloned() else { break };
            all.extend(alphabet.iter().map(|c| format!("{text}{c}")));
        }
        all.retain(|t| !t.is_empty() && t.len() <= length);
        all
    }

    #[test]
    fn every_combination_that_occurs_is_found_once() {
        let texts = texts(&['a', 'b', 'z'], 6);
        let symbols = ['a', 'b', '?', '*'];
        let patterns: Vec<String> = (0..64)
            .map(|n| [n % 4, n / 4 % 4, n / 16].map(|i: usize| symbols[i]).iter().collect())
            .collect();
        for n in 0..400usize {
            let pick = |k: usize| Language::glob(&patterns[(n * k + k) % 64], Fold::None);
            let ab = Language::literal("ab", Fold::None);
            let mut languages = vec![pick(1), pick(7), pick(13), ab];
            languages.sort();
            languages.dedup();
            let refs: Vec<&Language> = languages.iter().collect();
            let found = signatures(&refs, &Budget::default()).unwrap_or_default();
            let of = |text: &str| -> Signature {
                (0..refs.len() as u32).filter(|i| refs[*i as usize].matches(text)).collect()
            };
            for (signature, example) in &found {
                assert_eq!(of(example), *signature, "{languages:?} {example}");
            }
            let known: HashSet<&Signature> = found.iter().map(|(s, _)| s).collect();
            assert_eq!(known.len(), found.len());
            for text in &texts {
                assert!(known.contains(&of(text)), "{languages:?} {text}");
            }
        }
    }

    #[test]
    fn letter_case_makes_classes_of_its_own() {
        let languages =
            [Language::literal("Yes", Fold::Lower), Language::literal("Yes", Fold::None)];
        let refs: Vec<&Language> = languages.iter().collect();
        let found = signatures(&refs, &Budget::default()).unwrap_or_default();
        assert_eq!(found.len(), 3, "{found:?}");
    }
}
