//! `keyaki completions`: what a shell needs to complete commands and options.

use clap::CommandFactory;
use clap_complete::Shell;

use crate::console::Console;
use crate::exit::{Exit, Failure};

/// Write what a shell needs to complete commands and options
///
/// For bash: keyaki completions bash > ~/.local/share/bash-completion/completions/keyaki
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The shell
    shell: Shell,
}

pub(crate) fn run(arguments: &Arguments, console: &mut Console) -> Result<Exit, Failure> {
    let mut command = crate::arguments::Arguments::command();
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut command, "keyaki", &mut script);
    console.write(|out| out.write_all(&script))?;
    Ok(Exit::Clean)
}
