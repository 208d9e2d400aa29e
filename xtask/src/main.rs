//! Project automation: `cargo xtask <task>`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

mod codegen;
mod layers;
mod test;

const HELP: &str = "\
cargo xtask <task>

  test [ARG…]        run all tests; arguments go to the test runner
  codegen [--check]  write the generated files, or only say which are stale";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let root = workspace_root();
    let rest = arguments.get(1..).unwrap_or_default();
    let result = match arguments.first().map(String::as_str) {
        Some("test") => test::run(&root, rest),
        Some("codegen") => codegen::run(&root, rest.iter().any(|a| a == "--check")),
        _ => {
            say(HELP);
            return ExitCode::from(2);
        }
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            say(&format!("error: {message}"));
            ExitCode::FAILURE
        }
    }
}

#[expect(clippy::print_stderr, reason = "this is how the tasks speak to the developer")]
fn say(message: &str) {
    eprintln!("{message}");
}

/// The folder that holds the workspace's manifest.
fn workspace_root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_owned()
}
