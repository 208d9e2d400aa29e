//! What the editor at the other end can do.

use tower_lsp_server::gen_lsp_types::{
    ClientCapabilities, InitializeParams, ResourceOperationKind,
};

use crate::position::Encoding;

/// What the editor can do, as far as it matters here.
#[derive(Clone, Debug)]
pub(crate) struct ClientTraits {
    pub(crate) encoding: Encoding,
    /// It asks for diagnostics itself, and again when it is told that there may be others. One that
    /// cannot be told, and takes those that it gets unasked, would never see what is proved later.
    pub(crate) pulls_diagnostics: bool,
    /// It takes "ask again for the lines above policies".
    pub(crate) refreshes_lenses: bool,
    /// It opens a document when it is asked to.
    pub(crate) shows_documents: bool,
    /// It asks for the texts of addresses that are ours.
    pub(crate) reads_views: bool,
    /// It takes "ask again for diagnostics".
    pub(crate) refreshes_diagnostics: bool,
    pub(crate) has_related_information: bool,
    pub(crate) has_snippets: bool,
    /// It asks for the edit of a code action when the action is chosen.
    pub(crate) resolves_edits: bool,
    /// It takes edits with the version that they are for.
    pub(crate) has_versioned_edits: bool,
    /// It takes edits that create a file.
    pub(crate) creates_files: bool,
    /// It answers questions about its settings.
    pub(crate) answers_configuration: bool,
    /// It can be asked to tell when settings change.
    pub(crate) registers_configuration: bool,
    /// It can be asked to tell when files change.
    pub(crate) registers_watchers: bool,
    /// It wants to ask about the files of its folders, too.
    pub(crate) pulls_workspace: bool,
    /// The command that opens the list of completions again, if it said one.
    pub(crate) suggest_command: Option<String>,
}

impl ClientTraits {
    pub(crate) fn new(params: &InitializeParams) -> ClientTraits {
        let options = params.initialization_options.as_ref();
        let command = options.and_then(|o| o.get("suggestCommand")).and_then(|c| c.as_str());
        let suggest_command = command.map(str::to_owned);
        let wants = options.and_then(|o| o.get("workspaceDiagnostics")).and_then(|w| w.as_bool());
        let traits = ClientTraits::of(&params.capabilities);
        let pulls_workspace = wants == Some(true) && traits.pulls_diagnostics;
        ClientTraits { suggest_command, pulls_workspace, ..traits }
    }

    fn of(client: &ClientCapabilities) -> ClientTraits {
        let text = client.text_document.as_ref();
        let workspace = client.workspace.as_ref();
        let offered = client.general.as_ref().and_then(|g| g.position_encodings.as_deref());
        let diagnostic = text.and_then(|t| t.diagnostic.as_ref());
        let publish = text.and_then(|t| t.publish_diagnostics.as_ref());
        let relates = |related: Option<bool>| related == Some(true);
        let item = text.and_then(|t| t.completion.as_ref()?.completion_item.as_ref());
        let action = text.and_then(|t| t.code_action.as_ref());
        let resolve = action.and_then(|action| action.resolve_support.as_ref());
        let edit = workspace.and_then(|w| w.workspace_edit.as_ref());
        let refresh = workspace.and_then(|w| w.diagnostics.as_ref()?.refresh_support);
        let lenses = workspace.and_then(|w| w.code_lens.as_ref()?.refresh_support);
        let show = client.window.as_ref().and_then(|w| w.show_document.as_ref());
        let views = workspace.and_then(|w| w.text_document_content.as_ref());
        let configuration = workspace.and_then(|w| w.did_change_configuration.as_ref());
        let watchers = workspace.and_then(|w| w.did_change_watched_files.as_ref());
        ClientTraits {
            encoding: Encoding::negotiate(offered.unwrap_or_default()),
            pulls_diagnostics: diagnostic.is_some() && (refresh == Some(true) || publish.is_none()),
            refreshes_lenses: lenses == Some(true),
            shows_documents: show.is_some_and(|show| show.support),
            reads_views: views.is_some(),
            refreshes_diagnostics: refresh == Some(true),
            has_related_information: relates(
                diagnostic.and_then(|d| d.diagnostics_capabilities.related_information),
            ) || relates(
                publish.and_then(|p| p.diagnostics_capabilities.related_information),
            ),
            has_snippets: item.is_some_and(|item| item.snippet_support == Some(true)),
            resolves_edits: action.is_some_and(|action| action.data_support == Some(true))
                && resolve.is_some_and(|r| r.properties.iter().any(|name| name == "edit")),
            has_versioned_edits: edit.is_some_and(|edit| edit.document_changes == Some(true)),
            creates_files: edit.is_some_and(|edit| {
                let kinds = edit.resource_operations.as_deref().unwrap_or_default();
                edit.document_changes == Some(true)
                    && kinds.contains(&ResourceOperationKind::Create)
            }),
            answers_configuration: workspace.is_some_and(|w| w.configuration == Some(true)),
            registers_configuration: configuration
                .is_some_and(|c| c.dynamic_registration == Some(true)),
            registers_watchers: watchers.is_some_and(|w| w.dynamic_registration == Some(true)),
            pulls_workspace: false,
            suggest_command: None,
        }
    }
}
