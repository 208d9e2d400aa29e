//! A fresher catalogue than the one compiled in, kept in a folder of the user's.
//!
//! [`from_network`] asks AWS's service reference for each service, and only for what changed
//! since the last time; [`from_directory`] reads the same files from a folder, for machines
//! without a network. Both lay what they read over the catalogue that was compiled in and put
//! the result where [`load`] finds it.
//!
//! A service whose file cannot be had or does not read keeps what was known of it, and the
//! report names it. Without any answer the update fails and changes nothing.

mod cache;
mod client;
#[cfg(test)]
mod tests;

use cache::Cache;
use client::{Answer, Client};
use keyaki_catalog::service_reference::{self, RefreshError};
use keyaki_catalog::{Catalog, Date, InvalidCatalog};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;
use std::{fmt, fs, io};

/// Where AWS publishes its service reference.
pub const SERVICE_REFERENCE: &str = "https://servicereference.us-east-1.amazonaws.com";

/// How to ask for the service reference.
#[derive(Clone, Debug)]
pub struct Source {
    /// [`SERVICE_REFERENCE`], or a mirror with the same paths.
    pub url: String,
    /// The longest that one request may take.
    pub timeout: Duration,
    /// How many requests run at a time.
    pub jobs: usize,
}

impl Default for Source {
    fn default() -> Self {
        let timeout = Duration::from_secs(30);
        Source { url: SERVICE_REFERENCE.to_owned(), timeout, jobs: 4 }
    }
}

/// What an update did.
#[derive(Debug, PartialEq, Eq)]
pub struct Updated {
    /// The packed catalogue.
    pub path: PathBuf,
    /// Services that were read anew.
    pub read: usize,
    /// Services that had not changed since the last time.
    pub unchanged: usize,
    /// Services that keep what was known of them, each with the reason.
    pub skipped: Vec<(String, String)>,
}

/// Why there is no update.
#[derive(Debug)]
pub enum UpdateError {
    /// No answer from the network.
    Unreachable {
        /// What was asked for.
        url: String,
        /// What went wrong.
        reason: String,
    },
    /// An answer that is no list of services.
    List {
        /// What was asked for.
        url: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A folder or file that cannot be read or written.
    File {
        /// The folder or file.
        path: PathBuf,
        /// What went wrong.
        source: io::Error,
    },
    /// Nothing to make a catalogue of.
    Empty {
        /// Where there was nothing.
        place: String,
    },
    /// The files do not make a catalogue.
    Refresh(RefreshError),
}

impl fmt::Display for UpdateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            UpdateError::Unreachable { url, reason } => write!(
                f,
                "no answer from {url}: {reason}; the catalogue stays as it was, and \
                 `--from DIR` reads the files from a folder instead"
            ),
            UpdateError::List { url, reason } => {
                write!(f, "no list of services at {url}: {reason}")
            }
            UpdateError::File { path, source } => write!(f, "{}: {source}", path.display()),
            UpdateError::Empty { place } => write!(f, "no service reference in {place}"),
            UpdateError::Refresh(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for UpdateError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            UpdateError::File { source, .. } => Some(source),
            UpdateError::Refresh(error) => Some(error),
            UpdateError::Unreachable { .. }
            | UpdateError::List { .. }
            | UpdateError::Empty { .. } => None,
        }
    }
}

/// Asks the network for what changed and puts the new catalogue, dated `today`, into `folder`.
///
/// # Errors
///
/// The list of services cannot be had, or no file of a service, or the folder cannot be written.
pub fn from_network(
    base: &Catalog,
    source: &Source,
    folder: &Path,
    today: Date,
) -> Result<Updated, UpdateError> {
    let client = Client::new(source);
    let cache = Cache::open(folder)?;
    let list = client.services()?;
    let answers = crate::map(&list, source.jobs, |service| ask(&client, &cache, service));
    let mut files = Vec::new();
    let mut updated = Updated { path: cache.packed(), read: 0, unchanged: 0, skipped: Vec::new() };
    for (service, answer) in list.into_iter().zip(answers) {
        match answer? {
            Outcome::Read(json) => {
                updated.read += 1;
                files.push((service.name, json));
            }
            Outcome::Unchanged(json) => {
                updated.unchanged += 1;
                files.push((service.name, json));
            }
            Outcome::Skipped(reason) => updated.skipped.push((service.name, reason)),
        }
    }
    finish(base, files, updated, &cache, &source.url, today)
}

