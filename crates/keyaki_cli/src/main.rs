//! The command line: one file per command under `command/`.
//!
//! Text for people and for programs goes to standard output, remarks about the run to standard
//! error. A closed pipe is no error.

mod arguments;
mod command;
mod console;
mod exit;
mod facts;

use std::process::ExitCode;

use clap::Parser;
use mimalloc::MiMalloc;

/// Policies are many small values, made and dropped by several threads at once.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    let arguments = arguments::Arguments::parse();
    let mut console = console::Console::new(arguments.color, arguments.catalog);
    let exit = match arguments.command.run(&mut console) {
        Ok(exit) => exit,
        Err(failure) => {
            console.remark(&format!("error: {failure}"));
            exit::Exit::Failure
        }
    };
    console.finish();
    exit.into()
}
