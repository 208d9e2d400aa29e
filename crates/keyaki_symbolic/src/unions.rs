//! Texts that tests on the values of a key tell apart.
//!
//! A test compares a value with a union of languages. Where the languages overlap in few ways, all
//! of these are read side by side; where they overlap in too many, as words inside of texts do, the
//! unions alone are told apart, each by a search.

use keyaki_ir::{BaseOperator, Comparison, ConditionEntry, Pattern, Version};

use crate::budget::{Budget, Exhausted};
use crate::compile;
use crate::key::KeyTest;
use crate::language::{Fold, Language};
use crate::search::find;
use crate::signature::signatures;

/// The unions of languages that some tests tell apart, each once.
pub(crate) fn unions(tests: &[KeyTest<'_>]) -> Vec<Vec<Language>> {
    let mut unions: Vec<Vec<Language>> = Vec::new();
    for test in tests {
        match test {
            KeyTest::Entry { operator, entry, version, .. } => {
                of_entry(operator.base, entry, *version, &mut unions);
            }
            KeyTest::Is(language) | KeyTest::Any(language) => unions.push(vec![language.clone()]),
            KeyTest::Present => {}
        }
    }
    unions.sort();
    unions.dedup();
    unions
}

fn of_entry(
    base: BaseOperator,
    entry: &ConditionEntry,
    version: Version,
    out: &mut Vec<Vec<Language>>,
) {
    let patterns = entry.values.iter().map(|v| &v.pattern);
    match base.comparison() {
        Comparison::Text => {
            out.push(patterns.map(|p| compile::equals(p, version, Fold::None)).collect());
        }
        Comparison::TextInAnyCase => {
            out.push(patterns.map(|p| compile::equals(p, version, Fold::Lower)).collect());
        }
        Comparison::TextLike => {
            out.push(patterns.map(|p| compile::like(p, version, Fold::None)).collect());
        }
        Comparison::Arn => {
            out.push(vec![Language::arns()]);
            let parsed = |p| keyaki_ir::Arn::parse(Pattern::text(p));
            let arns = patterns.filter_map(|p| compile::arn(p, parsed(p).as_ref(), version));
            out.push(arns.collect());
        }
        Comparison::Bool => {
            out.extend(["true", "false"].map(|t| vec![Language::literal(t, Fold::Ascii)]));
        }
        Comparison::Binary => {
            out.extend(patterns.map(|p| vec![Language::literal(p.text(), Fold::None)]));
        }
        Comparison::Number(_)
        | Comparison::Time(_)
        | Comparison::Address
        | Comparison::Presence => {}
    }
}

/// The steps that reading all languages side by side may take before the unions are searched, for
/// each union: the more there are, the longer a search takes.
const READING: u64 = 400_000;

/// Texts, of which each other text lies in the same unions as one; the empty text is left out.
pub(crate) fn told_apart(
    unions: &[Vec<Language>],
    budget: &Budget,
) -> Result<Vec<String>, Exhausted> {
    let mut languages: Vec<&Language> = unions.iter().flatten().collect();
    languages.sort();
    languages.dedup();
    let read = |budget: &Budget| {
        let found = signatures(&languages, budget)?;
        Ok(found.into_iter().map(|(_, text)| text).collect())
    };
    budget
        .up_to(READING.saturating_mul(unions.len() as u64), read)
        .or_else(|Exhausted| budget.up_to(budget.left() / 2, |budget| searched(unions, budget)))
        .or_else(|Exhausted| read(budget))
}

/// Texts in every combination of unions that occurs, by a search for each.
fn searched(unions: &[Vec<Language>], budget: &Budget) -> Result<Vec<String>, Exhausted> {
    let mut texts = Vec::new();
    let first = member(unions, &[], budget)?;
    let mut open: Vec<(Vec<bool>, String)> = Vec::new();
    open.extend(first.map(|text| (Vec::new(), text)));
    while let Some((mut inside, text)) = open.pop() {
        let Some(next) = unions.get(inside.len()) else {
            texts.push(text);
            continue;
        };
        budget.spend(1 + next.len() as u64)?;
        let own = next.iter().any(|language| language.matches(&text));
        let mut other = inside.clone();
        other.push(!own);
        open.extend(member(unions, &other, budget)?.map(|text| (other, text)));
        inside.push(own);
        open.push((inside, text));
    }
    Ok(texts)
}

/// A text, other than the empty one, that lies in the first unions as is said.
fn member(
    unions: &[Vec<Language>],
    inside: &[bool],
    budget: &Budget,
) -> Result<Option<String>, Exhausted> {
    let of = |expected: bool| {
        let all = unions.iter().zip(inside);
        all.filter(move |(_, inside)| **inside == expected).map(|(union, _)| union)
    };
    let mut need: Vec<Vec<&Language>> = of(true).map(|union| union.iter().collect()).collect();
    let avoid: Vec<&Language> = of(false).flatten().collect();
    // Where nothing else keeps the empty text out; one more language makes a search longer.
    let not_empty = Language::glob("?*", Fold::None);
    if need.iter().all(|union| union.iter().any(|language| language.matches(""))) {
        need.push(vec![&not_empty]);
    }
    find(&need, &avoid, budget)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn globs(texts: &[&str]) -> Vec<Language> {
        texts.iter().map(|t| Language::glob(t, Fold::None)).collect()
    }

    /// The unions in which each of these texts lies.
    fn combinations(unions: &[Vec<Language>], texts: &[String]) -> BTreeSet<Vec<bool>> {
        let lies = |text: &String| -> Vec<bool> {
            unions.iter().map(|union| union.iter().any(|l| l.matches(text))).collect()
        };
        texts.iter().map(lies).collect()
    }

    #[test]
    fn searching_and_reading_side_by_side_tell_the_same_apart() {
        let symbols = ["a", "b", "?", "*"];
        let pattern = |n: usize| [n % 4, n / 4 % 4, n / 16 % 4].map(|i| symbols[i]).concat();
        for n in 0..200 {
            let unions: Vec<Vec<Language>> = (0..4)
                .map(|u| globs(&[&pattern(n * 7 + u * 13), &pattern(n * 3 + u * 29)]))
                .collect();
            let languages: Vec<&Language> = unions.iter().flatten().collect();
            let mut distinct = languages.clone();
            distinct.sort();
            distinct.dedup();
            let read = signatures(&distinct, &Budget::default()).unwrap_or_default();
            let read: Vec<String> = read.into_iter().map(|(_, text)| text).collect();
            let searched = searched(&unions, &Budget::default()).unwrap_or_default();
            assert_eq!(combinations(&unions, &read), combinations(&unions, &searched), "{n}");
            assert_eq!(searched.len(), combinations(&unions, &searched).len());
        }
    }

    #[test]
    fn words_inside_of_texts_are_told_apart_by_their_unions() {
        let words: Vec<String> = (0..40).map(|n| format!("*w{n}w*")).collect();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let unions = [globs(&words), globs(&words[..20]), globs(&words[20..])];
        let texts = told_apart(&unions, &Budget::default()).unwrap_or_default();
        assert_eq!(combinations(&unions, &texts).len(), 4);
    }
}
