//! `cargo xtask test`: all tests, with cargo-nextest where it is installed, and those of the VS Code
//! extension.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::{Outcome, editor};

/// Runs the tests of the whole workspace; further arguments go to the runner.
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
    if !has_nextest {
        return cargo(root, &["test", "--workspace"], arguments);
    }
    if arguments.is_empty() {
        cargo(root, &["test", "--workspace", "--doc", "--quiet"], &[])?;
    }
    let profile = if std::env::var_os("CI").is_some() { "ci" } else { "default" };
    cargo(root, &["nextest", "run", "--workspace", "--profile", profile], arguments)
}

fn cargo(root: &Path, fixed: &[&str], arguments: &[&str]) -> Outcome {
    let status = Command::new("cargo").args(fixed).args(arguments).current_dir(root).status();
    match status {
        Ok(status) if status.success() => Ok(()),
        Ok(_) => Err(format!("`cargo {}` failed", fixed.join(" ")).into()),
        Err(e) => Err(format!("cargo cannot be started: {e}").into()),
    }
}
