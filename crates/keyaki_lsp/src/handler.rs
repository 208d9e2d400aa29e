//! The handlers: each takes a snapshot, has the work done elsewhere, and answers.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use keyaki_ide::TextRange;
use tower_lsp_server::LanguageServer;
use tower_lsp_server::gen_lsp_types as lsp;
use tower_lsp_server::jsonrpc::{Error, ErrorCode, Result};

use crate::account::look_for_accounts;
use crate::capabilities::capabilities;
use crate::client_traits::ClientTraits;
use crate::progress::Progress;
use crate::prove::prove;
use crate::publish::{clear, publish};
use crate::scope::Scopes;
use crate::server::{KeyakiServer, lock, off};
use crate::snapshot::Snapshot;
use crate::uri::{path_in, path_of};
use crate::view::View;
use crate::{
    code_action, completion, configuration, diagnostic, layout, lens, navigation, outline,
    semantic_token,
};

/// After so many files of a folder it is told how many are left.
const FILES_AT_A_TIME: usize = 64;

fn folders(params: &lsp::InitializeParams) -> Vec<PathBuf> {
    if let Some(lsp::WorkspaceFolders::WorkspaceFolderList(folders)) =
        &params.workspace_folders_initialize_params.workspace_folders
    {
        return folders.iter().map(|folder| path_of(&folder.uri)).collect();
    }
    #[expect(deprecated, reason = "older editors send nothing else")]
    let root = params.root_uri.as_ref();
    root.map(path_of).into_iter().collect()
}

/// That the text is no longer what the question was about.
fn content_modified() -> Error {
    Error {
        code: ErrorCode::ContentModified,
        message: "the text has changed since".into(),
        data: None,
    }
}

