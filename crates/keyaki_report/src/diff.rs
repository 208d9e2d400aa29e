//! Unified diffs of two texts.
//!
//! The shortest edit script of Myers ("An O(ND) Difference Algorithm and Its Variations", 1986).
//! Texts that differ in more than [`LIMIT`] lines are shown as replaced from the first to the
//! last difference: such a diff is read by programs alone.

use std::fmt::Write;

/// How many lines of difference are worth the search for the shortest script.
const LIMIT: usize = 1000;

/// Lines of context around a change.
const CONTEXT: usize = 3;

/// The unified diff from `old` to `new`; empty if they are equal.
pub fn unified_diff(path: &str, old: &str, new: &str) -> String {
    if old == new {
        return String::new();
    }
    let (old, new) = (lines(old), lines(new));
    let changes = changes(&old, &new);
    let mut out = format!("--- {path}\n+++ {path}\n");
    for hunk in hunks(&changes) {
        write_hunk(hunk, &old, &new, &mut out);
    }
    out
}

fn lines(text: &str) -> Vec<&str> {
    text.split_inclusive('\n').collect()
}

/// Lines `old_start..old_end` give way to `new_start..new_end`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Change {
    old: (usize, usize),
    new: (usize, usize),
}

fn changes(old: &[&str], new: &[&str]) -> Vec<Change> {
    let head = old.iter().zip(new).take_while(|(a, b)| a == b).count();
    let (old, new) = (&old[head..], &new[head..]);
    let tail = old.iter().rev().zip(new.iter().rev()).take_while(|(a, b)| a == b).count();
    let (old, new) = (&old[..old.len() - tail], &new[..new.len() - tail]);
    let middle = match kept(old, new) {
        Some(kept) => between(&kept, old.len(), new.len()),
        None => vec![Change { old: (0, old.len()), new: (0, new.len()) }],
    };
    let shift = |(a, b)| (a + head, b + head);
    middle.into_iter().map(|c| Change { old: shift(c.old), new: shift(c.new) }).collect()
}

/// The gaps between pairs of lines that stay.
fn between(kept: &[(usize, usize)], old_len: usize, new_len: usize) -> Vec<Change> {
    let (mut x, mut y) = (0, 0);
    let mut changes = Vec::new();
    for &(a, b) in kept.iter().chain([&(old_len, new_len)]) {
        if (x, y) != (a, b) {
            changes.push(Change { old: (x, a), new: (y, b) });
        }
        (x, y) = (a + 1, b + 1);
    }
    changes
}

/// The pairs of lines that stay, by the greedy search of Myers; none past the limit.
fn kept(old: &[&str], new: &[&str]) -> Option<Vec<(usize, usize)>> {
    let limit = LIMIT.min(old.len() + new.len());
    // `reach[k + limit]` is how far in `old` the diagonal `k` was followed.
    let mut reach = vec![0usize; 2 * limit + 2];
    let mut history = Vec::new();
    for d in 0..=limit {
        history.push(reach.clone());
        for k in (0..=2 * d).step_by(2).map(|i| i as isize - d as isize) {
            let at = (k + limit as isize) as usize;
            let down = k == -(d as isize)
                || (k != d as isize && reach[at.saturating_sub(1)] < reach[at + 1]);
            let mut x = if down { reach[at + 1] } else { reach[at.saturating_sub(1)] + 1 };
            let mut y = (x as isize - k) as usize;
            while x < old.len() && y < new.len() && old[x] == new[y] {
                (x, y) = (x + 1, y + 1);
            }
            reach[at] = x;
            if x >= old.len() && y >= new.len() {
                return Some(trace_back(&history, limit, old.len(), new.len()));
            }
        }
    }
    None
}

fn trace_back(
    history: &[Vec<usize>],
    limit: usize,
    old_len: usize,
    new_len: usize,
) -> Vec<(usize, usize)> {
    let (mut x, mut y) = (old_len as isize, new_len as isize);
    let mut kept = Vec::new();
    for (d, reach) in history.iter().enumerate().rev() {
        let d = d as isize;
        let at = |k: isize| reach.get((k + limit as isize) as usize).copied().unwrap_or(0);
        let k = x - y;
        let down = k == -d || (k != d && at(k - 1) < at(k + 1));
        let before = if down { k + 1 } else { k - 1 };
        let from_x = if d == 0 { 0 } else { at(before) as isize };
        let from_y = if d == 0 { 0 } else { from_x - before };
        while x > from_x && y > from_y {
            (x, y) = (x - 1, y - 1);
            kept.push((x as usize, y as usize));
        }
        (x, y) = (from_x, from_y);
    }
    kept.reverse();
    kept
}

