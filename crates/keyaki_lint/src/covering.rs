//! Which entries of a list are covered by other entries of the same list.
//!
//! An entry covers another if every text that the other matches is matched by it.
//! Policy variables stand for the same text wherever they are written, so they are compared as
//! symbols of their own.
//!
//! What covers an entry begins with a part of the literal text that the entry begins with.
//! Sorted by that text, all candidates for an entry lie on one path, as in a prefix tree,
//! so that lists of thousands of entries take little more than the time to sort them.

use std::borrow::Cow;
use std::collections::HashMap;

use keyaki_ir::glob::{self, Case};
use keyaki_ir::{Part, Pattern};

use crate::text_hash;

/// An entry that could be left out, and the entries that cover it, by position in the list.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Covered {
    pub(crate) entry: usize,
    /// Those that are not covered themselves, or some of them; never empty.
    pub(crate) by: Vec<usize>,
}

/// The covered entries, in order. Of equal entries the first stays.
pub(crate) fn covered<'e>(
    entries: impl ExactSizeIterator<Item = &'e str> + Clone,
    case: Case,
) -> Vec<Covered> {
    if entries.clone().all(|e| !glob::has_wildcard(e)) && are_distinct(entries.clone()) {
        return Vec::new();
    }
    if case == Case::Sensitive {
        return covered_exactly(entries);
    }
    let mut text = String::with_capacity(entries.clone().map(str::len).sum());
    entries.clone().for_each(|entry| text.push_str(entry));
    text.make_ascii_lowercase();
    let mut rest = &*text;
    covered_exactly(entries.map(|entry| {
        let (folded, tail) = rest.split_at(entry.len());
        rest = tail;
        folded
    }))
}

/// Whether no two texts are equal, whatever their case. This may be denied of texts that are.
fn are_distinct<'e>(texts: impl Iterator<Item = &'e str>) -> bool {
    let mut hashes: Vec<u64> = texts.map(text_hash::folded).collect();
    hashes.sort_unstable();
    hashes.windows(2).all(|pair| pair[0] != pair[1])
}

/// The same where letter case counts.
fn covered_exactly<'e>(entries: impl Iterator<Item = &'e str>) -> Vec<Covered> {
    let entries = entries.enumerate().map(|(number, text)| Entry::new(number, text));
    let pairs = pairs(entries.collect());
    let is_covered = |entry: usize| pairs.binary_search_by_key(&entry, |p| p.0).is_ok();
    let mut out: Vec<Covered> = Vec::new();
    for group in pairs.chunk_by(|a, b| a.0 == b.0) {
        let mut by: Vec<usize> = group.iter().map(|p| p.1).filter(|&c| !is_covered(c)).collect();
        if by.is_empty() {
            by.extend(group.iter().map(|p| p.1));
        }
        out.push(Covered { entry: group[0].0, by });
    }
    out
}

/// The text of a pattern with each variable as one character for private use.
///
/// None where there are too many of them.
pub(crate) fn opaque<'p>(
    pattern: &'p Pattern,
    known: &mut HashMap<&'p str, u32>,
) -> Option<Cow<'p, str>> {
    if pattern.variables().is_empty() {
        return Some(Cow::Borrowed(pattern.text()));
    }
    let mut out = String::with_capacity(pattern.text().len());
    for part in pattern.parts() {
        match part {
            Part::Text(text) => out.push_str(text),
            Part::Variable(variable) => {
                let text = &pattern.text()[variable.range.clone()];
                let next = known.len() as u32;
                out.push(char::from_u32(PRIVATE + *known.entry(text).or_insert(next))?);
            }
        }
    }
    Some(Cow::Owned(out))
}

/// The first character of the supplementary private use areas; they reach to the last character
/// that there is.
const PRIVATE: u32 = 0xF_0000;

/// An entry of the list.
#[derive(Clone, Copy)]
struct Entry<'e> {
    number: usize,
    text: &'e str,
    /// The length of the text up to its first wildcard.
    head: usize,
}

impl<'e> Entry<'e> {
    fn new(number: usize, text: &'e str) -> Self {
        Entry { number, text, head: glob::literal_head(text).len() }
    }

    fn head(&self) -> &'e str {
        &self.text[..self.head]
    }

    fn has_wildcard(&self) -> bool {
        self.head < self.text.len()
    }
}

/// An entry with a wildcard, ready to be compared with others.
struct Wide<'e> {
    entry: Entry<'e>,
    /// The text from its first wildcard on.
    rest: &'e str,
    /// The text after its last wildcard.
    tail: &'e str,
    has_question_mark: bool,
}

impl<'e> Wide<'e> {
    fn new(entry: Entry<'e>) -> Self {
        let rest = &entry.text[entry.head..];
        let tail = rest.rfind(['*', '?']).map_or("", |at| &rest[at + 1..]);
        Wide { entry, rest, tail, has_question_mark: rest.contains('?') }
    }

    /// Whether it covers another; of two that cover each other the first covers the second.
    fn covers(&self, inner: &Entry<'_>) -> bool {
        self.entry.number != inner.number
            && self.includes(inner)
            && (self.entry.number < inner.number
                || !(inner.has_wildcard() && Wide::new(*inner).includes(&self.entry)))
    }