impl LanguageServer for KeyakiServer {
    async fn initialize(&self, params: lsp::InitializeParams) -> Result<lsp::InitializeResult> {
        let client = ClientTraits::new(&params);
        let capabilities = capabilities(&client);
        let options = params.initialization_options.as_ref();
        let section = options.map(|options| configuration::section(options).clone());
        let section = section.unwrap_or_default();
        {
            let mut state = self.state();
            state.client = Arc::new(client);
            state.folders = folders(&params);
            let of_folders = state.folders.iter().map(|f| (f.clone(), section.clone()));
            let of_folders: Vec<_> = of_folders.collect();
            // A mistake is told once the editor listens.
            let read = Scopes::read(self.catalog, &section, &of_folders);
            let plain = |_| Scopes::read(self.catalog, &section, &[]);
            if let Ok(settings) = read.or_else(plain) {
                state.settings = settings;
            }
            state.section = section;
        }
        let (name, version) = (env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"));
        let name = name.trim_end_matches("_lsp").to_owned();
        let server_info = Some(lsp::ServerInfo { name, version: Some(version.to_owned()) });
        Ok(lsp::InitializeResult { capabilities, server_info })
    }

    async fn initialized(&self, _: lsp::InitializedParams) {
        let client = Arc::clone(&self.state().client);
        if client.answers_configuration {
            self.fetch_configuration();
        }
        self.register(&client);
    }

    async fn shutdown(&self) -> Result<()> {
        self.is_shut_down.store(true, Ordering::SeqCst);
        Ok(())
    }

    async fn did_open(&self, params: lsp::DidOpenTextDocumentParams) {
        let lsp::TextDocumentItem { uri, language_id, version, text } = params.text_document;
        let path = path_in(&uri, language_id.as_str());
        self.state().open(uri.clone(), path, version, text);
        publish(&self.client, &self.state, uri.clone());
        prove(&self.client, &self.state, uri);
    }

    async fn did_change(&self, params: lsp::DidChangeTextDocumentParams) {
        let lsp::VersionedTextDocumentIdentifier { version, text_document_identifier } =
            params.text_document;
        let uri = text_document_identifier.uri;
        let before = self.state().change(&uri, version, params.content_changes);
        tokio::task::spawn_blocking(move || drop(before));
        publish(&self.client, &self.state, uri.clone());
        prove(&self.client, &self.state, uri);
    }

    async fn did_close(&self, params: lsp::DidCloseTextDocumentParams) {
        let uri = params.text_document.uri;
        {
            let mut state = self.state();
            state.close(&uri);
            state.accounts.forget();
        }
        clear(&self.client, &self.state, uri);
    }

    async fn did_change_configuration(&self, params: lsp::DidChangeConfigurationParams) {
        self.state().section = configuration::section(&params.settings).clone();
        self.reconfigure();
    }

    async fn did_change_workspace_folders(&self, params: lsp::DidChangeWorkspaceFoldersParams) {
        {
            let mut state = self.state();
            let gone: Vec<_> = params.event.removed.iter().map(|f| path_of(&f.uri)).collect();
            state.folders.retain(|folder| !gone.contains(folder));
            state.folders.extend(params.event.added.iter().map(|f| path_of(&f.uri)));
            state.accounts.forget();
        }
        self.reconfigure();
    }

    async fn diagnostic(
        &self,
        params: lsp::DocumentDiagnosticParams,
    ) -> Result<lsp::DocumentDiagnosticReport> {
        let previous = params.previous_result_id;
        let report = move |snapshot: &Snapshot| diagnostic::report(snapshot, previous.as_deref());
        let found = self.read(&params.text_document.uri, report).await?;
        Ok(found.unwrap_or_else(diagnostic::nothing))
    }

    async fn workspace_diagnostic(
        &self,
        params: lsp::WorkspaceDiagnosticParams,
    ) -> Result<lsp::WorkspaceDiagnosticReport> {
        let workspace = Arc::new(self.state().workspace());
        let of = Arc::clone(&workspace);
        let files = off(move || of.files()).await?;
        let token = params.work_done_progress_params.work_done_token;
        let progress = Progress::begin(&self.client, token, files.len()).await;
        let mut previous: HashMap<lsp::Uri, lsp::PreviousResultId> = params
            .previous_result_ids
            .into_iter()
            .map(|known| (known.uri.clone(), known))
            .collect();
        let mut items = Vec::new();
        for (number, chunk) in files.chunks(FILES_AT_A_TIME).enumerate() {
            progress.report(number * FILES_AT_A_TIME, files.len()).await;
            let known = chunk.iter().filter_map(|(uri, _)| previous.remove(uri)).collect();
            let (of, chunk) = (Arc::clone(&workspace), chunk.to_vec());
            items.extend(off(move || of.reports(known, &chunk)).await?);
        }
        let mut gone: Vec<_> = previous.into_values().collect();
        gone.sort_by(|a, b| a.uri.0.cmp(&b.uri.0));
        items.extend(workspace.reports(gone, &[]));
        progress.end().await;
        Ok(lsp::WorkspaceDiagnosticReport { items })
    }

    async fn did_change_watched_files(&self, params: lsp::DidChangeWatchedFilesParams) {
        if params.changes.iter().any(|change| change.uri.0.ends_with("/keyaki.toml")) {
            self.reconfigure();
        }
        let client = {
            let mut state = self.state();
            state.accounts.forget();
            Arc::clone(&state.client)
        };
        if client.pulls_workspace && client.refreshes_diagnostics {
            let client = self.client.clone();
            self.ask(async move {
                let _ = client.workspace_diagnostic_refresh().await;
            });
        }
    }

    async fn completion(
        &self,
        params: lsp::CompletionParams,
    ) -> Result<Option<lsp::CompletionResponse>> {
        let (open, accounts) = {
            let state = self.state();
            (state.snapshots(), state.accounts.known())
        };
        look_for_accounts(&self.state);
        let complete =
            move |snapshot: &Snapshot, at| completion::complete(snapshot, at, &open, &accounts);
        let list = self.read_at(params.text_document_position_params, complete).await?;
        Ok(list.map(lsp::CompletionResponse::CompletionList))
    }

    async fn completion_resolve(&self, item: lsp::CompletionItem) -> Result<lsp::CompletionItem> {
        let catalog = self.catalog;
        off(move || completion::resolve(catalog, item)).await
    }

    async fn hover(&self, params: lsp::HoverParams) -> Result<Option<lsp::Hover>> {
        let hover = self.read_at(params.text_document_position_params, layout::hover).await?;
        Ok(hover.flatten())
    }

    async fn code_action(
        &self,
        params: lsp::CodeActionParams,
    ) -> Result<Option<Vec<lsp::CodeActionResponse>>> {
        let uri = params.text_document.uri.clone();
        self.read(&uri, move |snapshot| code_action::list(snapshot, &params)).await
    }

    async fn code_action_resolve(&self, action: lsp::CodeAction) -> Result<lsp::CodeAction> {
        let Some((uri, revision)) = code_action::subject(&action) else { return Ok(action) };
        let snapshot = self.state().snapshot(&uri);
        let snapshot = snapshot.filter(|snapshot| snapshot.revision == revision);
        let snapshot = snapshot.ok_or_else(content_modified)?;
        off(move || code_action::resolve(&snapshot, action)).await
    }

    async fn formatting(
        &self,
        params: lsp::DocumentFormattingParams,
    ) -> Result<Option<Vec<lsp::TextEdit>>> {
        self.read(&params.text_document.uri, layout::format).await
    }

    async fn range_formatting(
        &self,
        params: lsp::DocumentRangeFormattingParams,
    ) -> Result<Option<Vec<lsp::TextEdit>>> {
        let range = params.range;
        let format = move |snapshot: &Snapshot| layout::format_range(snapshot, range);
        self.read(&params.text_document.uri, format).await
    }

    async fn document_symbol(
        &self,
        params: lsp::DocumentSymbolParams,
    ) -> Result<Option<lsp::DocumentSymbolResponse>> {
        let symbols = self.read(&params.text_document.uri, outline::outline).await?;
        Ok(symbols.map(lsp::DocumentSymbolResponse::DocumentSymbolList))
    }

    async fn symbol(
        &self,
        params: lsp::WorkspaceSymbolParams,
    ) -> Result<Option<lsp::WorkspaceSymbolResponse>> {
        let texts = self.texts();
        let search = move || outline::search(&texts, &params.query);
        let found = off(search).await?;
        Ok(Some(lsp::WorkspaceSymbolResponse::WorkspaceSymbolList(found)))
    }

    async fn folding_range(
        &self,
        params: lsp::FoldingRangeParams,
    ) -> Result<Option<Vec<lsp::FoldingRange>>> {
        self.read(&params.text_document.uri, layout::folds).await
    }

    async fn selection_range(
        &self,
        params: lsp::SelectionRangeParams,
    ) -> Result<Option<Vec<lsp::SelectionRange>>> {
        let positions = params.positions;
        let select = move |snapshot: &Snapshot| layout::selections(snapshot, &positions);
        self.read(&params.text_document.uri, select).await
    }

    async fn inlay_hint(
        &self,
        params: lsp::InlayHintParams,
    ) -> Result<Option<Vec<lsp::InlayHint>>> {
        let range = params.range;
        let hints = move |snapshot: &Snapshot| layout::hints(snapshot, range);
        self.read(&params.text_document.uri, hints).await
    }

    async fn inlay_hint_resolve(&self, hint: lsp::InlayHint) -> Result<lsp::InlayHint> {
        let catalog = self.catalog;
        off(move || layout::resolve_hint(catalog, hint)).await
    }

    async fn code_lens(&self, params: lsp::CodeLensParams) -> Result<Option<Vec<lsp::CodeLens>>> {
        self.read(&params.text_document.uri, lens::lenses).await
    }

    async fn execute_command(
        &self,
        params: lsp::ExecuteCommandParams,
    ) -> Result<Option<lsp::LspAny>> {
        self.execute(params).await
    }

    async fn text_document_content(
        &self,
        params: lsp::TextDocumentContentParams,
    ) -> Result<lsp::TextDocumentContentResult> {
        let view = View::parse(&params.uri);
        let (view, uri) = view.ok_or_else(|| Error::invalid_params("no such text"))?;
        let text = self.read(&uri, move |snapshot| view.of(snapshot)).await?;
        let text = text.unwrap_or_else(|| "The policy is not open any more.\n".to_owned());
        Ok(lsp::TextDocumentContentResult { text })
    }

    async fn document_link(
        &self,
        params: lsp::DocumentLinkParams,
    ) -> Result<Option<Vec<lsp::DocumentLink>>> {
        self.read(&params.text_document.uri, layout::links).await
    }

    async fn document_highlight(
        &self,
        params: lsp::DocumentHighlightParams,
    ) -> Result<Option<Vec<lsp::DocumentHighlight>>> {
        self.read_at(params.text_document_position_params, navigation::highlights).await
    }

    async fn linked_editing_range(
        &self,
        params: lsp::LinkedEditingRangeParams,
    ) -> Result<Option<lsp::LinkedEditingRanges>> {
        let at = params.text_document_position_params;
        Ok(self.read_at(at, navigation::linked).await?.flatten())
    }

    async fn references(&self, params: lsp::ReferenceParams) -> Result<Option<Vec<lsp::Location>>> {
        let texts = self.texts();
        let with_definitions = params.context.include_declaration;
        let references = move |snapshot: &Snapshot, at| {
            navigation::references(snapshot, at, &texts, with_definitions)
        };
        self.read_at(params.text_document_position_params, references).await
    }

    async fn goto_definition(
        &self,
        params: lsp::DefinitionParams,
    ) -> Result<Option<lsp::DefinitionResponse>> {
        let (at, texts) = (params.text_document_position_params, self.texts());
        let definition =
            move |snapshot: &Snapshot, at| navigation::definition(snapshot, at, &texts);
        Ok(self.read_at(at, definition).await?.flatten())
    }

    async fn prepare_rename(
        &self,
        params: lsp::TextDocumentPositionParams,
    ) -> Result<Option<lsp::PrepareRenameResult>> {
        Ok(self.read_at(params, navigation::prepare_rename).await?.flatten())
    }

    async fn rename(&self, params: lsp::RenameParams) -> Result<Option<lsp::WorkspaceEdit>> {
        let (name, texts) = (params.new_name, self.texts());
        let rename = move |snapshot: &Snapshot, at| navigation::rename(snapshot, at, &texts, &name);
        self.read_at(params.text_document_position_params, rename).await?.transpose()
    }

    async fn semantic_tokens_full(
        &self,
        params: lsp::SemanticTokensParams,
    ) -> Result<Option<lsp::SemanticTokens>> {
        let state = Arc::clone(&self.state);
        let tokens = move |snapshot: &Snapshot| {
            let numbers = semantic_token::numbers(snapshot, whole(snapshot));
            lock(&state).keep_tokens(snapshot, Arc::clone(&numbers));
            semantic_token::tokens(Some(snapshot.revision), &numbers)
        };
        self.read(&params.text_document.uri, tokens).await
    }

    async fn semantic_tokens_full_delta(
        &self,
        params: lsp::SemanticTokensDeltaParams,
    ) -> Result<Option<lsp::SemanticTokensDeltaResponse>> {
        let state = Arc::clone(&self.state);
        let previous = params.previous_result_id;
        let tokens = move |snapshot: &Snapshot| {
            let numbers = semantic_token::numbers(snapshot, whole(snapshot));
            let old = lock(&state).keep_tokens(snapshot, Arc::clone(&numbers));
            let old = old.filter(|(revision, _)| revision.to_string() == previous);
            match old {
                Some((_, old)) => semantic_token::delta(snapshot.revision, &old, &numbers).into(),
                None => semantic_token::tokens(Some(snapshot.revision), &numbers).into(),
            }
        };
        self.read(&params.text_document.uri, tokens).await
    }

    async fn semantic_tokens_range(
        &self,
        params: lsp::SemanticTokensRangeParams,
    ) -> Result<Option<lsp::SemanticTokens>> {
        let range = params.range;
        let tokens = move |snapshot: &Snapshot| {
            let numbers = semantic_token::numbers(snapshot, snapshot.text_range(range));
            semantic_token::tokens(None, &numbers)
        };
        self.read(&params.text_document.uri, tokens).await
    }
}

fn whole(snapshot: &Snapshot) -> TextRange {
    TextRange::new(0, snapshot.text.len() as u32)
}
