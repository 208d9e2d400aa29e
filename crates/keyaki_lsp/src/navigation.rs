//! The same thing elsewhere: highlights, definition, references, renaming.

use tower_lsp_server::gen_lsp_types as lsp;
use tower_lsp_server::jsonrpc::{Error, Result};

use crate::code_action::workspace_edit;
use crate::snapshot::Snapshot;

pub(crate) fn highlights(
    snapshot: &Snapshot,
    position: lsp::Position,
) -> Vec<lsp::DocumentHighlight> {
    let ranges = keyaki_ide::occurrences(snapshot.document(), snapshot.offset(position));
    let highlight = |range| lsp::DocumentHighlight { range: snapshot.range(range), kind: None };
    ranges.into_iter().map(highlight).collect()
}

pub(crate) fn references(snapshot: &Snapshot, position: lsp::Position) -> Vec<lsp::Location> {
    let ranges = keyaki_ide::occurrences(snapshot.document(), snapshot.offset(position));
    ranges.into_iter().map(|range| location(snapshot, range)).collect()
}

pub(crate) fn definition(
    snapshot: &Snapshot,
    position: lsp::Position,
) -> Option<lsp::DefinitionResponse> {
    let range = keyaki_ide::definition(snapshot.document(), snapshot.offset(position))?;
    let definition = lsp::Definition::Location(location(snapshot, range));
    Some(lsp::DefinitionResponse::Definition(definition))
}

fn location(snapshot: &Snapshot, range: keyaki_ide::TextRange) -> lsp::Location {
    lsp::Location { uri: snapshot.uri.clone(), range: snapshot.range(range) }
}

pub(crate) fn prepare_rename(
    snapshot: &Snapshot,
    position: lsp::Position,
) -> Option<lsp::PrepareRenameResult> {
    let range = keyaki_ide::renamable(snapshot.document(), snapshot.offset(position))?;
    Some(lsp::PrepareRenameResult::Range(snapshot.range(range)))
}

pub(crate) fn rename(
    snapshot: &Snapshot,
    position: lsp::Position,
    name: &str,
) -> Result<lsp::WorkspaceEdit> {
    let offset = snapshot.offset(position);
    match keyaki_ide::rename(snapshot.document(), offset, name) {
        Ok(edits) => Ok(workspace_edit(snapshot, snapshot.text_edits(edits))),
        Err(reason) => Err(Error::invalid_params(reason)),
    }
}
