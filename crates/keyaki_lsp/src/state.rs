//! What the server knows: the open texts, the settings, the editor. One owner, behind one lock that
//! is never held while anything waits.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::Value;
use tokio::sync::Semaphore;
use tower_lsp_server::gen_lsp_types::{TextDocumentContentChangeEvent, Uri};

use crate::account::KnownAccounts;
use crate::client_traits::ClientTraits;
use crate::position::Lines;
use crate::scope::Scopes;
use crate::snapshot::Snapshot;
use crate::workspace::Workspace;

pub(crate) struct State {
    open: HashMap<Uri, Open>,
    pub(crate) settings: Scopes,
    /// What the editor said last, as far as it was not asked about each folder.
    pub(crate) section: Value,
    pub(crate) client: Arc<ClientTraits>,
    pub(crate) folders: Vec<PathBuf>,
    last_revision: u64,
    /// Another number with other settings.
    generation: u64,
    /// The accounts that files name.
    pub(crate) accounts: KnownAccounts,
    /// Who has it may prove.
    pub(crate) turns: Arc<Semaphore>,
}

/// A text that the editor has open.
struct Open {
    snapshot: Arc<Snapshot>,
    /// The tokens that the editor got last, by the revision that they were made from.
    tokens: Option<(u64, Arc<[u32]>)>,
    /// Somebody is about to publish its diagnostics.
    is_publishing: bool,
    /// Somebody is about to prove what can be proved of it.
    is_proving: bool,
}

impl State {
    pub(crate) fn new(settings: Scopes, client: ClientTraits) -> State {
        let (open, folders) = (HashMap::new(), Vec::new());
        let (client, turns) = (Arc::new(client), Arc::new(Semaphore::new(1)));
        let section = Value::Null;
        let (accounts, last_revision, generation) = (KnownAccounts::default(), 0, 0);
        State {
            open,
            settings,
            section,
            client,
            folders,
            last_revision,
            generation,
            accounts,
            turns,
        }
    }

    fn next_revision(&mut self) -> u64 {
        self.last_revision += 1;
        self.last_revision
    }

    pub(crate) fn open(&mut self, uri: Uri, path: PathBuf, version: i32, text: String) {
        let snapshot = Arc::new(self.snapshot_of(uri.clone(), path.into(), version, text));
        let open = Open { snapshot, tokens: None, is_publishing: false, is_proving: false };
        self.open.insert(uri, open);
    }

    pub(crate) fn close(&mut self, uri: &Uri) {
        self.open.remove(uri);
    }

    /// Applies changes, each to what the one before it left. Gives back what was there before:
    /// to forget a long text takes time, too.
    pub(crate) fn change(
        &mut self,
        uri: &Uri,
        version: i32,
        changes: Vec<TextDocumentContentChangeEvent>,
    ) -> Option<Arc<Snapshot>> {
        let before = self.snapshot(uri)?;
        let mut text = before.text.clone();
        let mut known = Some(&before.lines);
        for change in changes {
            self.apply(&mut text, known.take(), change);
        }
        let path = Arc::clone(&before.path);
        let snapshot = self.snapshot_of(uri.clone(), path, version, text).after(&before);
        if let Some(open) = self.open.get_mut(uri) {
            open.snapshot = Arc::new(snapshot);
        }
        Some(before)
    }

    /// Applies a change to a text whose lines may be known.
    fn apply(
        &self,
        text: &mut String,
        known: Option<&Lines>,
        change: TextDocumentContentChangeEvent,
    ) {
        match change {
            TextDocumentContentChangeEvent::TextDocumentContentChangePartial(change) => {
                let counted = || Lines::new(text, self.client.encoding);
                let range = match known {
                    Some(lines) => lines.text_range(text, change.range),
                    None => counted().text_range(text, change.range),
                };
                text.replace_range(range.start as usize..range.end as usize, &change.text);
            }
            TextDocumentContentChangeEvent::TextDocumentContentChangeWholeDocument(change) => {
                *text = change.text;
            }
        }
    }

    fn snapshot_of(&mut self, uri: Uri, path: Arc<Path>, version: i32, text: String) -> Snapshot {
        let revision = self.next_revision();
        let (client, settings) = (Arc::clone(&self.client), self.settings.of(&path));
        Snapshot::new(uri, path, version, revision, text, client, settings)
    }

    pub(crate) fn snapshot(&self, uri: &Uri) -> Option<Arc<Snapshot>> {
        self.open.get(uri).map(|open| Arc::clone(&open.snapshot))
    }

    /// All open texts, by address.
    pub(crate) fn snapshots(&self) -> Vec<Arc<Snapshot>> {
        let mut all: Vec<_> = self.open.values().map(|open| Arc::clone(&open.snapshot)).collect();
        all.sort_by(|a, b| a.uri.0.cmp(&b.uri.0));
        all
    }

    /// The folders as they are now.
    pub(crate) fn workspace(&self) -> Workspace {
        Workspace {
            open: self.open.keys().cloned().collect(),
            folders: self.folders.clone(),
            settings: self.settings.clone(),
            generation: self.generation,
            client: Arc::clone(&self.client),
        }
    }

    /// Takes new settings; every open text is read anew when somebody asks.
    pub(crate) fn configure(&mut self, settings: Scopes) {
        self.settings = settings;
        self.generation += 1;
        for old in self.snapshots() {
            let new = self.snapshot_of(
                old.uri.clone(),
                Arc::clone(&old.path),
                old.version,
                old.text.clone(),
            );
            if let Some(open) = self.open.get_mut(&old.uri) {
                open.snapshot = Arc::new(new);
            }
        }
    }

    /// Whether the caller is to publish the diagnostics of a text: nobody else is about to.
    pub(crate) fn begin_publishing(&mut self, uri: &Uri) -> bool {
        let open = self.open.get_mut(uri);
        open.is_some_and(|open| !std::mem::replace(&mut open.is_publishing, true))
    }

    /// What is to be published after that revision; none where it is the newest.
    pub(crate) fn next_to_publish(&mut self, uri: &Uri, after: u64) -> Option<Arc<Snapshot>> {
        let open = self.open.get_mut(uri)?;
        if open.snapshot.revision == after {
            open.is_publishing = false;
            return None;
        }
        Some(Arc::clone(&open.snapshot))
    }

    /// Whether the caller is to prove what can be proved of a text: nobody else is about to.
    pub(crate) fn begin_proving(&mut self, uri: &Uri) -> bool {
        let open = self.open.get_mut(uri);
        open.is_some_and(|open| !std::mem::replace(&mut open.is_proving, true))
    }

    /// What is to be proved after that revision; none where it is the newest.
    pub(crate) fn next_to_prove(&mut self, uri: &Uri, after: u64) -> Option<Arc<Snapshot>> {
        let open = self.open.get_mut(uri)?;
        if open.snapshot.revision == after {
            open.is_proving = false;
            return None;
        }
        Some(Arc::clone(&open.snapshot))
    }

    pub(crate) fn is_current(&self, snapshot: &Snapshot) -> bool {
        let open = self.open.get(&snapshot.uri);
        open.is_some_and(|open| open.snapshot.revision == snapshot.revision)
    }

    /// Keeps the tokens that the editor gets, and gives back those that it got before.
    pub(crate) fn keep_tokens(
        &mut self,
        snapshot: &Snapshot,
        tokens: Arc<[u32]>,
    ) -> Option<(u64, Arc<[u32]>)> {
        let open = self.open.get_mut(&snapshot.uri)?;
        open.tokens.replace((snapshot.revision, tokens))
    }
}
