//! The same thing elsewhere: highlights, definition, references, renaming.
//!
//! What stands in one text is looked for there alone; the name of a managed policy is looked for
//! in all open texts and all files of the folders, an address of Terraform in the files of its
//! module.

use std::path::Path;

use keyaki_ide::{Document, Edit, PolicyName, TextRange};
use tower_lsp_server::gen_lsp_types as lsp;
use tower_lsp_server::jsonrpc::{Error, Result};

use crate::code_action::{Change, workspace_edit};
use crate::position::Lines;
use crate::snapshot::Snapshot;
use crate::workspace::Texts;

pub(crate) fn highlights(
    snapshot: &Snapshot,
    position: lsp::Position,
) -> Vec<lsp::DocumentHighlight> {
    let ranges = keyaki_ide::occurrences(snapshot.document(), snapshot.offset(position));
    let highlight = |range| lsp::DocumentHighlight { range: snapshot.range(range), kind: None };
    ranges.into_iter().map(highlight).collect()
}

pub(crate) fn linked(
    snapshot: &Snapshot,
    position: lsp::Position,
) -> Option<lsp::LinkedEditingRanges> {
    let ranges = keyaki_ide::linked(snapshot.document(), snapshot.offset(position));
    let ranges: Vec<_> = ranges.into_iter().map(|range| snapshot.range(range)).collect();
    let pattern = || Some("[A-Za-z0-9]*".to_owned());
    (ranges.len() > 1).then(|| lsp::LinkedEditingRanges::new(ranges, pattern()))
}

pub(crate) fn references(
    snapshot: &Snapshot,
    position: lsp::Position,
    texts: &Texts,
    with_definitions: bool,
) -> Vec<lsp::Location> {
    let (document, offset) = (snapshot.document(), snapshot.offset(position));
    let Some(name) = keyaki_ide::name_at(document, offset) else {
        let ranges = keyaki_ide::occurrences(document, offset).into_iter();
        return ranges.map(|range| location(snapshot, range)).collect();
    };
    let is_wanted = |is_definition: bool| with_definitions || !is_definition;
    let mut found = Vec::new();
    in_texts(snapshot, name, texts, |text| {
        let places = keyaki_ide::mentions_of(text.document, name);
        let places = places.filter(|(_, is_definition)| is_wanted(*is_definition));
        found.extend(places.map(|(range, _)| text.location(range)));
    });
    found
}

pub(crate) fn definition(
    snapshot: &Snapshot,
    position: lsp::Position,
    texts: &Texts,
) -> Option<lsp::DefinitionResponse> {
    let (document, offset) = (snapshot.document(), snapshot.offset(position));
    let mut places = Vec::new();
    match (keyaki_ide::definition(document, offset), keyaki_ide::name_at(document, offset)) {
        (Some(range), _) => places.push(location(snapshot, range)),
        (None, Some(name)) => in_texts(snapshot, name, texts, |text| {
            let definitions = keyaki_ide::mentions_of(text.document, name).filter(|(_, is)| *is);
            places.extend(definitions.map(|(range, _)| text.location(range)));
        }),
        (None, None) => {}
    }
    let definition = match places.len() {
        0 => return None,
        1 => lsp::Definition::Location(places.swap_remove(0)),
        _ => lsp::Definition::LocationList(places),
    };
    Some(lsp::DefinitionResponse::Definition(definition))
}

fn location(snapshot: &Snapshot, range: TextRange) -> lsp::Location {
    lsp::Location { uri: snapshot.uri.clone(), range: snapshot.range(range) }
}

/// A text that may name a policy.
struct Text<'t> {
    uri: &'t lsp::Uri,
    /// The editor's number of it; none where it is not open.
    version: Option<i32>,
    document: &'t Document,
    lines: &'t Lines,
}

impl<'t> Text<'t> {
    fn open(snapshot: &'t Snapshot) -> Text<'t> {
        let (uri, lines) = (&snapshot.uri, &snapshot.lines);
        Text { uri, version: Some(snapshot.version), document: snapshot.document(), lines }
    }

    fn location(&self, range: TextRange) -> lsp::Location {
        lsp::Location { uri: self.uri.clone(), range: self.lines.range(range) }
    }

    fn change(&self, edits: Vec<Edit>) -> Change {
        let edit = |edit: Edit| lsp::TextEdit {
            range: self.lines.range(edit.range),
            new_text: edit.replacement,
        };
        let edits = edits.into_iter().map(edit).collect();
        Change { uri: self.uri.clone(), version: self.version, edits }
    }
}

/// Visits the texts in which a name may stand: the one at hand, and for a name that means the same
/// everywhere the others.
fn in_texts(here: &Snapshot, name: &PolicyName, texts: &Texts, mut visit: impl FnMut(&Text<'_>)) {
    visit(&Text::open(here));
    let folder = match name {
        PolicyName::Resource { .. } => return,
        PolicyName::Managed(_) => None,
        PolicyName::Address { folder, .. } => Some(&**folder),
    };
    let is_in = |path: &Path| folder.is_none_or(|folder| path.parent() == Some(folder));
    let others = texts.open.iter().filter(|snapshot| snapshot.uri != here.uri);
    for snapshot in others.filter(|snapshot| is_in(&snapshot.path)) {
        if keyaki_ide::may_name_policies(&snapshot.text) {
            visit(&Text::open(snapshot));
        }
    }
    let files = match folder {
        Some(folder) => texts.workspace.files_of(folder),
        None => texts.workspace.files(),
    };
    for (uri, file) in files {
        if let Some(document) = file.read_names(&texts.workspace.settings.of(&file.path)) {
            let lines = Lines::new(document.text(), texts.workspace.client.encoding);
            visit(&Text { uri: &uri, version: None, document: &document, lines: &lines });
        }
    }
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
    texts: &Texts,
    to: &str,
) -> Result<lsp::WorkspaceEdit> {
    let (document, offset) = (snapshot.document(), snapshot.offset(position));
    let edits = keyaki_ide::rename(document, offset, to).map_err(Error::invalid_params)?;
    let mut changes = vec![Text::open(snapshot).change(edits)];
    if let Some(name) = keyaki_ide::name_at(document, offset) {
        changes.clear();
        let mut refusal = None;
        in_texts(snapshot, name, texts, |text| {
            match keyaki_ide::rename_mentions(text.document, name, to) {
                Ok(edits) => changes.extend((!edits.is_empty()).then(|| text.change(edits))),
                Err(reason) => refusal = Some(reason),
            }
        });
        if let Some(reason) = refusal {
            return Err(Error::invalid_params(reason));
        }
    }
    Ok(workspace_edit(&snapshot.client, changes))
}
