//! `cargo xtask compare-accounts`: whole accounts, asked of this program and of others in one run.
//!
//! cloudsplaining, from PyPI, tells which users and roles have ways to more permissions, of the
//! account that its repository has as an example. iam-simulate, from npm, decides the requests of
//! which `keyaki who-can` tells who can make them, in an organisation that is made up. Each runs as
//! a program of its own; what they say otherwise than ours is sorted by its reason, and the task
//! fails where none is known.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Outcome;
use crate::python::Venv;

mod escalations;
mod requests;

const MEASURE: &str = include_str!("compare_linters/measure.py");

/// Installs, asks, sorts and prints.
///
/// # Errors
/// Wrong arguments, a program that cannot be installed or run, or an answer that nothing explains.
pub(crate) fn run(root: &Path, arguments: &[&str]) -> Outcome {
    let sample = match arguments {
        [] => root.join("../shared/data/snapshots/authz/cloudsplaining-example.json"),
        [file] => PathBuf::from(file),
        _ => return Err("usage: cargo xtask compare-accounts [FILE]".into()),
    };
    if !sample.is_file() {
        let needs = "the example of cloudsplaining's repository, examples/files/example.json";
        return Err(format!("{}: no such file; it takes {needs}", sample.display()).into());
    }
    let bench = Bench::prepare(root)?;
    escalations::compare(&bench, &sample)?;
    requests::compare(&bench, root)
}

/// Where the programs are.
struct Bench {
    folder: PathBuf,
    venv: Venv,
    keyaki: PathBuf,
}

/// What a program took.
struct Took {
    /// Of the CPU, its children's included.
    seconds: f64,
    kilobytes: f64,
}

impl Bench {
    fn prepare(root: &Path) -> Result<Self, Box<dyn std::error::Error>> {
        let target =
            std::env::var_os("CARGO_TARGET_DIR").map_or(root.join("target"), PathBuf::from);
        let folder = target.join("accounts");
        std::fs::create_dir_all(&folder)?;
        std::fs::write(folder.join("measure.py"), MEASURE)?;
        let build = ["build", "--release", "--quiet", "--package", "keyaki_cli"];
        if !crate::cargo(root).args(build).status()?.success() {
            return Err("the program cannot be built".into());
        }
        let venv = Venv::with(&folder.join("venv"), &[escalations::PACKAGE])?;
        Ok(Self { folder, venv, keyaki: target.join("release/keyaki") })
    }

    /// Runs a program, which may end with 0, with 1 for findings, or with 3 for what was not judged.
    fn measure(&self, command: &mut Command) -> Result<Took, Box<dyn std::error::Error>> {
        let mut measured = Command::new(self.venv.python());
        measured.arg(self.folder.join("measure.py")).arg(command.get_program());
        let output = measured.args(command.get_args()).output()?;
        let text = String::from_utf8_lossy(&output.stdout);
        let fields: Vec<&str> = text.trim_end().splitn(4, '\t').collect();
        let [exit, seconds, kilobytes, ..] = fields.as_slice() else {
            return Err(format!("{command:?} cannot be run").into());
        };
        if !["0", "1", "3"].contains(exit) {
            return Err(format!("{command:?} ends with {text}").into());
        }
        Ok(Took { seconds: seconds.parse()?, kilobytes: kilobytes.parse()? })
    }
}

impl Took {
    fn print(&self, name: &str, ours: &Took) {
        println!(
            "| {name} | {:.2} s | {:.1} | {:.0} MiB |",
            self.seconds,
            self.seconds / ours.seconds,
            self.kilobytes / 1024.0,
        );
    }
}
