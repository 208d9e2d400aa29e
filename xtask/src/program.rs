//! Programs of this machine.

use std::path::PathBuf;

/// A program on the search path.
pub(crate) fn found(name: &str) -> Option<PathBuf> {
    let paths = std::env::var_os("PATH")?;
    std::env::split_paths(&paths).map(|folder| folder.join(name)).find(|path| path.is_file())
}
