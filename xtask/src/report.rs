//! The HTML report in a real browser: Debian's Chromium, driven by playwright-core.
//!
//! Where Chromium or npm is missing the test is skipped, and the output says so; with `CI` set it
//! fails.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::Outcome;
use crate::editor::run;
use crate::program::found;

/// What drives the browser; it brings no browser of its own.
const DRIVER: &str = "playwright-core@1.56.1";

const PATIENCE: Duration = Duration::from_secs(300);

/// Writes a report and looks at it in a browser.
///
/// # Errors
/// The test fails, or, in CI, something it needs is missing.
pub(crate) fn test(root: &Path) -> Outcome {
    let (Some(chromium), Some(_)) = (found("chromium"), found("npm")) else {
        let lacks = "the test of the report in a browser, which needs chromium and npm";
        if std::env::var_os("CI").is_some() {
            return Err(lacks.into());
        }
        println!("skipped: {lacks}");
        return Ok(());
    };
    let folder = root.join("target/report-test");
    fs::create_dir_all(&folder)?;
    fs::write(folder.join("package.json"), "{\"private\": true}\n")?;
    let words = ["install", "--no-audit", "--no-fund", "--loglevel", "error", DRIVER];
    run(Command::new("npm").args(words).current_dir(&folder), PATIENCE)?;
    let build = ["build", "--quiet", "-p", "keyaki_cli"];
    run(crate::cargo(root).args(build), PATIENCE * 4)?;
    let report = folder.join("report.html");
    write(root, &report)?;
    let script = root.join("xtask/report/test.mjs");
    run(Command::new("node").arg(script).arg(&folder).arg(chromium).arg(&report), PATIENCE)
}

/// The report of a hand-made account. That there are findings is what the exit code 1 says.
fn write(root: &Path, report: &Path) -> Outcome {
    let output = format!("html={}", report.display());
    let words = ["analyze", "snapshot", "--analysis", "external,public", "--output", &output];
    let mut command = Command::new(root.join("target/debug/keyaki"));
    let told = command.args(words).current_dir(root.join("testdata/accounts/roles")).output()?;
    match told.status.code() {
        Some(1) => Ok(()),
        _ => Err(String::from_utf8_lossy(&told.stderr).into_owned().into()),
    }
}
