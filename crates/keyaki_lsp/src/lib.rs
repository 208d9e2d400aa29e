//! The language server: the protocol on one side, `keyaki_ide` on the other.
//!
//! It knows no policy: it keeps the texts that the editor has open, turns positions into byte
//! offsets and values of `ide` into messages. Four rules keep it sound, and tests over standard
//! input and output hold each:
//!
//! 1. A notification changes the state before its handler first waits, so that the order of
//!    messages is the order of changes.
//! 2. Handlers run side by side in any number that an editor can ask for, so that a slow one holds
//!    up neither the others nor a cancellation.
//! 3. No handler waits for an answer of the editor: the loop that a full queue blocks is the one
//!    that would deliver it. Such questions are asked in tasks of their own.
//! 4. No work on documents happens on the thread that reads and writes messages.

mod account;
mod capabilities;
mod client_traits;
mod code_action;
mod command;
mod completion;
mod configuration;
mod diagnostic;
mod handler;
mod input;
mod layout;
mod lens;
mod navigation;
mod outline;
mod position;
mod progress;
mod prove;
mod publish;
mod question;
mod scope;
mod semantic_token;
mod server;
mod snapshot;
mod state;
mod uri;
mod view;
mod workspace;

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use keyaki_ide::Catalog;
use tokio::runtime;
use tower_lsp_server::{LspService, Server};

/// Far more requests than an editor has under way at a time.
const CONCURRENT_HANDLERS: usize = 1024;

/// The parser recurses to its depth limit; this is enough for builds without optimisation, too.
const STACK: usize = 8 * 1024 * 1024;

/// Serves an editor on standard input and output until it says `exit` or goes away.
/// Whether it had asked for the shutdown, as it should.
///
/// # Errors
/// The system gives no thread or no timer.
pub fn serve(catalog: &'static Catalog) -> io::Result<bool> {
    let mut builder = runtime::Builder::new_current_thread();
    let runtime = builder.enable_time().thread_stack_size(STACK).build()?;
    let is_shut_down = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&is_shut_down);
    let input = input::Input::start()?;
    runtime.block_on(async {
        let start = |client| server::KeyakiServer::new(client, catalog, flag);
        let (service, socket) = LspService::new(start);
        Server::new(input, tokio::io::stdout(), socket)
            .concurrency_level(CONCURRENT_HANDLERS)
            .serve(service)
            .await;
    });
    // A thread may still wait for input, or be busy with what nobody wants to know any more.
    runtime.shutdown_background();
    Ok(is_shut_down.load(Ordering::SeqCst))
}
