//! The npm packages: one with the program of a platform, and one that finds it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use super::{PATIENCE, Release, version};
use crate::editor::run;

/// Packs the wrapper and the package of the platform.
///
/// # Errors
/// A step that fails.
pub(super) fn pack(release: &Release<'_>) -> Result<[PathBuf; 2], Box<dyn std::error::Error>> {
    Ok([wrapper(release)?, platform(release)?])
}

fn wrapper(release: &Release<'_>) -> Result<PathBuf, Box<dyn std::error::Error>> {
    let folder = release.folder("npm")?;
    release.copy(&["packaging/npm/keyaki.js", "README.md"], &folder)?;
    let text = fs::read_to_string(release.root.join("packaging/npm/package.json"))?;
    let mut manifest: Value = serde_json::from_str(&text)?;
    manifest["version"] = version().into();
    let platforms = manifest["optionalDependencies"].as_object_mut();
    for (_, wanted) in platforms.into_iter().flatten() {
        *wanted = version().into();
    }
    tarball(release, &folder, &manifest, "keyaki")
}

fn platform(release: &Release<'_>) -> Result<PathBuf, Box<dyn std::error::Error>> {
    let (os, cpu) = release.platform.npm;
    let folder = release.folder(&format!("npm-{os}-{cpu}"))?;
    release.copy_program(&folder)?;
    let manifest = json!({
        "name": format!("@keyaki/{os}-{cpu}"),
        "version": version(),
        "description": format!("The program of keyaki for {os} on {cpu}"),
        "license": "MIT OR Apache-2.0",
        "os": [os],
        "cpu": [cpu],
        "files": [release.platform.program()],
    });
    tarball(release, &folder, &manifest, &format!("keyaki-{os}-{cpu}"))
}

/// Packs a folder; npm names the file after the package.
fn tarball(
    release: &Release<'_>,
    folder: &Path,
    manifest: &Value,
    name: &str,
) -> Result<PathBuf, Box<dyn std::error::Error>> {
    fs::write(folder.join("package.json"), serde_json::to_vec_pretty(manifest)?)?;
    let mut npm = Command::new("npm");
    npm.args(["pack", "--silent", "--pack-destination"]).arg(release.dist).current_dir(folder);
    run(&mut npm, PATIENCE)?;
    Ok(release.dist.join(format!("{name}-{}.tgz", version())))
}
