//! What holds for every tree. The fuzz target `parse_roundtrip` checks the same.

use std::collections::HashSet;

use keyaki_syntax::{FormatOptions, NodeKind, SyntaxErrorKind, Tree, Value, format};
use serde_json::Value as Json;

/// Everything that holds for every tree.
pub(crate) fn check_tree(tree: &Tree) {
    check_tokens(tree);
    check_nodes(tree);
    check_against_serde(tree);
    check_format(tree);
}

fn check_tokens(tree: &Tree) {
    let joined: String = tree.tokens().map(|t| t.range.slice(tree.source())).collect();
    assert_eq!(joined, tree.source());
    assert!(tree.tokens().all(|t| !t.range.is_empty()));
}

fn check_nodes(tree: &Tree) {
    for value in tree.values() {
        let range = value.range();
        assert!(tree.source().get(range.start as usize..range.end as usize).is_some());
        let parent = value.parent();
        assert!(parent.is_none_or(|p| p.id() < value.id() && p.range().contains(range)));
        let mut end = range.start;
        for child in value.children() {
            assert!(child.range().start >= end, "children follow each other");
            end = child.range().end;
            assert_eq!(child.parent().map(|p| p.id()), Some(value.id()));
        }
        if let Some(text) = value.as_str() {
            assert!(range.contains(value.inner_range(0..text.len())));
        }
    }
    assert!(tree.errors().is_sorted_by_key(|e| e.range.start));
    assert!(tree.errors().iter().all(|e| e.range.end as usize <= tree.source().len()));
    assert_eq!(tree.dump().lines().count(), tree.values().count() + tree.errors().len());
}

/// The grammar is broken exactly where another reader refuses the text.
fn check_against_serde(tree: &Tree) {
    let text = tree.source().strip_prefix('\u{feff}').unwrap_or(tree.source());
    let other = serde_json::from_str::<Json>(text);
    let kinds = || tree.errors().iter().map(|e| e.kind);
    let other_differs = matches!(&other, Err(e) if e.to_string().contains("number out of range"));
    let replaced = |k| matches!(k, SyntaxErrorKind::InvalidUtf8 | SyntaxErrorKind::TooDeep);
    if other_differs || kinds().any(replaced) {
        return;
    }
    let refused = |k: SyntaxErrorKind| k.is_grammar() || k == SyntaxErrorKind::LoneSurrogate;
    let broken = kinds().any(refused);
    assert_eq!(broken, other.is_err(), "{text:?}\n{}", tree.dump());
    if let (false, Ok(other)) = (broken, other) {
        assert!(tree.root().is_some_and(|root| same(root, &other)), "{text:?}\n{}", tree.dump());
    }
}

/// Whether two readers read the same value.
fn same(value: Value<'_>, other: &Json) -> bool {
    match (value.kind(), other) {
        (NodeKind::Object, Json::Object(object)) => {
            let names: HashSet<&str> = value.members().map(|m| m.name()).collect();
            let member_is_same =
                |(name, inner): (&String, &Json)| value.get(name).is_some_and(|v| same(v, inner));
            names.len() == object.len() && object.iter().all(member_is_same)
        }
        (NodeKind::Array, Json::Array(array)) => {
            let pairs = value.elements().zip(array);
            value.elements().count() == array.len() && pairs.into_iter().all(|(v, o)| same(v, o))
        }
        (NodeKind::String, Json::String(text)) => value.as_str() == Some(text),
        (NodeKind::Number, Json::Number(number)) => {
            value.source().parse().ok().zip(number.as_f64()).is_some_and(|(a, b)| close(a, b))
        }
        (NodeKind::Bool, Json::Bool(bool)) => value.source() == bool.to_string(),
        (NodeKind::Null, Json::Null) => true,
        _ => false,
    }
}

/// Whether two numbers are the same; the other reader may be off in the last digit.
fn close(a: f64, b: f64) -> bool {
    (a - b).abs() <= a.abs() * 1e-12
}

/// Formatting keeps values and comments, and is stable.
fn check_format(tree: &Tree) {
    let options = FormatOptions::default();
    let Ok(text) = format(tree, &options) else { return };
    let formatted = Tree::parse(text.as_str());
    assert_eq!(outline(tree), outline(&formatted), "{:?}\n{text}", tree.source());
    assert_eq!(comments(tree), comments(&formatted), "{:?}\n{text}", tree.source());
    let again = format(&formatted, &options).expect("formattable again");
    assert_eq!(text, again, "{:?}", tree.source());
}

/// The nodes of a tree without their places.
fn outline(tree: &Tree) -> Vec<(usize, NodeKind, &str)> {
    let depth = |v: Value<'_>| std::iter::successors(Some(v), |v| v.parent()).count();
    let leaf = |v: Value<'_>| v.children().next().is_none();
    tree.values()
        .map(|v| {
            let is_container = matches!(v.kind(), NodeKind::Object | NodeKind::Array);
            let source = if leaf(v) && !is_container { v.source() } else { "" };
            (depth(v), v.kind(), source)
        })
        .collect()
}

fn comments(tree: &Tree) -> Vec<&str> {
    let is_comment = |text: &&str| text.starts_with("//") || text.starts_with("/*");
    tree.tokens().map(|t| t.range.slice(tree.source())).filter(is_comment).collect()
}
