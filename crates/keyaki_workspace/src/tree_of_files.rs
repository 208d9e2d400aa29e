//! All files below a folder, whatever they are called.

use std::path::{Path, PathBuf};

/// The files below a folder in the order of their names, and the folders that cannot be read,
/// each with the reason. Hidden files and links to folders are left out; a file is itself.
pub fn files_below(root: &Path) -> (Vec<PathBuf>, Vec<(PathBuf, String)>) {
    let (mut files, mut unreadable) = (Vec::new(), Vec::new());
    let mut open = vec![root.to_owned()];
    while let Some(path) = open.pop() {
        let is_link = path.symlink_metadata().is_ok_and(|m| m.is_symlink()) && path != root;
        if !path.is_dir() {
            files.push(path);
            continue;
        }
        if is_link {
            continue;
        }
        match std::fs::read_dir(&path) {
            Ok(entries) => {
                open.extend(entries.filter_map(|e| Some(e.ok()?.path())).filter(|p| !is_hidden(p)))
            }
            Err(error) => unreadable.push((path, crate::read::reason(&error))),
        }
    }
    files.sort();
    unreadable.sort();
    (files, unreadable)
}

fn is_hidden(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'))
}
