//! From arguments to sources.
//!
//! A file is taken whatever its name. A folder is searched for files whose names end like
//! those of policies and templates, without hidden files and without what `.gitignore` leaves out. Links are followed; one that leads back to a folder above
//! it becomes a source that cannot be read. A pattern such as `policies/**/*.json` is matched
//! here where the shell did not.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::path::{Component, Path, PathBuf};

use ignore::overrides::OverrideBuilder;
use ignore::{DirEntry, WalkBuilder};

use crate::read::reason;

/// Something to check.
#[derive(Clone, Debug)]
pub struct Source {
    /// Its path, as it is shown.
    pub path: PathBuf,
    /// Where its text is.
    pub content: Content,
}

/// Where the text of a source is.
#[derive(Clone, Debug)]
pub enum Content {
    /// In a file that the user named.
    Named,
    /// In a file that was found in a folder; it is passed over if it holds no policy.
    Found,
    /// Here: from standard input or an editor.
    Text(Vec<u8>),
    /// Nowhere: it cannot be read, for this reason.
    Unreadable(String),
}

impl Source {
    fn new(path: &Path, content: Content) -> Source {
        let path = path.strip_prefix(".").unwrap_or(path).to_owned();
        Source { path, content }
    }

    fn unreadable(path: &Path, reason: impl Into<String>) -> Source {
        Source::new(path, Content::Unreadable(reason.into()))
    }
}

/// The sources behind these paths: in the order of the paths, inside folders in the order of
/// the names, each once.
pub fn discover(paths: &[PathBuf]) -> Vec<Source> {
    discover_with(paths, &ENDINGS)
}

/// The same, with the texts of Markdown in folders.
pub fn discover_with_markdown(paths: &[PathBuf]) -> Vec<Source> {
    let endings: Vec<&str> = ENDINGS.into_iter().chain(MARKDOWN).collect();
    discover_with(paths, &endings)
}

fn discover_with(paths: &[PathBuf], endings: &[&str]) -> Vec<Source> {
    if let [path] = paths {
        return expand(path, endings);
    }
    let mut seen = HashSet::new();
    let sources = paths.iter().flat_map(|path| expand(path, endings));
    sources.filter(|source| seen.insert(source.path.clone())).collect()
}

fn expand(path: &Path, endings: &[&str]) -> Vec<Source> {
    match path.metadata() {
        Ok(metadata) if metadata.is_dir() => search(path, None, endings),
        Ok(_) => vec![Source::new(path, Content::Named)],
        Err(_) if is_pattern(path) => matching(path),
        Err(error) => vec![Source::unreadable(path, reason(&error))],
    }
}

fn is_pattern(path: &Path) -> bool {
    path.to_string_lossy().contains(['*', '?', '[', '{'])
}

/// The files that match a pattern.
fn matching(pattern: &Path) -> Vec<Source> {
    let plain = |c: &Component<'_>| !is_pattern(Path::new(c.as_os_str()));
    let folder: PathBuf = pattern.components().take_while(plain).collect();
    let rest: PathBuf = pattern.components().skip_while(plain).collect();
    let folder = if folder.as_os_str().is_empty() { PathBuf::from(".") } else { folder };
    let mut glob = OverrideBuilder::new(&folder);
    // Anchored: without the slash, a pattern of one part would match at any depth.
    let added = glob.add(&format!("/{}", rest.to_string_lossy())).map(|_| ());
    let found = match added.and_then(|()| glob.build()) {
        Ok(glob) => search(&folder, Some(glob), &[]),
        Err(_) => return vec![Source::unreadable(pattern, "it is not a valid pattern")],
    };
    if found.is_empty() {
        vec![Source::unreadable(pattern, "no file matches the pattern")]
    } else {
        found
    }
}

/// The files of a folder: those that a pattern takes, else those whose names end like a policy's.
fn search(
    folder: &Path,
    pattern: Option<ignore::overrides::Override>,
    endings: &[&str],
) -> Vec<Source> {
    let endings = pattern.is_none().then_some(endings);
    let mut walk = WalkBuilder::new(folder);
    walk.follow_links(true).overrides(pattern.unwrap_or_else(ignore::overrides::Override::empty));
    let mut sources: Vec<Source> = walk
        .build()
        .filter_map(|entry| match entry {
            Ok(entry) => found(&entry, endings),
            Err(error) => failed(&error, folder, endings.unwrap_or(&ENDINGS)),
        })
        .collect();
    sources.sort_by_cached_key(|source| order(&source.path));
    sources
}

/// What orders paths like `Path` does, part by part, and is quicker to compare.
fn order(path: &Path) -> Vec<u8> {
    let bytes = path.as_os_str().as_encoded_bytes().iter();
    bytes.map(|&b| if std::path::is_separator(b.into()) { 0 } else { b }).collect()
}

fn found(entry: &DirEntry, endings: Option<&[&str]>) -> Option<Source> {
    let is_file = entry.file_type().is_some_and(|t| t.is_file());
    (is_file && endings.is_none_or(|endings| ends_with(entry.path(), endings)))
        .then(|| Source::new(entry.path(), Content::Found))
}

/// How the names of files with policies end.
pub const ENDINGS: [&str; 7] = ["json", "template", "tf", "tfvars", "tofu", "yaml", "yml"];

/// How the names of texts end that hold policies in blocks.
const MARKDOWN: [&str; 2] = ["md", "markdown"];

/// Whether a file is named as those with policies are.
pub fn may_hold_policy(path: &Path) -> bool {
    ends_with(path, &ENDINGS)
}

fn ends_with(path: &Path, endings: &[&str]) -> bool {
    let is_one_of = |e: &OsStr| endings.iter().any(|known| e.eq_ignore_ascii_case(known));
    path.extension().is_some_and(is_one_of)
}

/// What could not be visited. A link that leads nowhere matters only where it would have been read.
fn failed(error: &ignore::Error, folder: &Path, endings: &[&str]) -> Option<Source> {
    if let Some((child, ancestor)) = as_loop(error) {
        let reason = format!("the link leads back to `{}`", ancestor.display());
        return Some(Source::unreadable(child, reason));
    }
    let path = path_of(error).unwrap_or(folder);
    let missing = error.io_error().is_some_and(|e| e.kind() == std::io::ErrorKind::NotFound);
    if missing && !ends_with(path, endings) {
        return None;
    }
    let reason = match error.io_error() {
        Some(_) if missing => "the link leads nowhere".to_owned(),
        Some(error) => reason(error),
        None => error.to_string(),
    };
    Some(Source::unreadable(path, reason))
}

fn as_loop(error: &ignore::Error) -> Option<(&Path, &Path)> {
    match error {
        ignore::Error::Loop { ancestor, child } => Some((child, ancestor)),
        ignore::Error::WithPath { err, .. }
        | ignore::Error::WithDepth { err, .. }
        | ignore::Error::WithLineNumber { err, .. } => as_loop(err),
        ignore::Error::Partial(_)
        | ignore::Error::Io(_)
        | ignore::Error::Glob { .. }
        | ignore::Error::UnrecognizedFileType(_)
        | ignore::Error::InvalidDefinition => None,
    }
}

fn path_of(error: &ignore::Error) -> Option<&Path> {
    match error {
        ignore::Error::WithPath { path, .. } => Some(path),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => {
            path_of(err)
        }
        ignore::Error::Loop { child, .. } => Some(child),
        ignore::Error::Partial(_)
        | ignore::Error::Io(_)
        | ignore::Error::Glob { .. }
        | ignore::Error::UnrecognizedFileType(_)
        | ignore::Error::InvalidDefinition => None,
    }
}
