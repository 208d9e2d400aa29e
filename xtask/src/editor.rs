//! The VS Code extension: its tests, with npm where that is installed, and its package.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::Outcome;

const OLDEST_NODE: u32 = 20;

/// Installing packages and running the tests take seconds; more than this, and something hangs.
const PATIENCE: Duration = Duration::from_secs(5 * 60);

/// The tests in a workbench may have to install it first.
const PATIENCE_IN_WORKBENCH: Duration = Duration::from_secs(20 * 60);

/// Runs the extension's tests that need no editor. Without Node it only says so.
///
/// # Errors
/// A test fails, or the packages cannot be installed.
pub(crate) fn test(root: &Path) -> Outcome {
    let has_node = version("node").is_some_and(|major| major >= OLDEST_NODE);
    if !has_node || version("npm").is_none() {
        println!(
            "skipped: the tests of the VS Code extension, which need Node.js {OLDEST_NODE} and npm"
        );
        return Ok(());
    }
    install(root)?;
    npm(root, &["run", "--silent", "test"], PATIENCE)
}

/// Runs the extension in a real workbench, with the program built from here.
///
/// # Errors
/// A test fails, or something cannot be built or installed.
pub(crate) fn test_in_workbench(root: &Path) -> Outcome {
    let build = ["build", "-p", "keyaki_cli"];
    run(crate::cargo(root).args(build), PATIENCE_IN_WORKBENCH)?;
    install(root)?;
    npm(root, &["run", "--silent", "test:editor"], PATIENCE_IN_WORKBENCH)
}

/// Installs what the tests in a workbench need, unless it is there.
///
/// # Errors
/// Why it cannot be.
pub(crate) fn install_workbench(root: &Path) -> Result<(), String> {
    if version("node").is_none() || version("npm").is_none() {
        return Err("it needs Node.js and npm".to_owned());
    }
    let all = || {
        install(root)
            .and_then(|()| npm(root, &["run", "--silent", "install:editor"], PATIENCE_IN_WORKBENCH))
    };
    all().map_err(|error| error.to_string())
}

/// Packs the extension; arguments go to its script.
///
/// # Errors
/// Something cannot be installed or packed.
pub(crate) fn package(root: &Path, arguments: &[&str]) -> Outcome {
    install(root)?;
    npm(root, &[&["run", "--silent", "package", "--"], arguments].concat(), PATIENCE)
}

/// The major version of an installed program.
fn version(program: &str) -> Option<u32> {
    let output = Command::new(program).arg("--version").stderr(Stdio::null()).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    text.trim_start_matches('v').split('.').next()?.trim().parse().ok()
}

fn folder(root: &Path) -> PathBuf {
    root.join("editors/vscode")
}

/// Installs the packages of the lock file, unless they are there.
fn install(root: &Path) -> Outcome {
    let modified = |file: &str| fs::metadata(folder(root).join(file)).and_then(|m| m.modified());
    let (installed, wanted) =
        (modified("node_modules/.package-lock.json"), modified("package-lock.json"));
    if matches!((installed, wanted), (Ok(installed), Ok(wanted)) if installed >= wanted) {
        return Ok(());
    }
    let quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
    npm(root, &[&["ci"], &quiet[..]].concat(), PATIENCE)
}

fn npm(root: &Path, arguments: &[&str], patience: Duration) -> Outcome {
    run(Command::new("npm").args(arguments).current_dir(folder(root)), patience)
}

/// Runs a command that has to end well, and in time.
pub(crate) fn run(command: &mut Command, patience: Duration) -> Outcome {
    let program = command.get_program().to_string_lossy().into_owned();
    let mut child = command.spawn().map_err(|e| format!("{program} cannot be started: {e}"))?;
    let start = Instant::now();
    loop {
        match child.try_wait()? {
            Some(status) if status.success() => return Ok(()),
            Some(_) => return Err(format!("`{command:?}` failed").into()),
            None if start.elapsed() > patience => {
                child.kill()?;
                return Err(format!("`{command:?}` did not end in time").into());
            }
            None => thread::sleep(Duration::from_millis(50)),
        }
    }
}
