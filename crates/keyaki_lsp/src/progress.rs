//! Telling how far a long request has come, where the editor wants to know.

use serde_json::json;
use tower_lsp_server::Client;
use tower_lsp_server::gen_lsp_types as lsp;

/// A long request.
pub(crate) struct Progress<'c> {
    client: &'c Client,
    /// What the editor calls it; nothing is told without a name.
    token: Option<lsp::ProgressToken>,
}

impl<'c> Progress<'c> {
    pub(crate) async fn begin(
        client: &'c Client,
        token: Option<lsp::ProgressToken>,
        files: usize,
    ) -> Progress<'c> {
        let progress = Progress { client, token };
        let message = format!("{files} files");
        let title = "Checking policies";
        progress.tell(json!({ "kind": "begin", "title": title, "message": message })).await;
        progress
    }

    pub(crate) async fn report(&self, done: usize, all: usize) {
        let percentage = done * 100 / all.max(1);
        let message = format!("{done} of {all} files");
        self.tell(json!({ "kind": "report", "message": message, "percentage": percentage })).await;
    }

    pub(crate) async fn end(&self) {
        self.tell(json!({ "kind": "end" })).await;
    }

    async fn tell(&self, value: lsp::LspAny) {
        if let Some(token) = self.token.clone() {
            let params = lsp::ProgressParams { token, value };
            self.client.send_notification::<lsp::ProgressNotification>(params).await;
        }
    }
}
