//! Packages from PyPI, each set in a folder of its own under `target/`.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::Outcome;
use crate::editor::run;

/// Installing packages takes seconds to a minute; more than this, and something hangs.
const PATIENCE: Duration = Duration::from_secs(300);

/// A virtual environment.
pub(crate) struct Venv(PathBuf);

impl Venv {
    /// The environment in the folder, made where it is not there yet.
    ///
    /// # Errors
    /// Python 3 or its `venv` is missing.
    pub(crate) fn at(folder: &Path) -> Result<Self, Box<dyn std::error::Error>> {
        let venv = Self(folder.to_owned());
        if !venv.python().exists() {
            run(Command::new("python3").args(["-m", "venv"]).arg(folder), PATIENCE)?;
        }
        Ok(venv)
    }

    /// The environment in the folder with packages, by name with version.
    ///
    /// # Errors
    /// As of `at` and `install`.
    pub(crate) fn with(
        folder: &Path,
        packages: &[&str],
    ) -> Result<Self, Box<dyn std::error::Error>> {
        let venv = Self::at(folder)?;
        venv.install(packages)?;
        Ok(venv)
    }

    /// Installs packages, by name with version or by file.
    ///
    /// # Errors
    /// The package index cannot be reached, or does not have one of them.
    pub(crate) fn install<P: AsRef<OsStr>>(&self, packages: &[P]) -> Outcome {
        let words = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
        run(Command::new(self.python()).args(words).args(packages), PATIENCE)
    }

    /// Its Python.
    pub(crate) fn python(&self) -> PathBuf {
        self.program("python")
    }

    /// A program that a package brought.
    pub(crate) fn program(&self, name: &str) -> PathBuf {
        self.folder().join(name)
    }

    /// The folder of its programs.
    pub(crate) fn folder(&self) -> PathBuf {
        self.0.join("bin")
    }
}
