//! The server of one editor: its state, and how work and questions are sent off.

use std::any::Any;
use std::future::Future;
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use keyaki_ide::{Catalog, Settings};
use serde_json::{Value, json};
use tower_lsp_server::Client;
use tower_lsp_server::gen_lsp_types as lsp;
use tower_lsp_server::jsonrpc::{Error, Result};

use crate::client_traits::ClientTraits;
use crate::configuration;
use crate::prove::prove;
use crate::publish::publish;
use crate::scope::Scopes;
use crate::snapshot::Snapshot;
use crate::state::State;
use crate::uri::uri_of;
use crate::workspace::Texts;

/// An editor that takes longer to answer will not answer.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// The server of one editor.
pub(crate) struct KeyakiServer {
    pub(crate) client: Client,
    pub(crate) catalog: &'static Catalog,
    pub(crate) state: Arc<Mutex<State>>,
    pub(crate) is_shut_down: Arc<AtomicBool>,
}

/// The state, for a moment.
pub(crate) fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Work of any kind, so that there is one kind of task and not one for each request: compiling a
/// task takes long.
type Work = Box<dyn FnOnce() -> Box<dyn Any + Send> + Send>;

/// Has work done off the thread of the messages.
pub(crate) async fn off<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    let work: Work = Box::new(move || Box::new(work()));
    let done = tokio::task::spawn_blocking(work).await.map_err(|_| Error::internal_error())?;
    done.downcast().map(|done| *done).map_err(|_| Error::internal_error())
}

impl KeyakiServer {
    pub(crate) fn new(
        client: Client,
        catalog: &'static Catalog,
        is_shut_down: Arc<AtomicBool>,
    ) -> KeyakiServer {
        let traits = ClientTraits::new(&lsp::InitializeParams::default());
        let state = State::new(Scopes::everywhere(Settings::of(catalog)), traits);
        KeyakiServer { client, catalog, state: Arc::new(Mutex::new(state)), is_shut_down }
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }

    /// All texts as they are now: those that are open, and the files of the folders.
    pub(crate) fn texts(&self) -> Texts {
        let state = self.state();
        Texts { open: state.snapshots(), workspace: state.workspace() }
    }