/// Reads `DIRECTORY/*.json` and puts the new catalogue, dated `date`, into `folder`.
///
/// The lists that AWS publishes beside the services, `service-list.json` and `mapping.json`, are
/// left out.
///
/// # Errors
///
/// The directory cannot be read or has no file of a service, or the folder cannot be written.
pub fn from_directory(
    base: &Catalog,
    directory: &Path,
    folder: &Path,
    date: Date,
) -> Result<Updated, UpdateError> {
    let cache = Cache::open(folder)?;
    let mut updated = Updated { path: cache.packed(), read: 0, unchanged: 0, skipped: Vec::new() };
    let mut files = Vec::new();
    for (service, path) in json_files(directory)? {
        let json = fs::read(&path).map_err(|source| UpdateError::File { path, source })?;
        match service_reference::check(&service, &json) {
            Ok(()) => {
                updated.read += 1;
                files.push((service, json));
            }
            Err(error) => updated.skipped.push((service, error.to_string())),
        }
    }
    finish(base, files, updated, &cache, &directory.display().to_string(), date)
}

/// The catalogue that the last update left in `folder`; `None` where there is none.
///
/// # Errors
///
/// The file is there but cannot be read, or is no catalogue of this version.
pub fn load(folder: &Path) -> Result<Option<Catalog>, LoadError> {
    let path = cache::packed(folder);
    let bytes = match fs::read(&path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(LoadError::File { path, source }),
    };
    match Catalog::from_bytes(bytes) {
        Ok(catalog) => Ok(Some(catalog)),
        Err(source) => Err(LoadError::Invalid { path, source }),
    }
}

/// Why the catalogue of the last update cannot be used.
#[derive(Debug)]
pub enum LoadError {
    /// The file cannot be read.
    File {
        /// The file.
        path: PathBuf,
        /// What went wrong.
        source: io::Error,
    },
    /// The file is no catalogue of this version.
    Invalid {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: InvalidCatalog,
    },
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LoadError::File { path, source } => write!(f, "{}: {source}", path.display()),
            LoadError::Invalid { path, source } => {
                write!(f, "{}: {source}; `keyaki catalog update` makes it anew", path.display())
            }
        }
    }
}

impl std::error::Error for LoadError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            LoadError::File { source, .. } => Some(source),
            LoadError::Invalid { source, .. } => Some(source),
        }
    }
}

/// The folder for updates, by the variables of the environment; `None` where these name none.
///
/// `KEYAKI_CACHE_DIR` comes first, then the places where systems keep caches.
pub fn default_folder(variable: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    let folder = |name: &str| variable(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    folder("KEYAKI_CACHE_DIR")
        .or_else(|| Some(folder("XDG_CACHE_HOME")?.join("keyaki")))
        .or_else(|| Some(folder("LOCALAPPDATA")?.join("keyaki")))
        .or_else(|| Some(folder("HOME")?.join(".cache/keyaki")))
}

/// A service of the list, with the path of its file on the server.
struct Listed {
    name: String,
    path: String,
}

/// What asking for one service came to.
enum Outcome {
    Read(Vec<u8>),
    Unchanged(Vec<u8>),
    Skipped(String),
}

/// Asks for one service; only the want of any answer is an error.
fn ask(client: &Client, cache: &Cache, service: &Listed) -> Result<Outcome, UpdateError> {
    let kept = cache.get(&service.name);
    let kept = kept.filter(|kept| service_reference::check(&service.name, &kept.json).is_ok());
    let tag = kept.as_ref().map(|kept| kept.tag.as_str());
    Ok(match (client.get(&service.path, tag)?, kept) {
        (Answer::Unchanged, Some(kept)) => Outcome::Unchanged(kept.json),
        (Answer::Unchanged, None) => Outcome::Skipped("unchanged, but never read".to_owned()),
        (Answer::Refused(reason), _) => Outcome::Skipped(reason),
        (Answer::Body { bytes, tag }, _) => match service_reference::check(&service.name, &bytes) {
            Ok(()) => {
                cache.put(&service.name, &bytes, tag.as_deref())?;
                Outcome::Read(bytes)
            }
            Err(error) => Outcome::Skipped(error.to_string()),
        },
    })
}

/// The `.json` files of a directory by the service that each is for, sorted.
fn json_files(directory: &Path) -> Result<Vec<(String, PathBuf)>, UpdateError> {
    let error = |source| UpdateError::File { path: directory.to_owned(), source };
    let mut files = Vec::new();
    for entry in fs::read_dir(directory).map_err(error)? {
        let path = entry.map_err(error)?.path();
        let name = path.file_name().and_then(|name| name.to_str());
        let service = name.and_then(|name| name.strip_suffix(".json")).map(str::to_owned);
        files.extend(service.map(|service| (service, path)));
    }
    files.retain(|(service, _)| !["service-list", "mapping"].contains(&service.as_str()));
    files.sort();
    Ok(files)
}

fn finish(
    base: &Catalog,
    files: Vec<(String, Vec<u8>)>,
    updated: Updated,
    cache: &Cache,
    place: &str,
    date: Date,
) -> Result<Updated, UpdateError> {
    if files.is_empty() {
        return Err(UpdateError::Empty { place: place.to_owned() });
    }
    let packed = service_reference::refresh(base, files, date).map_err(UpdateError::Refresh)?;
    cache.put_packed(&packed)?;
    Ok(updated)
}
