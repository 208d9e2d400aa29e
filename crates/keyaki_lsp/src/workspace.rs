//! What is known of the files of the folders, those that are not open.

use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use keyaki_ide::{FolderFile, files_beside, files_in};
use tower_lsp_server::gen_lsp_types as lsp;

use crate::client_traits::ClientTraits;
use crate::diagnostic::{Place, of_document};
use crate::position::Lines;
use crate::scope::Scopes;
use crate::snapshot::Snapshot;
use crate::uri::{path_of, uri_of};

/// The folders as they are seen by one request.
pub(crate) struct Workspace {
    pub(crate) open: HashSet<lsp::Uri>,
    pub(crate) folders: Vec<PathBuf>,
    pub(crate) settings: Scopes,
    /// Another number with other settings.
    pub(crate) generation: u64,
    pub(crate) client: Arc<ClientTraits>,
}

/// All texts as they are seen by one request.
pub(crate) struct Texts {
    pub(crate) open: Vec<Arc<Snapshot>>,
    pub(crate) workspace: Workspace,
}

impl Workspace {
    /// The files that are not open, with their addresses.
    pub(crate) fn files(&self) -> Vec<(lsp::Uri, FolderFile)> {
        self.not_open(files_in(&self.folders))
    }

    /// The same of one folder, without those below it, whether the editor has it or not.
    pub(crate) fn files_of(&self, folder: &Path) -> Vec<(lsp::Uri, FolderFile)> {
        self.not_open(files_beside(folder))
    }

    fn not_open(&self, files: Vec<FolderFile>) -> Vec<(lsp::Uri, FolderFile)> {
        let open: HashSet<PathBuf> = self.open.iter().map(path_of).collect();
        let files = files.into_iter();
        let files = files.map(|file| (uri_of(&file.path), file));
        files.filter(|(uri, _)| !open.contains(&path_of(uri))).collect()
    }

    /// The reports on all files: of those that the editor knows as they are, that nothing has
    /// changed; of those that are gone, that nothing is wrong any more.
    pub(crate) fn reports(
        &self,
        previous: Vec<lsp::PreviousResultId>,
        files: &[(lsp::Uri, FolderFile)],
    ) -> Vec<lsp::WorkspaceDocumentDiagnosticReport> {
        let mut known: BTreeMap<String, String> =
            previous.into_iter().map(|known| (known.uri.0, known.value)).collect();
        let mut reports = Vec::new();
        for (uri, file) in files {
            let id = format!("{}-{}", self.generation, file.stamp);
            if known.remove(&uri.0).as_ref() == Some(&id) {
                reports.push(unchanged(uri.clone(), id));
            } else {
                reports.push(full(uri.clone(), Some(id), self.diagnostics(uri, file)));
            }
        }
        // What is open is asked for by itself.
        known.retain(|uri, _| !self.open.contains(&lsp::Uri(uri.clone())));
        reports.extend(known.into_keys().map(|uri| full(lsp::Uri(uri), None, Vec::new())));
        reports
    }

    fn diagnostics(&self, uri: &lsp::Uri, file: &FolderFile) -> Vec<lsp::Diagnostic> {
        let Some(document) = file.read(&self.settings.of(&file.path)) else { return Vec::new() };
        let lines = Lines::new(document.text(), self.client.encoding);
        of_document(&document, &Place { uri, lines: &lines, client: &self.client })
    }
}

fn unchanged(uri: lsp::Uri, result_id: String) -> lsp::WorkspaceDocumentDiagnosticReport {
    lsp::WorkspaceUnchangedDocumentDiagnosticReport {
        uri,
        version: None,
        unchanged_document_diagnostic_report: lsp::UnchangedDocumentDiagnosticReport { result_id },
    }
    .into()
}

fn full(
    uri: lsp::Uri,
    result_id: Option<String>,
    items: Vec<lsp::Diagnostic>,
) -> lsp::WorkspaceDocumentDiagnosticReport {
    lsp::WorkspaceFullDocumentDiagnosticReport {
        uri,
        version: None,
        full_document_diagnostic_report: lsp::FullDocumentDiagnosticReport { result_id, items },
    }
    .into()
}