    /// Whether it matches all that another entry matches.
    fn includes(&self, inner: &Entry<'_>) -> bool {
        let Some(inner) = inner.text.strip_prefix(self.entry.head()) else { return false };
        if !inner.ends_with(self.tail) {
            return false;
        }
        if !self.has_question_mark {
            // Only a star can take in a wildcard of `inner`, so it may be read as text.
            return glob::matches(self.rest, inner, Case::Sensitive);
        }
        // A variable can be longer than the one character of a `?`.
        let has_variable = inner.chars().any(|c| u32::from(c) >= PRIVATE);
        !has_variable && glob::includes(self.rest, inner, Case::Sensitive)
    }
}

/// How many bytes are compared with each other at most. A policy of 44 KB, the longest that AWS
/// takes, hardly needs more; of a longer list the rest is taken for not covered.
const MAX_COMPARED: usize = 600_000_000;

/// How many entries that cover it are looked for, for each.
const MAX_COVERING: usize = 8;

/// All (covered, covering), sorted.
fn pairs(mut entries: Vec<Entry<'_>>) -> Vec<(usize, usize)> {
    entries.sort_unstable_by(|a, b| a.head().cmp(b.head()).then(a.number.cmp(&b.number)));
    let mut path: Vec<Wide<'_>> = Vec::new();
    let mut left = MAX_COMPARED;
    let mut pairs = Vec::new();
    for group in entries.chunk_by(|a, b| a.head() == b.head()) {
        // Each head on the path begins with the one before it.
        while path.pop_if(|last| !group[0].text.starts_with(last.entry.head())).is_some() {}
        path.extend(group.iter().filter(|e| e.has_wildcard()).map(|e| Wide::new(*e)));
        let first = group.iter().find(|e| !e.has_wildcard());
        for entry in group {
            let same = first.filter(|f| !entry.has_wildcard() && f.number != entry.number);
            pairs.extend(same.map(|f| (entry.number, f.number)));
            let mut found = 0;
            for wide in &path {
                let next = left.checked_sub(wide.rest.len() * entry.text.len());
                let Some(next) = next.filter(|_| found < MAX_COVERING) else { break };
                left = next;
                if wide.covers(entry) {
                    pairs.push((entry.number, wide.entry.number));
                    found += 1;
                }
            }
        }
    }
    pairs.sort_unstable();
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(entries: &[&str], case: Case) -> Vec<(usize, Vec<usize>)> {
        let covered = covered(entries.iter().copied(), case);
        covered.into_iter().map(|c| (c.entry, c.by)).collect()
    }

    #[test]
    fn a_wildcard_covers_what_it_matches() {
        let entries = ["s3:GetObject", "s3:PutObject", "S3:get*", "s3:*Object", "ec2:Get*"];
        let expected = vec![(0, vec![2, 3]), (1, vec![3])];
        assert_eq!(found(&entries, Case::Insensitive), expected);
    }

    #[test]
    fn the_widest_entry_is_named() {
        let entries = ["s3:GetObjectAcl", "s3:GetObject*", "s3:Get*"];
        assert_eq!(found(&entries, Case::Insensitive), [(0, vec![2]), (1, vec![2])]);
        let entries = ["*", "s3:GetObject", "s3:*"];
        assert_eq!(found(&entries, Case::Insensitive), [(1, vec![0]), (2, vec![0])]);
    }

    #[test]
    fn of_equal_entries_the_first_stays() {
        assert_eq!(found(&["a", "b", "A", "a"], Case::Insensitive), [(2, vec![0]), (3, vec![0])]);
        assert_eq!(found(&["a", "b", "A", "a"], Case::Sensitive), [(3, vec![0])]);
        assert_eq!(found(&["a**", "a*", "a?*", "a*?"], Case::Sensitive).len(), 3);
        assert_eq!(found(&["a*", "a**"], Case::Sensitive), [(1, vec![0])]);
    }

    #[test]
    fn the_answer_is_that_of_comparing_all_pairs() {
        let parts = ["", "a", "b", "ab", "*", "?", "a*", "*a", "?b"];
        let all: Vec<String> =
            parts.iter().flat_map(|a| parts.iter().map(move |b| format!("{a}{b}"))).collect();
        for case in [Case::Sensitive, Case::Insensitive] {
            let includes = |a: usize, b: usize| glob::includes(&all[a], &all[b], case);
            let redundant = |b: usize| {
                (0..all.len()).any(|a| a != b && includes(a, b) && (a < b || !includes(b, a)))
            };
            let expected: Vec<usize> = (0..all.len()).filter(|&b| redundant(b)).collect();
            let found = covered(all.iter().map(String::as_str), case);
            let found: Vec<usize> = found.iter().map(|c| c.entry).collect();
            assert_eq!(found, expected);
        }
    }

    #[test]
    fn variables_are_the_same_text_wherever_they_stand() {
        let patterns: Vec<Pattern> = [
            "home/${aws:username}/*",
            "home/${aws:username}/a",
            "home/${aws:userid}/a",
            "home/${aws:username}",
            "home/?/a",
            "home/${*}/a",
        ]
        .map(Pattern::new)
        .into();
        let mut known = HashMap::new();
        let texts: Vec<_> = patterns.iter().filter_map(|p| opaque(p, &mut known)).collect();
        let found = covered(texts.iter().map(|t| &**t), Case::Sensitive);
        assert_eq!(found, [Covered { entry: 1, by: vec![0] }]);
    }
}
