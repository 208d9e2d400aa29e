//! Trees of texts that change: what is taken over must be what reading all of it gives.

use keyaki_syntax::{SyntaxErrorKind, Tree};

use crate::check::check_tree;
use crate::generate::{Random, document, piece};

/// How many changes are made.
const CHANGES: usize = 10_000;

/// What becomes of a text: pieces are put in and taken out, most of them mended later.
struct Edited {
    random: Random,
    text: String,
}

impl Edited {
    /// Makes a change somewhere.
    fn change(&mut self) {
        let (start, end) = (self.place(), self.place());
        let (start, end) = (start.min(end), end.max(start).min(start.min(end) + 20));
        let end = (start..=end).rev().find(|at| self.text.is_char_boundary(*at)).unwrap_or(start);
        let with = match self.random.below(4) {
            0 => String::new(),
            1 => "x".to_owned(),
            2 => self.text[start..end].to_owned() + ",",
            _ => piece(&mut self.random).to_owned(),
        };
        self.text.replace_range(start..end, &with);
    }

    fn place(&mut self) -> usize {
        let at = self.random.below(self.text.len() + 1);
        (0..=at).rev().find(|at| self.text.is_char_boundary(*at)).unwrap_or(0)
    }
}

/// Everything that can be seen of a tree.
fn seen(tree: &Tree) -> String {
    let tokens: Vec<_> = tree.tokens().collect();
    let below: Vec<_> = tree
        .values()
        .map(|v| (v.size(), v.parent().map(|p| p.id()), v.as_str(), v.inner_map()))
        .collect();
    format!("{tokens:?}\n{below:?}\n{}", tree.dump())
}

fn assert_same(tree: &Tree) {
    assert_eq!(seen(tree), seen(&Tree::parse(tree.source())), "{:?}", tree.source());
}

#[test]
fn a_text_that_changes_is_read_as_if_it_were_new() {
    let mut taken_over = 0;
    for seed in 0..CHANGES as u64 / 10 {
        let mut random = Random::new(seed);
        let text = document(&mut random, false);
        let mut edited = Edited { text, random };
        let mut tree = Tree::parse(&*edited.text);
        for _ in 0..10 {
            let before = edited.text.clone();
            edited.change();
            let next = tree.reread(&*edited.text);
            assert_same(&next);
            check_tree(&next);
            taken_over += usize::from(tree.errors().is_empty() && next.errors().is_empty());
            // A text that was broken is mended, so that most changes are made in a whole one.
            if next.errors().is_empty() {
                tree = next;
            } else {
                edited.text = before;
            }
        }
    }
    assert!(taken_over > CHANGES / 20, "{taken_over}");
}

#[test]
fn every_letter_of_a_policy_can_be_changed() {
    let text = "\u{feff}{\"Statement\": [\n  {\"Sid\": \"\\u0041\", \"Action\": [\"a:\\n\", \"é𝄞\"]},\n  \
                {\"Sid\": \"\\u0042\", \"Condition\": {\"Bool\": {\"a\": true}}}\n]}\n";
    let tree = Tree::parse(text);
    for (at, letter) in text.char_indices() {
        for with in ["", "x", "é", "\"", "{", "}", "[]", "\\\"", "//", "${", "}}", "\", \"b\\t"] {
            let mut changed = text.to_owned();
            changed.replace_range(at..at + letter.len_utf8(), with);
            assert_same(&tree.reread(&*changed));
            changed = text.to_owned();
            changed.insert_str(at, with);
            assert_same(&tree.reread(&*changed));
        }
    }
    assert_same(&tree.reread(text));
    assert_same(&tree.reread(""));
}

#[test]
fn brackets_that_nest_too_deeply_are_found_in_a_part_too() {
    let nested = |depth: usize| "[".repeat(depth) + "1" + &"]".repeat(depth);
    for depth in Tree::MAX_DEPTH - 3..Tree::MAX_DEPTH + 3 {
        let tree = Tree::parse(nested(Tree::MAX_DEPTH - 5));
        let next = tree.reread(nested(depth));
        assert_same(&next);
        let is_too_deep = next.errors().iter().any(|e| e.kind == SyntaxErrorKind::TooDeep);
        assert_eq!(is_too_deep, depth > Tree::MAX_DEPTH);
    }
}

#[test]
fn nodes_are_the_same_where_they_were_read_alike() {
    let (a, b) = (Tree::parse("[{\"a\": 1}, {\"a\": 2}]"), Tree::parse("[0, {\"a\": 1}]"));
    let element = |tree: &'_ Tree, pointer: &str| tree.resolve(pointer).unwrap().id();
    let same = |x: &str, y: &str| {
        let (x, y) = (element(&a, x), element(&b, y));
        a.value(x).unwrap().is_same_as(b.value(y).unwrap())
    };
    assert!(same("/0", "/1") && !same("/1", "/1") && !same("/0", "/0"));
    // The same text, once within the depth that is read and once at its end.
    let nested = |depth: usize| Tree::parse("[".repeat(depth) + "[[1]]" + &"]".repeat(depth));
    let (flat, deep) = (nested(1), nested(Tree::MAX_DEPTH - 1));
    let innermost = |tree: &Tree, depth: usize| tree.resolve(&"/0".repeat(depth)).unwrap().id();
    let (x, y) = (innermost(&flat, 1), innermost(&deep, Tree::MAX_DEPTH - 1));
    let (x, y) = (flat.value(x).unwrap(), deep.value(y).unwrap());
    assert!(x.source() == y.source() && !x.is_same_as(y));
}
