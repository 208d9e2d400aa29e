//! The files of whole folders, read from disk one by one.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::UNIX_EPOCH;

use keyaki_workspace::{Content, discover, read};

use crate::document::is_terraform;
use crate::mention::may_name_policies;
use crate::seen::accounts_in;
use crate::{Accounts, Document, Settings};

/// A file that may hold policies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FolderFile {
    /// Where it is.
    pub path: PathBuf,
    /// Another text whenever the file was written anew.
    pub stamp: String,
}

/// The files of some folders that may hold policies, in order of their paths.
pub fn files_in(folders: &[PathBuf]) -> Vec<FolderFile> {
    let sources = discover(folders).into_iter();
    let readable = sources.filter(|source| match source.content {
        Content::Found | Content::Named => true,
        Content::Text(_) | Content::Unreadable(_) => false,
    });
    readable.map(|source| FolderFile { stamp: stamp(&source.path), path: source.path }).collect()
}

/// The files of Terraform in a folder, without those below it, in order of their paths.
pub fn files_beside(folder: &Path) -> Vec<FolderFile> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let paths = entries.map(|entry| entry.path()).filter(|path| is_terraform(path));
    let mut files: Vec<_> = paths.map(|path| FolderFile { stamp: stamp(&path), path }).collect();
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files
}

fn stamp(path: &Path) -> String {
    let metadata = std::fs::metadata(path).ok();
    let modified = metadata.as_ref().and_then(|m| m.modified().ok());
    let age = modified.and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    format!("{}-{}", age.map_or(0, |age| age.as_nanos()), metadata.map_or(0, |m| m.len()))
}

impl FolderFile {
    /// Reads the file; none where it cannot be read, is no text or holds no policy.
    pub fn read(&self, settings: &Arc<Settings>) -> Option<Document> {
        let document = Document::read(&*self.path, &self.text()?, Arc::clone(settings));
        document.holds_policy().then_some(document)
    }

    /// Reads the file; none where it cannot be read, is no text or names no policy.
    pub fn read_names(&self, settings: &Arc<Settings>) -> Option<Document> {
        let text = self.text().filter(|text| may_name_policies(text))?;
        Some(Document::read(&*self.path, &text, Arc::clone(settings)))
    }

    /// The account ids that stand in the file's ARNs and texts; none where it cannot be read.
    pub fn accounts(&self) -> Accounts {
        self.text().map(|text| accounts_in(&text).collect()).unwrap_or_default()
    }

    fn text(&self) -> Option<String> {
        String::from_utf8(read(&self.path).ok()?).ok()
    }
}
