//! What the server says it can do.

use serde_json::json;
use tower_lsp_server::gen_lsp_types as lsp;

use crate::client_traits::ClientTraits;
use crate::{code_action, command, semantic_token, view};

/// The capabilities for an editor. Diagnostics are offered to those that ask for them; the others
/// get them unasked.
pub(crate) fn capabilities(client: &ClientTraits) -> lsp::ServerCapabilities {
    lsp::ServerCapabilities {
        position_encoding: Some(client.encoding.kind()),
        text_document_sync: Some(lsp::TextDocumentSync::Options(lsp::TextDocumentSyncOptions {
            open_close: Some(true),
            change: Some(lsp::TextDocumentSyncKind::Incremental),
            ..lsp::TextDocumentSyncOptions::default()
        })),
        diagnostic_provider: client.pulls_diagnostics.then(|| diagnostics(client)),
        completion_provider: Some(completion()),
        hover_provider: Some(true.into()),
        definition_provider: Some(true.into()),
        references_provider: Some(true.into()),
        linked_editing_range_provider: Some(true.into()),
        document_highlight_provider: Some(true.into()),
        document_symbol_provider: Some(true.into()),
        workspace_symbol_provider: Some(true.into()),
        code_action_provider: Some(lsp::CodeActionProvider::CodeActionOptions(code_actions())),
        code_lens_provider: Some(lsp::CodeLensOptions::default()),
        execute_command_provider: Some(commands()),
        document_link_provider: Some(lsp::DocumentLinkOptions::default()),
        document_formatting_provider: Some(true.into()),
        document_range_formatting_provider: Some(true.into()),
        rename_provider: Some(lsp::RenameProvider::RenameOptions(lsp::RenameOptions {
            prepare_provider: Some(true),
            ..lsp::RenameOptions::default()
        })),
        folding_range_provider: Some(true.into()),
        selection_range_provider: Some(true.into()),
        inlay_hint_provider: Some(lsp::InlayHintProvider::InlayHintOptions(
            lsp::InlayHintOptions {
                resolve_provider: Some(true),
                ..lsp::InlayHintOptions::default()
            },
        )),
        semantic_tokens_provider: Some(
            lsp::SemanticTokensProvider::SemanticTokensOptions(tokens()),
        ),
        workspace: Some(lsp::WorkspaceOptions {
            workspace_folders: Some(lsp::WorkspaceFoldersServerCapabilities {
                supported: Some(true),
                change_notifications: Some(true.into()),
            }),
            text_document_content: client.reads_views.then(|| views().into()),
            ..lsp::WorkspaceOptions::default()
        }),
        // So our client for VS Code knows which documents to hand over.
        experimental: Some(json!({
            "keyaki": { "readsTerraform": keyaki_ide::reads_terraform() }
        })),
        ..lsp::ServerCapabilities::default()
    }
}

fn diagnostics(client: &ClientTraits) -> lsp::DiagnosticProvider {
    lsp::DiagnosticProvider::DiagnosticOptions(lsp::DiagnosticOptions {
        identifier: Some("keyaki".to_owned()),
        inter_file_dependencies: false,
        workspace_diagnostics: client.pulls_workspace,
        work_done_progress_options: lsp::WorkDoneProgressOptions { work_done_progress: Some(true) },
    })
}

fn completion() -> lsp::CompletionOptions {
    lsp::CompletionOptions {
        trigger_characters: Some(["\"", ":", "$", "{", "*"].map(str::to_owned).into()),
        resolve_provider: Some(true),
        ..lsp::CompletionOptions::default()
    }
}

fn code_actions() -> lsp::CodeActionOptions {
    let kinds = code_action::KINDS.map(|kind| code_action::kind_name(kind).to_owned());
    lsp::CodeActionOptions {
        code_action_kinds: Some(kinds.map(lsp::CodeActionKind::from).into()),
        resolve_provider: Some(true),
        ..lsp::CodeActionOptions::default()
    }
}

fn commands() -> lsp::ExecuteCommandOptions {
    let commands = command::COMMANDS.map(str::to_owned).into();
    lsp::ExecuteCommandOptions { commands, ..lsp::ExecuteCommandOptions::default() }
}

fn views() -> lsp::TextDocumentContentOptions {
    lsp::TextDocumentContentOptions { schemes: vec![view::SCHEME.to_owned()] }
}

fn tokens() -> lsp::SemanticTokensOptions {
    let legend = lsp::SemanticTokensLegend {
        token_types: semantic_token::types(),
        token_modifiers: semantic_token::modifiers(),
    };
    lsp::SemanticTokensOptions {
        legend,
        range: Some(true.into()),
        full: Some(lsp::SemanticTokensFullDelta { delta: Some(true) }.into()),
        work_done_progress_options: lsp::WorkDoneProgressOptions::default(),
    }
}
