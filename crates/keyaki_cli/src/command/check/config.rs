//! Which configuration applies.

use std::path::{Path, PathBuf};

use keyaki_workspace::{Config, today};

use crate::exit::Failure;

/// The configuration that was given, or that of the folder that the command runs in.
pub(crate) fn load(given: Option<&Path>, none: bool) -> Result<Option<Config>, Failure> {
    let found = || Config::find(Path::new("."));
    let path = if none { None } else { given.map(Path::to_owned).or_else(found) };
    let load = |path: PathBuf| Config::load(&shortened(&path), today());
    path.map(load).transpose().map_err(|error| Failure::new(error.to_string()))
}

/// A path without the folder that one is in.
fn shortened(path: &Path) -> PathBuf {
    let here = std::env::current_dir().ok();
    let inside = here.and_then(|here| path.strip_prefix(here).ok().map(Path::to_owned));
    inside.unwrap_or_else(|| path.to_owned())
}
