//! The wheel: the program as a Python package.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use super::{PATIENCE, Release, version};
use crate::editor::run;

/// Packs the wheel with the build backend that `pyproject.toml` names, which pip installs for it.
///
/// # Errors
/// A step that fails, such as pip without a network.
pub(super) fn pack(release: &Release<'_>) -> Result<PathBuf, Box<dyn std::error::Error>> {
    let folder = release.folder("python")?;
    let files = ["pyproject.toml", "program.py"].map(|file| format!("packaging/python/{file}"));
    release.copy(&files.each_ref().map(String::as_str), &folder)?;
    release.copy(&["README.md", "LICENSE-MIT", "LICENSE-APACHE"], &folder)?;
    let program = folder.join("program");
    fs::create_dir(&program)?;
    release.copy_program(&program)?;
    let tag = release.platform.wheel_tag;
    let mut pip = Command::new("python3");
    pip.args(["-m", "pip", "wheel", "--quiet", "--disable-pip-version-check", "--no-deps"]);
    pip.arg("--wheel-dir").arg(release.dist).arg(&folder);
    pip.env("KEYAKI_VERSION", version()).env("KEYAKI_PLATFORM_TAG", tag);
    run(&mut pip, PATIENCE)?;
    Ok(release.dist.join(format!("keyaki-{}-py3-none-{tag}.whl", version())))
}
