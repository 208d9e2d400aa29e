//! `cargo xtask test-protocol`: the language server under pytest-lsp, a client that is not ours, with
//! the abilities of several editors.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::Outcome;
use crate::editor::run;
use crate::python::Venv;

const PACKAGE: &str = "pytest-lsp==1.0.1";

const PATIENCE: Duration = Duration::from_secs(300);

/// Installs the client into a folder under `target/`, and runs the tests with the program built from
/// here. Where it cannot be installed they are skipped, and the output says so.
///
/// # Errors
/// A test fails, or the program cannot be built.
pub(crate) fn test(root: &Path) -> Outcome {
    let build = ["build", "--quiet", "-p", "keyaki_cli"];
    run(crate::cargo(root).args(build), PATIENCE * 4)?;
    let venv = match Venv::with(&root.join("target/protocol/venv"), &[PACKAGE]) {
        Ok(venv) => venv,
        Err(reason) => {
            println!("skipped: the tests with {PACKAGE}: {reason}");
            return Ok(());
        }
    };
    let mut tests = Command::new(venv.python());
    tests.args(["-B", "-m", "pytest", "editors/protocol"]).current_dir(root);
    run(tests.env("KEYAKI", root.join("target/debug/keyaki")), PATIENCE)
}
