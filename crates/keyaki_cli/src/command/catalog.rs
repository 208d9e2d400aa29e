//! `keyaki catalog`: what is known of AWS's services.

use crate::console::Console;
use crate::exit::{Exit, Failure};

mod search;
mod show;
mod update;

/// Look into the catalogue of services, actions, resource types and condition keys
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    Show(show::Arguments),
    Search(search::Arguments),
    Update(update::Arguments),
}

pub(crate) fn run(arguments: Arguments, console: &mut Console) -> Result<Exit, Failure> {
    match arguments.command {
        Command::Show(arguments) => show::run(&arguments, console),
        Command::Search(arguments) => search::run(&arguments, console),
        Command::Update(arguments) => update::run(arguments, console),
    }
}
