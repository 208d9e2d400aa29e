//! Is there a text in these languages and in none of those?
//!
//! Exact, by breadth-first search over position sets with two prunes: of two states with the same
//! required positions, the one with more positions to avoid is dropped, and a state in which
//! something to avoid can no longer be left is dropped. What inclusion and disjointness decide is
//! never searched for.

use std::cmp::Reverse;
use std::collections::HashMap;

use crate::algebra::{disjoint, includes, readable, with_stars};
use crate::automaton::{Automaton, Positions, close};
use crate::bits::Bits;
use crate::budget::{Budget, Exhausted};
use crate::language::{Fold, Language, Symbol};

/// A text that matches some language of each group and none to avoid; the shortest, or a more
/// readable one.
pub(crate) fn find(
    need: &[Vec<&Language>],
    avoid: &[&Language],
    budget: &Budget,
) -> Result<Option<String>, Exhausted> {
    let everything = Language::everything();
    let whole = vec![&everything];
    // The fewest, and of these the most particular.
    let particular = |i: usize| need[i].first().map_or(0, |l| l.letters());
    let smallest = (0..need.len()).min_by_key(|i| (need[*i].len(), Reverse(particular(*i))));
    let pivots = smallest.map_or(&whole, |i| &need[i]);
    let others: Vec<&Vec<&Language>> =
        (0..need.len()).filter(|i| Some(*i) != smallest).map(|i| &need[i]).collect();
    for pivot in pivots {
        if let Some(text) = within(pivot, &others, avoid, budget)? {
            return Ok(Some(text));
        }
    }
    Ok(None)
}

/// As [`find`], within one language.
fn within(
    pivot: &Language,
    need: &[&Vec<&Language>],
    avoid: &[&Language],
    budget: &Budget,
) -> Result<Option<String>, Exhausted> {
    budget.spend(1 + avoid.len() as u64)?;
    if pivot.fold == Fold::None
        && let Some(text) = pivot.as_literal()
    {
        let fits = need.iter().all(|group| group.iter().any(|l| l.matches(&text)))
            && !avoid.iter().any(|l| l.matches(&text));
        return Ok(fits.then_some(text));
    }
    if avoid.iter().any(|l| includes(l, pivot)) {
        return Ok(None);
    }
    let mut groups = Vec::new();
    for group in need {
        if group.iter().any(|l| includes(l, pivot)) {
            continue;
        }
        let open: Vec<&Language> = group.iter().copied().filter(|l| !disjoint(l, pivot)).collect();
        if open.is_empty() {
            return Ok(None);
        }
        groups.push(open);
    }
    let avoid: Vec<&Language> = avoid.iter().copied().filter(|l| !disjoint(l, pivot)).collect();
    if let Some(text) = candidate(pivot, &groups, &avoid) {
        return Ok(Some(text));
    }
    search(pivot, &groups, &avoid, budget)
}

/// A member that is made up rather than searched for: stars stand for nothing, for something, or
/// for all the texts that other languages ask for.
fn candidate(pivot: &Language, need: &[Vec<&Language>], avoid: &[&Language]) -> Option<String> {
    let asked = need.iter().filter_map(|g| g.first()).map(|l| pieces(l, pivot));
    let asked: String = asked.collect();
    let made = [readable(pivot), with_stars(pivot, ""), with_stars(pivot, &asked)];
    made.into_iter().find(|text| {
        pivot.matches(text)
            && need.iter().all(|group| group.iter().any(|l| l.matches(text)))
            && !avoid.iter().any(|l| l.matches(text))
    })
}

/// The characters that a language asks for, beyond the beginning without stars that it shares with
/// the pivot.
fn pieces(language: &Language, pivot: &Language) -> String {
    let pairs = language.symbols.iter().zip(&pivot.symbols);
    let shared = pairs.take_while(|(own, other)| own == other && !own.is_star()).count();
    let chars = language.symbols.iter().skip(shared).filter_map(|s| match s {
        Symbol::Char(c) => Some(*c),
        Symbol::Any | Symbol::AnyInSegment => Some('x'),
        Symbol::Star | Symbol::StarInSegment => None,
    });
    chars.collect()
}

struct State {
    need: Positions,
    avoid: Positions,
    /// The state before, and the character that led here.
    from: Option<(usize, char)>,
}

