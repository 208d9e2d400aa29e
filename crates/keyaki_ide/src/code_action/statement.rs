//! One statement into several, and two into one; what they allow stays the same.

use std::collections::BTreeMap;

use keyaki_diag::{Edit, TextRange};
use keyaki_ir::{ActionPattern, Policy, Statement};
use keyaki_syntax::{NodeKind, Value};

use super::list::{has_comments, indentation, rewritten};
use super::refactoring::Refactoring;
use super::wildcard::source;
use crate::Document;

/// A statement into one for each service.
pub(super) fn split(document: &Document, statement: &Statement) -> Option<Refactoring> {
    let element = statement.action.as_ref().filter(|_| statement.not_action.is_none())?;
    let mut services: BTreeMap<String, Vec<&ActionPattern>> = BTreeMap::new();
    for entry in &element.entries {
        let service = entry.service().unwrap_or("*").to_ascii_lowercase();
        services.entry(service).or_default().push(entry);
    }
    let range = document.range(statement.origin);
    if services.len() < 2 || !is_in_list(document, statement) || has_comments(document, range) {
        return None;
    }
    let copies: Option<Vec<String>> = services
        .values()
        .enumerate()
        .map(|(number, entries)| copy(document, statement, number, entries))
        .collect();
    let between = format!(",\n{}", indentation(document, range.start));
    let title = format!("Split into {} statements, one for each service", services.len());
    let edit = Edit { range, replacement: copies?.join(&between) };
    Some(Refactoring { title, edits: vec![edit] })
}

/// The text of a statement with some of its actions; all copies but the first get a `Sid` of their
/// own.
fn copy(
    document: &Document,
    statement: &Statement,
    number: usize,
    entries: &[&ActionPattern],
) -> Option<String> {
    let range = document.range(statement.origin);
    let element = statement.action.as_ref()?;
    let entries: Vec<String> = entries.iter().map(|entry| source(document, entry)).collect();
    let mut edits = vec![rewritten(document, element.origin, &entries)?];
    if let Some(sid) = statement.sid.as_ref().filter(|_| number > 0) {
        let end = document.inside(sid.origin).end;
        let name = (number + 1).to_string();
        edits.push(Edit { range: TextRange::empty(end), replacement: name });
    }
    edits.sort_by_key(|edit| edit.range);
    let (mut text, mut at) = (String::new(), range.start);
    for edit in edits {
        text += TextRange::new(at, edit.range.start).slice(document.text());
        text += &edit.replacement;
        at = edit.range.end;
    }
    Some(text + TextRange::new(at, range.end).slice(document.text()))
}

fn is_in_list(document: &Document, statement: &Statement) -> bool {
    let parent = document.tree.value(statement.origin).and_then(Value::parent);
    parent.is_some_and(|parent| parent.kind() == NodeKind::Array)
}

/// A statement and the next one, where they differ in their actions and their `Sid` alone.
pub(super) fn merge(
    document: &Document,
    policy: &Policy,
    statement: &Statement,
) -> Option<Refactoring> {
    let next = policy.statements.iter().find(|next| next.index == statement.index + 1)?;
    let (element, other) = (statement.action.as_ref()?, next.action.as_ref()?);
    let (range, gone) = (document.range(statement.origin), document.range(next.origin));
    let gap = TextRange::new(range.end, gone.end);
    if !is_in_list(document, statement)
        || has_comments(document, gap)
        || rest(document, statement) != rest(document, next)
    {
        return None;
    }
    let mut entries: Vec<String> = Vec::new();
    for entry in element.entries.iter().chain(&other.entries) {
        let entry = source(document, entry);
        if !entries.contains(&entry) {
            entries.push(entry);
        }
    }
    let actions = rewritten(document, element.origin, &entries)?;
    let edits = vec![actions, Edit { range: gap, replacement: String::new() }];
    Some(Refactoring { title: "Merge with the next statement".to_owned(), edits })
}

/// What a statement says beside its actions and its name, without regard to space and order.
fn rest(document: &Document, statement: &Statement) -> BTreeMap<String, String> {
    let members = document.tree.value(statement.origin).into_iter().flat_map(Value::members);
    let others = members.filter(|member| !matches!(member.name(), "Sid" | "Action"));
    others.map(|member| (member.name().to_owned(), solid(document, member.range()))).collect()
}

/// The tokens of a part of the text, without what stands between them.
fn solid(document: &Document, range: TextRange) -> String {
    let tokens = document.tree.tokens().filter(|token| range.contains(token.range));
    let solid = tokens.filter(|token| !token.kind.is_trivia());
    solid.map(|token| token.range.slice(document.text())).collect()
}
