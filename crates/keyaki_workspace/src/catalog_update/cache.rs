//! The folder of an update: the packed catalogue, and each service's file with its entity tag.
//!
//! Every file is written beside its place and then moved there, so that a reader never meets half
//! of one. The tag is written last: a file without its tag is simply asked for again.

use super::UpdateError;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

/// The place of the packed catalogue in a folder.
pub(super) fn packed(folder: &Path) -> PathBuf {
    folder.join("catalog.bin")
}

pub(super) struct Cache {
    folder: PathBuf,
}

/// A file of a service as the server last gave it.
pub(super) struct Kept {
    pub(super) json: Vec<u8>,
    pub(super) tag: String,
}

impl Cache {
    /// Opens a folder, which is made where it is missing.
    pub(super) fn open(folder: &Path) -> Result<Cache, UpdateError> {
        let services = folder.join("service-reference");
        let made = fs::create_dir_all(&services);
        made.map_err(|source| UpdateError::File { path: services, source })?;
        Ok(Cache { folder: folder.to_owned() })
    }

    pub(super) fn packed(&self) -> PathBuf {
        packed(&self.folder)
    }

    /// INVARIANT: `service` is made of letters, digits and hyphens, as the list was read that way.
    fn place(&self, service: &str, ending: &str) -> PathBuf {
        self.folder.join("service-reference").join(format!("{service}.{ending}"))
    }

    /// What is kept of a service, if it is whole.
    pub(super) fn get(&self, service: &str) -> Option<Kept> {
        let tag = fs::read_to_string(self.place(service, "etag")).ok()?;
        let json = fs::read(self.place(service, "json")).ok()?;
        Some(Kept { json, tag })
    }

    /// Keeps the file of a service; without a tag it will be read anew next time.
    pub(super) fn put(
        &self,
        service: &str,
        json: &[u8],
        tag: Option<&str>,
    ) -> Result<(), UpdateError> {
        let place = self.place(service, "etag");
        match fs::remove_file(&place) {
            Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
                return Err(UpdateError::File { path: place, source });
            }
            Ok(()) | Err(_) => {}
        }
        write(&self.place(service, "json"), json)?;
        tag.map_or(Ok(()), |tag| write(&place, tag.as_bytes()))
    }

    pub(super) fn put_packed(&self, bytes: &[u8]) -> Result<(), UpdateError> {
        write(&self.packed(), bytes)
    }
}

/// Writes a file whole or not at all.
fn write(path: &Path, bytes: &[u8]) -> Result<(), UpdateError> {
    static WRITTEN: AtomicUsize = AtomicUsize::new(0);
    let number = WRITTEN.fetch_add(1, Ordering::Relaxed);
    let beside = path.with_extension(format!("{}-{number}.part", std::process::id()));
    let written = fs::write(&beside, bytes).and_then(|()| fs::rename(&beside, path));
    written.map_err(|source| {
        let _ = fs::remove_file(&beside);
        UpdateError::File { path: path.to_owned(), source }
    })
}