fn search(
    pivot: &Language,
    need: &[Vec<&Language>],
    avoid: &[&Language],
    budget: &Budget,
) -> Result<Option<String>, Exhausted> {
    // To which group each required language belongs.
    let mut group_of = vec![0];
    let mut required = vec![pivot];
    for (index, group) in need.iter().enumerate() {
        required.extend(group);
        group_of.extend(group.iter().map(|_| index + 1));
    }
    let groups = need.len() + 1;
    let (Some(required), Some(avoided)) =
        (Automaton::new(required), Automaton::new(avoid.to_vec()))
    else {
        return Err(Exhausted);
    };
    let alive = |positions: &Positions| {
        let alive: Bits = positions.iter().map(|p| group_of[Automaton::language_of(*p)]).collect();
        alive.iter().count() == groups
    };
    let mut states = vec![State { need: required.start(), avoid: avoided.start(), from: None }];
    let mut seen: HashMap<Positions, Vec<Positions>> = HashMap::new();
    let mut at = 0;
    while at < states.len() {
        let state = &states[at];
        budget.spend((state.need.len() + state.avoid.len()) as u64 + 1)?;
        let accepted: Bits = required.accepted(&state.need).map(|l| group_of[l]).collect();
        if accepted.iter().count() == groups && avoided.accepted(&state.avoid).next().is_none() {
            return Ok(Some(text(&states, at)));
        }
        let mut expected = Vec::new();
        required.expect(&state.need, &mut expected);
        avoided.expect(&state.avoid, &mut expected);
        let mut new = Vec::new();
        for c in close(expected) {
            budget.spend((state.need.len() + state.avoid.len()) as u64 + 1)?;
            let need = required.step(&state.need, c);
            if !alive(&need) {
                continue;
            }
            let avoid = avoided.step(&state.avoid, c);
            if avoid.iter().any(|p| avoided.is_settled(*p)) {
                continue;
            }
            let known = seen.entry(need.clone()).or_default();
            budget.spend(known.len() as u64)?;
            if known.iter().any(|k| is_subset(k, &avoid)) {
                continue;
            }
            known.push(avoid.clone());
            new.push(State { need, avoid, from: Some((at, c)) });
        }
        states.extend(new);
        at += 1;
    }
    Ok(None)
}

fn text(states: &[State], mut at: usize) -> String {
    let mut chars = Vec::new();
    while let Some((before, c)) = states[at].from {
        chars.push(c);
        at = before;
    }
    chars.iter().rev().collect()
}

/// Whether one sorted list is within another.
fn is_subset(inner: &[u32], outer: &[u32]) -> bool {
    let mut rest = outer.iter();
    inner.iter().all(|p| rest.any(|q| q == p))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn globs(texts: &[&str]) -> Vec<Language> {
        texts.iter().map(|t| Language::glob(t, Fold::None)).collect()
    }

    fn found(need: &[&[&str]], avoid: &[&str]) -> Option<String> {
        let need: Vec<Vec<Language>> = need.iter().map(|g| globs(g)).collect();
        let need: Vec<Vec<&Language>> = need.iter().map(|g| g.iter().collect()).collect();
        let avoid = globs(avoid);
        let avoid: Vec<&Language> = avoid.iter().collect();
        find(&need, &avoid, &Budget::default()).ok().flatten()
    }

    #[test]
    fn a_union_that_covers_is_recognised() {
        assert_eq!(found(&[&["a*"]], &["a", "a?*"]), None);
        assert_eq!(found(&[&["*-prod-*"]], &["*-prod-", "*-prod-?*"]), None);
        assert!(found(&[&["a*"]], &["a", "a??*"]).is_some_and(|t| t.len() == 2));
    }

    #[test]
    fn words_that_must_all_occur_are_put_together() {
        let words: Vec<String> = (0..24).map(|n| format!("*w{n:02}*")).collect();
        let need: Vec<Vec<&str>> = words.iter().map(|w| vec![w.as_str()]).collect();
        let need: Vec<&[&str]> = need.iter().map(Vec::as_slice).collect();
        let text = found(&need, &[]);
        assert!(text.is_some_and(|t| (0..24).all(|n| t.contains(&format!("w{n:02}")))));
    }

    #[test]
    fn the_search_agrees_with_enumeration() {
        let mut texts = vec![String::new()];
        for i in 0..3usize.pow(6) {
            if let Some(t) = texts.get(i).cloned() {
                texts.extend(['a', 'b', 'z'].map(|c| format!("{t}{c}")));
            }
        }
        let small = texts.clone();
        let patterns: Vec<String> = (0..4usize.pow(3))
            .map(|n| [n % 4, n / 4 % 4, n / 16].map(|i| ['a', 'b', '?', '*'][i]).iter().collect())
            .collect();
        for (i, p) in patterns.iter().enumerate() {
            for (j, q) in patterns.iter().enumerate().skip(i % 3).step_by(3) {
                let r = &patterns[(i * 7 + j * 13) % patterns.len()];
                let text = found(&[&[p]], &[q, r]);
                let all = globs(&[p, q, r]);
                let fits =
                    |t: &String| all[0].matches(t) && !all[1].matches(t) && !all[2].matches(t);
                match text {
                    Some(text) => assert!(fits(&text), "{p} without {q} and {r}: {text}"),
                    None => assert!(!small.iter().any(fits), "{p} without {q} and {r}"),
                }
            }
        }
    }

    #[test]
    fn a_budget_that_is_spent_is_said_so() {
        let need = globs(&["*a*a*a*a*a*a*b"]);
        let avoid = globs(&["*b*a*b*a*b", "?a*ab", "*aa?a*b"]);
        let need = [need.iter().collect()];
        let avoid: Vec<&Language> = avoid.iter().collect();
        let budget = Budget::new(3);
        assert_eq!(find(&need, &avoid, &budget), Err(Exhausted));
        assert!(find(&need, &avoid, &Budget::default()).is_ok());
    }
}
