//! `cargo xtask test-spark`: the recipe of `docs/snapshots.md` under PySpark in local mode. What the
//! lines say together must be what one run says.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::Outcome;
use crate::editor::run;
use crate::program::found;
use crate::python::Venv;

const PACKAGE: &str = "pyspark==3.5.5";

const PATIENCE: Duration = Duration::from_secs(300);

/// Installs PySpark into a folder under `target/` and spreads the analysis of a hand-made account
/// over its workers. Where it cannot be installed, or Java is missing, the test is skipped, and the output says so.
///
/// # Errors
/// The findings differ from those of one run, or the program cannot be built.
pub(crate) fn test(root: &Path) -> Outcome {
    if found("java").is_none() {
        println!("skipped: the test with {PACKAGE}, which needs Java");
        return Ok(());
    }
    let build = ["build", "--quiet", "-p", "keyaki_cli"];
    run(crate::cargo(root).args(build), PATIENCE * 4)?;
    let venv = match Venv::with(&root.join("target/spark/venv"), &[PACKAGE]) {
        Ok(venv) => venv,
        Err(reason) => {
            println!("skipped: the test with {PACKAGE}: {reason}");
            return Ok(());
        }
    };
    let mut test = Command::new(venv.python());
    test.arg(root.join("xtask/spark/test.py")).current_dir(root);
    run(test.env("KEYAKI", root.join("target/debug/keyaki")), PATIENCE)
}
