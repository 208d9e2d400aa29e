//! Code actions: listed without their edits where the editor asks for these later.

use keyaki_ide::{
    CodeAction, CodeActionId, CodeActionKind, Suppression, code_actions, edits_of, suppression,
};
use serde_json::{Value, json};
use tower_lsp_server::gen_lsp_types as lsp;

use crate::client_traits::ClientTraits;
use crate::diagnostic::diagnostic;
use crate::position::Lines;
use crate::snapshot::Snapshot;
use crate::uri::uri_of;

/// The kinds that are offered, as the editor names them.
pub(crate) const KINDS: [CodeActionKind; 5] = [
    CodeActionKind::QuickFix,
    CodeActionKind::Suppress,
    CodeActionKind::Rewrite,
    CodeActionKind::FixAll,
    CodeActionKind::Organize,
];

/// The editor's name of a kind.
pub(crate) fn kind_name(kind: CodeActionKind) -> &'static str {
    match kind {
        CodeActionKind::QuickFix => "quickfix",
        CodeActionKind::Suppress => "quickfix.suppress.keyaki",
        CodeActionKind::Rewrite => "refactor.rewrite",
        CodeActionKind::FixAll => "source.fixAll.keyaki",
        CodeActionKind::Organize => "source.organizePolicy.keyaki",
    }
}

/// What can be done in a range.
pub(crate) fn list(
    snapshot: &Snapshot,
    params: &lsp::CodeActionParams,
) -> Vec<lsp::CodeActionResponse> {
    let range = snapshot.text_range(params.range);
    let only = params.context.only.as_deref();
    // Without later questions the edits are worked out here: those of the whole text only where
    // they were asked for.
    let is_worth = |kind: CodeActionKind| match kind {
        CodeActionKind::QuickFix | CodeActionKind::Rewrite => true,
        CodeActionKind::Suppress => snapshot.client.creates_files,
        CodeActionKind::FixAll | CodeActionKind::Organize => {
            snapshot.client.resolves_edits || only.is_some()
        }
    };
    let wanted = |kind: CodeActionKind| is_wanted(kind, only) && is_worth(kind);
    let actions = code_actions(snapshot.document(), range, &wanted).into_iter();
    actions.map(|action| one(snapshot, action).into()).collect()
}

/// Whether a kind, or a family that it belongs to, is among those asked for.
fn is_wanted(kind: CodeActionKind, only: Option<&[lsp::CodeActionKind]>) -> bool {
    let name = kind_name(kind);
    let within = |family: &str| {
        let rest = name.strip_prefix(family);
        family.is_empty() || rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    only.is_none_or(|only| only.iter().any(|kind| within(&text_of(kind))))
}

fn text_of(kind: &lsp::CodeActionKind) -> String {
    let text = serde_json::to_value(kind).ok();
    text.as_ref().and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn one(snapshot: &Snapshot, action: CodeAction) -> lsp::CodeAction {
    let is_lazy = snapshot.client.resolves_edits;
    let finding = action.finding.and_then(|index| snapshot.document().findings().get(index));
    lsp::CodeAction {
        title: action.title,
        kind: Some(lsp::CodeActionKind::from(kind_name(action.kind).to_owned())),
        diagnostics: finding.map(|finding| vec![diagnostic(snapshot, finding)]),
        is_preferred: action.is_preferred.then_some(true),
        edit: (!is_lazy).then(|| edit(snapshot, action.id)),
        data: is_lazy.then(|| data(snapshot, action.id)),
        ..lsp::CodeAction::default()
    }
}

fn data(snapshot: &Snapshot, id: CodeActionId) -> Value {
    let revision = snapshot.revision;
    json!({ "uri": snapshot.uri.0, "revision": revision, "id": id.to_string() })
}

/// The text that an unresolved action is about, and the revision that it was listed for.
pub(crate) fn subject(action: &lsp::CodeAction) -> Option<(lsp::Uri, u64)> {
    let data = action.data.as_ref()?;
    Some((data.get("uri")?.as_str()?.into(), data.get("revision")?.as_u64()?))
}

/// The action with its edit.
pub(crate) fn resolve(snapshot: &Snapshot, mut action: lsp::CodeAction) -> lsp::CodeAction {
    let id = action.data.as_ref().and_then(|data| data.get("id")).and_then(Value::as_str);
    if let Some(id) = id.and_then(CodeActionId::parse) {
        action.edit = Some(edit(snapshot, id));
    }
    action
}

fn edit(snapshot: &Snapshot, id: CodeActionId) -> lsp::WorkspaceEdit {
    if let CodeActionId::Suppress { finding } = id {
        let entry = suppression(snapshot.document(), finding);
        return entry.map(|entry| entry_edit(snapshot, entry)).unwrap_or_default();
    }
    let edits = snapshot.text_edits(edits_of(snapshot.document(), id));
    let change = Change { uri: snapshot.uri.clone(), version: Some(snapshot.version), edits };
    workspace_edit(&snapshot.client, vec![change])
}

/// An entry at the end of another file, which is created if need be.
fn entry_edit(snapshot: &Snapshot, entry: Suppression) -> lsp::WorkspaceEdit {
    let uri = uri_of(&entry.path);
    let end = Lines::new(&entry.before, snapshot.client.encoding).position(u32::MAX);
    let range = lsp::Range { start: end, end };
    let edit = lsp::Edit::TextEdit(lsp::TextEdit { range, new_text: entry.added });
    let options = lsp::CreateFileOptions { overwrite: None, ignore_if_exists: Some(true) };
    let create = lsp::CreateFile::new(uri.clone(), Some(options), None);
    let text_document = lsp::OptionalVersionedTextDocumentIdentifier {
        version: None,
        text_document_identifier: lsp::TextDocumentIdentifier { uri },
    };
    let change = lsp::TextDocumentEdit { text_document, edits: vec![edit] };
    let changes = vec![
        lsp::DocumentChange::CreateFile(create),
        lsp::DocumentChange::TextDocumentEdit(change),
    ];
    lsp::WorkspaceEdit { document_changes: Some(changes), ..lsp::WorkspaceEdit::default() }
}

/// Edits of one text.
pub(crate) struct Change {
    pub(crate) uri: lsp::Uri,
    /// The editor's number of the text that they were made for; none where it is not open.
    pub(crate) version: Option<i32>,
    pub(crate) edits: Vec<lsp::TextEdit>,
}

/// Edits of texts, for the versions that they were made for where the editor knows versions.
pub(crate) fn workspace_edit(client: &ClientTraits, changes: Vec<Change>) -> lsp::WorkspaceEdit {
    if !client.has_versioned_edits {
        let changes = changes.into_iter().map(|change| (change.uri, change.edits)).collect();
        return lsp::WorkspaceEdit { changes: Some(changes), ..lsp::WorkspaceEdit::default() };
    }
    let of = |Change { uri, version, edits }| {
        let text_document_identifier = lsp::TextDocumentIdentifier { uri };
        let text_document =
            lsp::OptionalVersionedTextDocumentIdentifier { version, text_document_identifier };
        let edits = edits.into_iter().map(lsp::Edit::TextEdit).collect();
        lsp::DocumentChange::TextDocumentEdit(lsp::TextDocumentEdit { text_document, edits })
    };
    let document_changes = Some(changes.into_iter().map(of).collect());
    lsp::WorkspaceEdit { document_changes, ..lsp::WorkspaceEdit::default() }
}
