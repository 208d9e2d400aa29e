//! Lists of strings written anew, in the manner in which they stand.

use keyaki_diag::{Edit, TextRange};
use keyaki_syntax::{NodeId, NodeKind, TokenKind, Value};

use crate::Document;

/// As many short entries stay on one line.
const MOST_ON_A_LINE: usize = 3;

/// The edit that gives an element of one or several strings other entries, each as JSON; none where
/// comments would be lost or it is no list of strings.
pub(super) fn rewritten(document: &Document, origin: NodeId, entries: &[String]) -> Option<Edit> {
    let value = document.tree.value(origin)?;
    let replacement = match value.kind() {
        NodeKind::Array if !has_comments(document, value.range()) => {
            array(document, value, entries)
        }
        NodeKind::String => single(document, value, entries),
        NodeKind::Object
        | NodeKind::Array
        | NodeKind::Member
        | NodeKind::Number
        | NodeKind::Bool
        | NodeKind::Null
        | NodeKind::Error => return None,
    };
    Some(Edit { range: value.range(), replacement })
}

fn array(document: &Document, value: Value<'_>, entries: &[String]) -> String {
    let outer = indentation(document, value.range().start);
    let first = value.elements().next();
    let own_line = first.filter(|_| value.source().contains('\n'));
    match own_line {
        Some(first) => several_lines(entries, &indentation(document, first.range().start), &outer),
        None => fitting(entries, &outer),
    }
}

fn single(document: &Document, value: Value<'_>, entries: &[String]) -> String {
    match entries {
        [only] => only.clone(),
        _ => fitting(entries, &indentation(document, value.range().start)),
    }
}

fn fitting(entries: &[String], outer: &str) -> String {
    if entries.len() <= MOST_ON_A_LINE {
        format!("[{}]", entries.join(", "))
    } else {
        several_lines(entries, &format!("{outer}  "), outer)
    }
}

fn several_lines(entries: &[String], inner: &str, outer: &str) -> String {
    let between = format!(",\n{inner}");
    format!("[\n{inner}{}\n{outer}]", entries.join(&between))
}

/// The space that the line of an offset begins with.
pub(super) fn indentation(document: &Document, offset: u32) -> String {
    let before = document.text().get(..offset as usize).unwrap_or_default();
    let line = before.rsplit('\n').next().unwrap_or_default();
    line.chars().take_while(|c| matches!(c, ' ' | '\t')).collect()
}

/// Whether a part of the text holds comments.
pub(super) fn has_comments(document: &Document, range: TextRange) -> bool {
    let is_comment = |kind| {
        matches!(kind, TokenKind::LineComment | TokenKind::BlockComment | TokenKind::OpenComment)
    };
    document.tree.tokens().any(|token| is_comment(token.kind) && range.contains(token.range))
}