    /// Reads an open text as it is now; nothing if it is not open.
    ///
    /// What is read is settled before this waits, so that an answer is about the text that the
    /// editor had when it asked.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        uri: &lsp::Uri,
        work: impl FnOnce(&Snapshot) -> T + Send + 'static,
    ) -> Result<Option<T>> {
        let Some(snapshot) = self.state().snapshot(uri) else { return Ok(None) };
        off(move || work(&snapshot)).await.map(Some)
    }

    /// The same for a place in a text.
    pub(crate) async fn read_at<T: Send + 'static>(
        &self,
        at: lsp::TextDocumentPositionParams,
        work: impl FnOnce(&Snapshot, lsp::Position) -> T + Send + 'static,
    ) -> Result<Option<T>> {
        self.read(&at.text_document.uri, move |snapshot| work(snapshot, at.position)).await
    }

    /// Asks the editor something in a task of its own.
    pub(crate) fn ask<F>(&self, question: F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        tokio::spawn(async move {
            // An editor that does not answer loses what it was asked for, nothing else.
            let _ = tokio::time::timeout(PATIENCE, question).await;
        });
    }

    /// Has the editor go to a place; one that cannot is told where it is.
    pub(crate) fn go(&self, place: lsp::Location) -> Option<Value> {
        if !self.state().client.shows_documents {
            return Some(json!(place));
        }
        let lsp::Location { uri, range } = place;
        let (take_focus, selection) = (Some(true), Some(range));
        let client = self.client.clone();
        self.ask(async move {
            let show = lsp::ShowDocumentParams { uri, external: None, take_focus, selection };
            let _ = client.show_document(show).await;
        });
        None
    }

    /// Takes the settings anew: asks for them, or takes those that were said, and reads what the
    /// folders say.
    pub(crate) fn reconfigure(&self) {
        let (section, folders) = {
            let state = self.state();
            if state.client.answers_configuration {
                drop(state);
                return self.fetch_configuration();
            }
            (state.section.clone(), state.folders.clone())
        };
        let (client, state, catalog) = (self.client.clone(), Arc::clone(&self.state), self.catalog);
        let of_folders: Vec<_> = folders.into_iter().map(|f| (f, section.clone())).collect();
        self.ask(async move { configure(&client, &state, catalog, &section, &of_folders).await });
    }

    /// Asks the editor for our settings, for everything and for each folder, and takes them.
    pub(crate) fn fetch_configuration(&self) {
        let (client, state, catalog) = (self.client.clone(), Arc::clone(&self.state), self.catalog);
        let folders = self.state().folders.clone();
        let item = |scope_uri: Option<lsp::Uri>| {
            let section = Some(configuration::SECTION.to_owned());
            lsp::ConfigurationItem { scope_uri, section }
        };
        let of_folders = folders.iter().map(|folder| item(Some(uri_of(folder))));
        let items = std::iter::once(item(None)).chain(of_folders).collect();
        self.ask(async move {
            if let Ok(answers) = client.configuration(items).await {
                let mut answers = answers.into_iter();
                if let Some(section) = answers.next().filter(Value::is_object) {
                    let of_folders: Vec<_> = folders.into_iter().zip(answers).collect();
                    configure(&client, &state, catalog, &section, &of_folders).await;
                }
            }
        });
    }

    /// Asks the editor to tell when its settings, the configuration of a folder and, where it asks
    /// about folders, policies change.
    pub(crate) fn register(&self, traits: &ClientTraits) {
        let mut registrations = Vec::new();
        if traits.registers_configuration {
            let options = json!({ "section": configuration::SECTION });
            registrations.push(registration("workspace/didChangeConfiguration", options));
        }
        if traits.registers_watchers {
            let mut watchers = vec![json!({ "globPattern": "**/keyaki.toml" })];
            if traits.pulls_workspace {
                let pattern = format!("**/*.{{{}}}", keyaki_ide::FILE_ENDINGS.join(","));
                watchers.push(json!({ "globPattern": pattern }));
            }
            let options = json!({ "watchers": watchers });
            registrations.push(registration("workspace/didChangeWatchedFiles", options));
        }
        if registrations.is_empty() {
            return;
        }
        let client = self.client.clone();
        self.ask(async move {
            let _ = client.register_capability(registrations).await;
        });
    }
}

fn registration(method: &str, options: Value) -> lsp::Registration {
    let id = format!("keyaki {method}");
    lsp::Registration { id, method: method.to_owned(), register_options: Some(options) }
}

/// Takes settings and has everything looked at again.
pub(crate) async fn configure(
    client: &Client,
    state: &Arc<Mutex<State>>,
    catalog: &'static Catalog,
    section: &Value,
    of_folders: &[(PathBuf, Value)],
) {
    let (section, of_folders) = (section.clone(), of_folders.to_vec());
    let settings = match off(move || Scopes::read(catalog, &section, &of_folders)).await {
        Ok(Ok(settings)) => settings,
        Ok(Err(error)) => {
            let message = format!("keyaki: {error}; the settings stay as they were");
            return client.show_message(lsp::MessageType::Warning, message).await;
        }
        Err(_) => return,
    };
    let refreshes = {
        let mut state = lock(state);
        state.configure(settings);
        state.client.pulls_diagnostics && state.client.refreshes_diagnostics
    };
    if refreshes {
        let _ = client.workspace_diagnostic_refresh().await;
    }
    let open = lock(state).snapshots();
    for snapshot in open {
        publish(client, state, snapshot.uri.clone());
        prove(client, state, snapshot.uri.clone());
    }
}
