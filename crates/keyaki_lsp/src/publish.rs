//! Diagnostics for editors that do not ask for them.
//!
//! Each text has at most one task that publishes: it goes on until the newest version is out, so
//! that fast typing leaves out versions instead of piling up work.

use std::sync::{Arc, Mutex};

use tower_lsp_server::Client;
use tower_lsp_server::gen_lsp_types::Uri;

use crate::diagnostic::diagnostics;
use crate::server::{lock, off};
use crate::snapshot::Snapshot;
use crate::state::State;

/// Publishes the diagnostics of a text, unless the editor asks for them itself.
pub(crate) fn publish(client: &Client, state: &Arc<Mutex<State>>, uri: Uri) {
    {
        let mut state = lock(state);
        if state.client.pulls_diagnostics || !state.begin_publishing(&uri) {
            return;
        }
    }
    tokio::spawn(publish_newest(client.clone(), Arc::clone(state), uri));
}

async fn publish_newest(client: Client, state: Arc<Mutex<State>>, uri: Uri) {
    let mut last = 0;
    loop {
        let next = lock(&state).next_to_publish(&uri, last);
        let Some(snapshot) = next else { return };
        last = snapshot.revision;
        let of = Arc::clone(&snapshot);
        let Ok(found) = off(move || diagnostics(&of)).await else { continue };
        if lock(&state).is_current(&snapshot) {
            client.publish_diagnostics(uri.clone(), found, Some(snapshot.version)).await;
        }
    }
}

/// Publishes what was proved, too, unless the editor asks for diagnostics itself or has a newer
/// version by now.
pub(crate) async fn publish_again(client: &Client, state: &Mutex<State>, snapshot: &Snapshot) {
    let is_wanted = {
        let state = lock(state);
        !state.client.pulls_diagnostics && state.is_current(snapshot)
    };
    if is_wanted {
        let found = diagnostics(snapshot);
        client.publish_diagnostics(snapshot.uri.clone(), found, Some(snapshot.version)).await;
    }
}

/// Takes back the diagnostics of a text that is closed.
pub(crate) fn clear(client: &Client, state: &Arc<Mutex<State>>, uri: Uri) {
    if lock(state).client.pulls_diagnostics {
        return;
    }
    let client = client.clone();
    tokio::spawn(async move { client.publish_diagnostics(uri, Vec::new(), None).await });
}
