//! The text of a file as git has it.

use std::path::Path;
use std::process::{Command, Stdio};

/// Whether a file lies in a folder that git may know.
pub fn is_versioned(path: &Path) -> bool {
    path.is_absolute() && path.ancestors().skip(1).any(|folder| folder.join(".git").exists())
}

/// The text of a file as of the last commit.
///
/// # Errors
/// Why there is none, as the end of a sentence.
pub fn committed(path: &Path) -> Result<String, String> {
    let (Some(folder), Some(name)) = (path.parent(), path.file_name().and_then(|n| n.to_str()))
    else {
        return Err("it is no file".to_owned());
    };
    // Neither a pager nor a filter of the repository is run: what it says is not to be trusted.
    let output = Command::new("git")
        .arg("-C")
        .arg(folder)
        .args(["cat-file", "blob", &format!("HEAD:./{name}")])
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .map_err(|error| format!("git cannot be started: {}", error.kind()))?;
    if !output.status.success() {
        return Err("the last commit does not have it".to_owned());
    }
    String::from_utf8(output.stdout).map_err(|_| "its last commit is no text".to_owned())
}