/// Groups changes whose contexts touch.
fn hunks(changes: &[Change]) -> impl Iterator<Item = &[Change]> {
    changes.chunk_by(|a, b| b.old.0 - a.old.1 <= 2 * CONTEXT)
}

fn write_hunk(hunk: &[Change], old: &[&str], new: &[&str], out: &mut String) {
    let (Some(first), Some(last)) = (hunk.first(), hunk.last()) else { return };
    let before = first.old.0.min(CONTEXT);
    let after = (old.len() - last.old.1).min(CONTEXT);
    let span = |start: usize, end: usize| {
        let count = end + after - (start - before);
        let first = if count == 0 { start } else { start - before + 1 };
        if count == 1 { first.to_string() } else { format!("{first},{count}") }
    };
    let (from, to) = (span(first.old.0, last.old.1), span(first.new.0, last.new.1));
    let _ = writeln!(out, "@@ -{from} +{to} @@");
    let mut at = first.old.0 - before;
    for change in hunk {
        old[at..change.old.0].iter().for_each(|line| write_line(' ', line, out));
        old[change.old.0..change.old.1].iter().for_each(|line| write_line('-', line, out));
        new[change.new.0..change.new.1].iter().for_each(|line| write_line('+', line, out));
        at = change.old.1;
    }
    old[at..at + after].iter().for_each(|line| write_line(' ', line, out));
}

fn write_line(sign: char, line: &str, out: &mut String) {
    out.push(sign);
    out.push_str(line);
    if !line.ends_with('\n') {
        out.push_str("\n\\ No newline at end of file\n");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_line_stands_in_its_context() {
        let old = "a\nb\nc\nd\ne\nf\ng\nh\n";
        let new = "a\nb\nc\nd\nE\nf\ng\nh\n";
        let expected = "--- p\n+++ p\n@@ -2,7 +2,7 @@\n b\n c\n d\n-e\n+E\n f\n g\n h\n";
        assert_eq!(unified_diff("p", old, new), expected);
    }

    #[test]
    fn a_missing_last_line_end_is_said() {
        let expected = "--- p\n+++ p\n@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+a\n";
        assert_eq!(unified_diff("p", "a", "a\n"), expected);
    }

    #[test]
    fn texts_may_be_empty() {
        assert_eq!(unified_diff("p", "", "a\n"), "--- p\n+++ p\n@@ -0,0 +1 @@\n+a\n");
        assert_eq!(unified_diff("p", "a\n", ""), "--- p\n+++ p\n@@ -1 +0,0 @@\n-a\n");
        assert_eq!(unified_diff("p", "a\n", "a\n"), "");
    }

    #[test]
    fn the_kept_lines_are_the_most_possible() {
        let (old, new) = (lines("a\nb\nc\na\nb\nb\na\n"), lines("c\nb\na\nb\na\nc\n"));
        let kept = kept(&old, &new).unwrap_or_default();
        assert_eq!(kept.len(), 4);
        assert!(kept.iter().all(|&(x, y)| old[x] == new[y]));
    }

    /// Applies changes to `old`; they must give `new`.
    fn apply(old: &[&str], new: &[&str], changes: &[Change]) -> String {
        let (mut out, mut at) = (String::new(), 0);
        for change in changes {
            out.extend(old[at..change.old.0].iter().copied());
            out.extend(new[change.new.0..change.new.1].iter().copied());
            at = change.old.1;
        }
        out.extend(old[at..].iter().copied());
        out
    }

    #[test]
    fn changes_lead_from_old_to_new() {
        let mut state = 7u32;
        let mut next = |n: u32| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 16) % n
        };
        for _ in 0..500 {
            let mut text = || {
                let count = next(12);
                (0..count).map(|_| format!("{}\n", next(4))).collect::<String>()
            };
            let (old, new) = (text(), text());
            let (old, new) = (lines(&old), lines(&new));
            assert_eq!(apply(&old, &new, &changes(&old, &new)), new.concat());
        }
    }
}
