//! Proofs, when nobody types.
//!
//! Each text has at most one task that proves: it waits until the text has rested, and gives up
//! between two queries once there is a newer version. All texts take turns, so that one core at
//! most is busy with what nobody waits for.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tower_lsp_server::Client;
use tower_lsp_server::gen_lsp_types::Uri;

use crate::publish::publish_again;
use crate::server::{PATIENCE, lock, off};
use crate::snapshot::Snapshot;
use crate::state::State;

/// How long a text rests before something is proved.
const REST: Duration = Duration::from_millis(300);

/// Proves what can be proved of a text, once it rests.
pub(crate) fn prove(client: &Client, state: &Arc<Mutex<State>>, uri: Uri) {
    if lock(state).begin_proving(&uri) {
        tokio::spawn(prove_newest(client.clone(), Arc::clone(state), uri));
    }
}

async fn prove_newest(client: Client, state: Arc<Mutex<State>>, uri: Uri) {
    let turns = Arc::clone(&lock(&state).turns);
    let mut last = 0;
    loop {
        let next = lock(&state).next_to_prove(&uri, last);
        let Some(snapshot) = next else { return };
        tokio::time::sleep(REST).await;
        if !lock(&state).is_current(&snapshot) {
            continue;
        }
        last = snapshot.revision;
        if !snapshot.settings.proves() {
            continue;
        }
        let Ok(turn) = Arc::clone(&turns).acquire_owned().await else { return };
        let (of, whether) = (Arc::clone(&snapshot), Arc::clone(&state));
        let is_done = off(move || {
            let _turn = turn;
            of.prove(&|| lock(&whether).is_current(&of))
        });
        if is_done.await == Ok(true) {
            show(&client, &state, &snapshot).await;
        }
    }
}

/// Lets the editor know of what was proved.
async fn show(client: &Client, state: &Arc<Mutex<State>>, snapshot: &Snapshot) {
    if snapshot.proofs().is_none_or(keyaki_ide::Proofs::is_empty) {
        return;
    }
    let editor = Arc::clone(&lock(state).client);
    publish_again(client, state, snapshot).await;
    // An editor that does not answer asks by itself, some day.
    let client = client.clone();
    let ask = async move {
        if editor.pulls_diagnostics && editor.refreshes_diagnostics {
            let _ = client.workspace_diagnostic_refresh().await;
        }
        if editor.refreshes_lenses {
            let _ = client.code_lens_refresh().await;
        }
    };
    tokio::spawn(async move {
        let _ = tokio::time::timeout(PATIENCE, ask).await;
    });
}
