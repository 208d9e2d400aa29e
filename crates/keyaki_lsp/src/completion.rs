//! Offers as completion items.

use std::sync::Arc;

use keyaki_ide::{Accounts, Completion, CompletionKind, Insertion, Part, Topic, documentation};
use serde_json::Value;
use tower_lsp_server::gen_lsp_types as lsp;

use crate::snapshot::Snapshot;

/// What can be typed at a position. Account ids of other open texts count as far as these were
/// read, those of files as far as they are known.
pub(crate) fn complete(
    snapshot: &Snapshot,
    position: lsp::Position,
    open: &[Arc<Snapshot>],
    in_files: &Accounts,
) -> lsp::CompletionList {
    let others = open.iter().filter(|other| other.uri != snapshot.uri);
    let in_texts = others.filter_map(|other| other.known_document()).map(keyaki_ide::accounts);
    let elsewhere: Vec<_> = in_texts.chain([in_files]).collect();
    let found = keyaki_ide::complete(snapshot.document(), snapshot.offset(position), &elsewhere);
    let items = found.items.into_iter().enumerate();
    lsp::CompletionList {
        is_incomplete: found.is_incomplete,
        items: items.map(|(number, item)| completion(snapshot, number, item)).collect(),
        ..lsp::CompletionList::default()
    }
}

fn completion(snapshot: &Snapshot, number: usize, item: Completion) -> lsp::CompletionItem {
    let is_snippet = snapshot.client.has_snippets && item.insertion.has_stops();
    let new_text = if is_snippet { snippet(&item.insertion) } else { item.insertion.plain() };
    let format =
        if is_snippet { lsp::InsertTextFormat::Snippet } else { lsp::InsertTextFormat::PlainText };
    let edit = lsp::TextEdit { range: snapshot.range(item.replace), new_text };
    let command = snapshot.client.suggest_command.as_ref().filter(|_| item.continues);
    lsp::CompletionItem {
        label: item.label,
        kind: Some(kind(item.kind)),
        tags: item.is_deprecated.then(|| vec![lsp::CompletionItemTag::Deprecated]),
        detail: Some(item.detail).filter(|detail| !detail.is_empty()),
        sort_text: Some(format!("{number:04}")),
        filter_text: Some(item.filter),
        insert_text_format: Some(format),
        text_edit: Some(lsp::CompletionItemTextEdit::TextEdit(edit)),
        additional_text_edits: item.also.map(|edit| snapshot.text_edits(vec![edit])),
        command: command.map(|command| lsp::Command {
            title: "Go on".to_owned(),
            command: command.clone(),
            ..lsp::Command::default()
        }),
        data: item.topic.map(|topic| Value::String(topic.to_string())),
        ..lsp::CompletionItem::default()
    }
}

fn kind(kind: CompletionKind) -> lsp::CompletionItemKind {
    match kind {
        CompletionKind::Element => lsp::CompletionItemKind::Property,
        CompletionKind::Service => lsp::CompletionItemKind::Module,
        CompletionKind::Action => lsp::CompletionItemKind::Method,
        CompletionKind::Pattern => lsp::CompletionItemKind::Interface,
        CompletionKind::Resource => lsp::CompletionItemKind::Class,
        CompletionKind::Operator => lsp::CompletionItemKind::Operator,
        CompletionKind::Key => lsp::CompletionItemKind::Field,
        CompletionKind::Value => lsp::CompletionItemKind::Value,
        CompletionKind::Principal => lsp::CompletionItemKind::Constant,
        CompletionKind::Variable => lsp::CompletionItemKind::Variable,
        CompletionKind::Snippet => lsp::CompletionItemKind::Snippet,
    }
}

/// A text with stops in the notation of snippets.
fn snippet(insertion: &Insertion) -> String {
    let mut out = String::new();
    let mut number = 0;
    for part in &insertion.parts {
        match part {
            Part::Text(text) => out += &escaped(text),
            Part::Stop(text) => {
                number += 1;
                out += &format!("${{{number}:{}}}", escaped(text));
            }
        }
    }
    out
}

fn escaped(text: &str) -> String {
    let escape = |c: char| matches!(c, '$' | '}' | '\\').then_some('\\').into_iter().chain([c]);
    text.chars().flat_map(escape).collect()
}

/// The item with what is to be read about it.
pub(crate) fn resolve(
    catalog: &keyaki_ide::Catalog,
    mut item: lsp::CompletionItem,
) -> lsp::CompletionItem {
    let topic = item.data.as_ref().and_then(Value::as_str).and_then(Topic::parse);
    let text = topic.and_then(|topic| documentation(catalog, &topic));
    item.documentation = text.map(|text| markdown(text).into());
    item
}

/// A text as Markdown.
pub(crate) fn markdown(value: String) -> lsp::MarkupContent {
    lsp::MarkupContent { kind: lsp::MarkupKind::Markdown, value }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn snippets_escape_what_the_notation_uses() {
        let parts = vec![
            Part::Text("\"${aws:username}\\".to_owned()),
            Part::Stop("a}".to_owned()),
            Part::Stop(String::new()),
        ];
        let expected = "\"\\${aws:username\\}\\\\${1:a\\}}${2:}";
        assert_eq!(snippet(&Insertion { parts }), expected);
    }
}
