//! Programs that are measured side by side: where they are, and what a run of one takes.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::python::Venv;

const MEASURE: &str = include_str!("bench/measure.py");

/// Where the programs are.
pub(crate) struct Bench {
    pub(crate) folder: PathBuf,
    pub(crate) venv: Venv,
    pub(crate) keyaki: PathBuf,
}

/// What a program took.
pub(crate) struct Took {
    /// Of the CPU, its children's included.
    pub(crate) seconds: f64,
    pub(crate) kilobytes: f64,
}

impl Bench {
    /// Builds this program and installs others, in a folder of that name.
    ///
    /// # Errors
    /// Something that cannot be written, built or installed.
    pub(crate) fn prepare(
        root: &Path,
        name: &str,
        packages: &[&str],
    ) -> Result<Self, Box<dyn std::error::Error>> {
        let target =
            std::env::var_os("CARGO_TARGET_DIR").map_or(root.join("target"), PathBuf::from);
        let folder = target.join(name);
        std::fs::create_dir_all(&folder)?;
        std::fs::write(folder.join("measure.py"), MEASURE)?;
        let build = ["build", "--release", "--quiet", "--package", "keyaki_cli"];
        if !crate::cargo(root).args(build).status()?.success() {
            return Err("the program cannot be built".into());
        }
        let venv = Venv::with(&folder.join("venv"), packages)?;
        Ok(Self { folder, venv, keyaki: target.join("release/keyaki") })
    }

    /// Runs a program, which may end with 0 and with these other codes.
    ///
    /// # Errors
    /// It cannot be run, or ends otherwise.
    pub(crate) fn measure(
        &self,
        command: &Command,
        codes: &[&str],
    ) -> Result<Took, Box<dyn std::error::Error>> {
        let mut measured = Command::new(self.venv.python());
        measured.arg(self.folder.join("measure.py")).arg(command.get_program());
        let variables = command.get_envs().filter_map(|(name, value)| Some((name, value?)));
        let output = measured.args(command.get_args()).envs(variables).output()?;
        let text = String::from_utf8_lossy(&output.stdout);
        let fields: Vec<&str> = text.trim_end().splitn(4, '\t').collect();
        let [exit, seconds, kilobytes, ..] = fields.as_slice() else {
            return Err(format!("{command:?} cannot be run").into());
        };
        if *exit != "0" && !codes.contains(exit) {
            return Err(format!("{command:?} ends with {text}").into());
        }
        Ok(Took { seconds: seconds.parse()?, kilobytes: kilobytes.parse()? })
    }
}
