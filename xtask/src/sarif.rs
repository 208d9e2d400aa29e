//! `cargo xtask test-sarif`: what is written as SARIF, held to the schema of SARIF 2.1.0.
//!
//! The schema comes with the crate `serde-sarif`, which is fetched and not built, and is applied by
//! the Python package `jsonschema`. Where these cannot be fetched the test is skipped, and the
//! output says so; with `CI` set it fails.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::Outcome;
use crate::editor::run;
use crate::python::Venv;

const VALIDATOR: &str = "jsonschema==4.25.1";

/// A crate that depends on the one with the schema.
const MANIFEST: &str = "\
[package]
name = \"schema\"
version = \"0.0.0\"
edition = \"2024\"

[dependencies]
serde-sarif = \"=0.8.0\"

[workspace]
";

const SCRIPT: &str = "\
import json, sys
from jsonschema.validators import validator_for
schema, *files = sys.argv[1:]
schema = json.load(open(schema))
validator = validator_for(schema)(schema)
failed = False
for file in files:
    log = json.load(open(file))
    count = len(log['runs'][0]['results'])
    assert count > 0, f'{file}: no results'
    for error in validator.iter_errors(log):
        failed = True
        print(f'{file}: {error.json_path}: {error.message[:300]}')
    print(f'{file}: {count} results')
sys.exit(failed)
";

const PATIENCE: Duration = Duration::from_secs(300);

/// What is written, by the name of the file.
const LOGS: [(&str, &[&str]); 3] = [
    ("policies", &["check", "testdata/policies"]),
    ("templates", &["check", "testdata/templates"]),
    ("account", &["analyze", "testdata/accounts/roles/snapshot"]),
];

/// Writes logs with the program built from here, and holds them to the schema.
///
/// # Errors
/// A log does not fit the schema, or, in CI, something it needs is missing.
pub(crate) fn test(root: &Path) -> Outcome {
    let folder = root.join("target/sarif");
    let (schema, venv) = match bring(&folder) {
        Ok(brought) => brought,
        Err(reason) if std::env::var_os("CI").is_some() => return Err(reason),
        Err(reason) => {
            println!("skipped: the test of SARIF: {reason}");
            return Ok(());
        }
    };
    run(crate::cargo(root).args(["build", "--quiet", "-p", "keyaki_cli"]), PATIENCE * 4)?;
    let mut files = Vec::new();
    for (name, words) in LOGS {
        let file = folder.join(format!("{name}.sarif"));
        let mut keyaki = Command::new(root.join("target/debug/keyaki"));
        let output = keyaki.args(words).args(["--format", "sarif"]).current_dir(root).output()?;
        fs::write(&file, output.stdout)?;
        files.push(file);
    }
    let mut python = Command::new(venv.python());
    run(python.args(["-c", SCRIPT]).arg(schema).args(files), PATIENCE)
}

/// Fetches the validator and the schema.
fn bring(folder: &Path) -> Result<(PathBuf, Venv), Box<dyn std::error::Error>> {
    fs::create_dir_all(folder.join("src"))?;
    fs::write(folder.join("Cargo.toml"), MANIFEST)?;
    fs::write(folder.join("src/lib.rs"), "")?;
    let venv = Venv::with(&folder.join("venv"), &[VALIDATOR])?;
    let schema = folder.join("vendor/serde-sarif/src/schema.json");
    if !schema.exists() {
        run(
            crate::cargo(folder).args(["vendor", "--quiet"]).stdout(std::process::Stdio::null()),
            PATIENCE,
        )?;
    }
    match schema.exists() {
        true => Ok((schema, venv)),
        false => Err("`serde-sarif` does not hold the schema".into()),
    }
}
