//! `cargo xtask test`: all tests, with cargo-nextest where it is installed, and those of the VS Code
//! extension.

use std::ffi::OsString;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::{Outcome, editor};

/// Runs the tests of the whole workspace; further arguments go to the runner. Z3 is brought first:
/// without it, the tests that need a solver say that they were skipped.
///
/// The extension and the documentation's examples come first, so that the runner's summary is the
/// last line. Arguments choose among the runner's tests, and leave out the others.
///
/// # Errors
/// When a test fails or the runner cannot be started.
pub(crate) fn run(root: &Path, arguments: &[&str]) -> Outcome {
    if arguments.is_empty() {
        editor::test(root)?;
    }
    let has_nextest = Command::new("cargo")
        .args(["nextest", "--version"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success());
    let solver = solver();
    let cargo = |fixed: &[&str], arguments: &[&str]| cargo(root, &solver, fixed, arguments);
    if !has_nextest {
        return cargo(&["test", "--workspace"], arguments);
    }
    if arguments.is_empty() {
        cargo(&["test", "--workspace", "--doc", "--quiet"], &[])?;
    }
    let profile = if std::env::var_os("CI").is_some() { "ci" } else { "default" };
    cargo(&["nextest", "run", "--workspace", "--profile", profile], arguments)
}

/// The solver that the tests use: the one that the environment names, else Z3.
fn solver() -> Option<OsString> {
    if let Some(named) = std::env::var_os("KEYAKI_SOLVER") {
        return Some(named);
    }
    match crate::z3::bring() {
        Ok(path) => Some(path.into()),
        Err(error) => {
            eprintln!("warning: the tests that need a solver will be skipped: {error}");
            None
        }
    }
}

fn cargo(root: &Path, solver: &Option<OsString>, fixed: &[&str], arguments: &[&str]) -> Outcome {
    let mut command = crate::cargo(root);
    command.args(fixed).args(arguments);
    if let Some(solver) = solver {
        command.env("KEYAKI_SOLVER", solver);
    }
    let status = command.status();
    match status {
        Ok(status) if status.success() => Ok(()),
        Ok(_) => Err(format!("`cargo {}` failed", fixed.join(" ")).into()),
        Err(e) => Err(format!("cargo cannot be started: {e}").into()),
    }
}
