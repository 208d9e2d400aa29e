//! Formatting as edits, so that the editor keeps its place.
//!
//! The layout is that of `keyaki format`, whatever the editor's own indentation is: a file must
//! look the same wherever it was formatted.

use keyaki_diag::{Edit, TextRange};
use keyaki_syntax::{FormatOptions, MemberOrder, TokenKind, Tree};
use keyaki_workspace::canonical_order;

use crate::Document;

/// The edits that lay out a document; none where its text is not well-formed or holds no policy.
pub fn format(document: &Document) -> Vec<Edit> {
    if document.policies().is_empty() {
        return Vec::new();
    }
    let formatted = keyaki_syntax::format(&document.tree, &FormatOptions::default());
    let Ok(new) = formatted else { return Vec::new() };
    gaps(&document.tree, &new).unwrap_or_else(|| replacement(document.text(), &new))
}

/// The edits that lay out a part of a document.
pub fn format_range(document: &Document, range: TextRange) -> Vec<Edit> {
    let touches = |edit: &Edit| edit.range.start <= range.end && range.start <= edit.range.end;
    format(document).into_iter().filter(touches).collect()
}

/// The edits that bring the elements of policies and statements into the order of AWS's grammar.
pub(crate) fn organize(document: &Document) -> Vec<Edit> {
    let order: &MemberOrder<'_> = &canonical_order;
    let options = FormatOptions { member_order: Some(order), ..FormatOptions::default() };
    match keyaki_syntax::format(&document.tree, &options) {
        Ok(new) if !document.policies().is_empty() => replacement(document.text(), &new),
        Ok(_) | Err(_) => Vec::new(),
    }
}

/// One edit that turns a text into another: what differs between their common ends.
pub(crate) fn replacement(old: &str, new: &str) -> Vec<Edit> {
    let same = |(a, b): &(char, char)| a == b;
    let length = |(c, _): (char, char)| c.len_utf8();
    let head: usize = old.chars().zip(new.chars()).take_while(same).map(length).sum();
    let (old_rest, new_rest) = (old.get(head..).unwrap_or(""), new.get(head..).unwrap_or(""));
    let backwards = old_rest.chars().rev().zip(new_rest.chars().rev());
    let tail: usize = backwards.take_while(same).map(length).sum();
    let inserted = new_rest.get(..new_rest.len() - tail).unwrap_or("");
    let range = TextRange::new(head as u32, (old.len() - tail) as u32);
    if range.is_empty() && inserted.is_empty() {
        return Vec::new();
    }
    vec![Edit { range, replacement: inserted.to_owned() }]
}

/// The edits between the tokens; none where more differs than space and trailing commas.
fn gaps(tree: &Tree, new: &str) -> Option<Vec<Edit>> {
    let new = Tree::parse(new);
    let (old, source) = (solid(tree), tree.source());
    let mut edits = Vec::new();
    let mut old = old.into_iter().peekable();
    let (mut old_end, mut new_end) = (0, 0);
    for (kind, range) in solid(&new) {
        while old.peek().is_some_and(|&(k, _)| k == TokenKind::Comma && kind != TokenKind::Comma) {
            old.next();
        }
        let (_, was) = old.next()?;
        if was.slice(source) != range.slice(new.source()) {
            return None;
        }
        let between = TextRange::new(new_end, range.start).slice(new.source());
        push_gap(&mut edits, source, TextRange::new(old_end, was.start), between);
        (old_end, new_end) = (was.end, range.end);
    }
    if old.next().is_some() {
        return None;
    }
    let rest = TextRange::new(new_end, new.source().len() as u32).slice(new.source());
    push_gap(&mut edits, source, TextRange::new(old_end, source.len() as u32), rest);
    Some(edits)
}

fn push_gap(edits: &mut Vec<Edit>, source: &str, range: TextRange, text: &str) {
    if range.slice(source) != text {
        edits.push(Edit { range, replacement: text.to_owned() });
    }
}

/// The tokens but for space.
fn solid(tree: &Tree) -> Vec<(TokenKind, TextRange)> {
    let tokens = tree.tokens().filter(|token| token.kind != TokenKind::Whitespace);
    tokens.map(|token| (token.kind, token.range)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_between_common_ends_is_replaced() {
        let edit = |start, end, text: &str| {
            vec![Edit { range: TextRange::new(start, end), replacement: text.to_owned() }]
        };
        assert_eq!(replacement("abcd", "abxd"), edit(2, 3, "x"));
        assert_eq!(replacement("aa", "aaa"), edit(2, 2, "a"));
        assert_eq!(replacement("é", "è"), edit(0, 2, "è"));
        assert_eq!(replacement("same", "same"), []);
    }
}
