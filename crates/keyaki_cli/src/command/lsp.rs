//! `keyaki lsp`: serve an editor.

use crate::console::Console;
use crate::exit::{Exit, Failure};

/// Serve an editor: the language server protocol on standard input and output
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Nothing else is offered; taken because many editors pass it
    #[arg(long)]
    stdio: bool,
}

pub(crate) fn run(_: &Arguments, console: &mut Console) -> Result<Exit, Failure> {
    let served = keyaki_lsp::serve(console.catalog());
    match served {
        Ok(true) => Ok(Exit::Clean),
        Ok(false) => Ok(Exit::Findings),
        Err(error) => Err(Failure::new(format!("cannot start: {}", error.kind()))),
    }
}
