//! `cargo xtask test-protocol`: the language server under pytest-lsp, a client that is not ours, with
//! the abilities of several editors.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::Outcome;
use crate::editor::run;

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
    let folder = root.join("target/protocol/venv");
    let python = folder.join("bin/python");
    if let Err(reason) = environment(&folder, PACKAGE) {
        println!("skipped: the tests with {PACKAGE}: {reason}");
        return Ok(());
    }
    let mut tests = Command::new(python);
    tests.args(["-B", "-m", "pytest", "editors/protocol"]).current_dir(root);
    run(tests.env("KEYAKI", root.join("target/debug/keyaki")), PATIENCE)
}

/// A Python environment in a folder, with a package.
///
/// # Errors
/// Python or the package cannot be had.
pub(crate) fn environment(folder: &Path, package: &str) -> Outcome {
    let python = folder.join("bin/python");
    if !python.exists() {
        run(Command::new("python3").args(["-m", "venv"]).arg(folder), PATIENCE)?;
    }
    let words = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", package];
    run(Command::new(python).args(words), PATIENCE)
}
