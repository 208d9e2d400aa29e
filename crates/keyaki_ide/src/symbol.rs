//! The outline: policies and their statements.

use keyaki_diag::TextRange;
use keyaki_ir::{Effect, Statement};
use keyaki_workspace::ReadPolicy;

use crate::Document;

/// What an entry of the outline is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SymbolKind {
    /// A policy.
    Policy,
    /// A statement.
    Statement,
}

/// An entry of the outline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Symbol {
    /// Its name: of a statement the `Sid`, where it has one.
    pub name: String,
    /// What it does, in short.
    pub detail: String,
    /// What it is.
    pub kind: SymbolKind,
    /// All of it.
    pub range: TextRange,
    /// Its name in the text.
    pub selection: TextRange,
    /// What it holds.
    pub children: Vec<Symbol>,
}

/// The outline of a document. A document that is one policy has its statements on top.
pub fn symbols(document: &Document) -> Vec<Symbol> {
    match document.policies() {
        [only] if document.tree.pointer(only.policy.origin).is_empty() => {
            statements(document, only)
        }
        policies => policies.iter().map(|read| policy(document, read)).collect(),
    }
}

fn policy(document: &Document, read: &ReadPolicy) -> Symbol {
    let range = document.range(read.policy.origin);
    let pointer = document.tree.pointer(read.policy.origin);
    let name = if pointer.is_empty() { "policy".to_owned() } else { pointer };
    Symbol {
        name,
        detail: format!("{} policy", read.kind.name()),
        kind: SymbolKind::Policy,
        range,
        selection: TextRange::new(range.start, range.end.min(range.start + 1)),
        children: statements(document, read),
    }
}

fn statements(document: &Document, read: &ReadPolicy) -> Vec<Symbol> {
    read.policy.statements.iter().map(|statement| symbol(document, statement)).collect()
}

fn symbol(document: &Document, statement: &Statement) -> Symbol {
    let range = document.range(statement.origin);
    let sid = statement.sid.as_ref().filter(|sid| !sid.value.is_empty());
    let opening = TextRange::new(range.start, range.end.min(range.start + 1));
    let selection = sid.map_or(opening, |sid| document.inside(sid.origin));
    Symbol {
        name: name(statement),
        detail: summary(statement),
        kind: SymbolKind::Statement,
        range,
        // A broken text may have the name outside of what was read as the statement.
        selection: if range.contains(selection) { selection } else { opening },
        children: Vec::new(),
    }
}

fn name(statement: &Statement) -> String {
    match &statement.sid {
        Some(sid) if !sid.value.trim().is_empty() => sid.value.to_string(),
        _ => format!("Statement {}", statement.index + 1),
    }
}

/// A statement in a few words: `Allow s3:GetObject, s3:ListBucket and 3 more`.
pub(crate) fn summary(statement: &Statement) -> String {
    let effect = statement.effect().map_or("(no effect)", Effect::name);
    let mut actions = Vec::new();
    for element in statement.action_elements() {
        let not = if element.negated { "all but " } else { "" };
        actions.extend(element.entries.iter().map(|entry| format!("{not}{}", entry.text)));
    }
    let shown = actions.iter().take(2).map(String::as_str).collect::<Vec<_>>().join(", ");
    match actions.len().saturating_sub(2) {
        0 => format!("{effect} {shown}"),
        more => format!("{effect} {shown} and {more} more"),
    }
}
