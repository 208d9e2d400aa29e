//! Project automation: `cargo xtask <task>`.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "tasks talk to the person at the desk"
)]

mod catalog;

use std::process::ExitCode;

/// What a task gives back: nothing, or the reason why it failed.
type Outcome = Result<(), Box<dyn std::error::Error>>;

const USAGE: &str = "usage: cargo xtask <task>

tasks:
  catalog build    regenerate the catalogue's text files from a released data set
  catalog managed  fetch AWS's managed policies and regenerate their block";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    let outcome = match words.as_slice() {
        ["catalog", rest @ ..] => catalog::run(rest),
        _ => Err(USAGE.into()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
