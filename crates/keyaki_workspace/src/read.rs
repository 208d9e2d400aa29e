//! From a file to its bytes, or to a reason why not.

use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::path::Path;
use std::time::SystemTime;

use keyaki_syntax::Tree;

/// The bytes of a file.
///
/// A file that changes while it is read is read again, once.
///
/// # Errors
/// Why it cannot be read, in words that follow a colon: "permission denied".
pub fn read(path: &Path) -> Result<Vec<u8>, String> {
    read_stable(|| Reading::of(path))
}

/// One attempt at reading a file.
struct Reading {
    before: Stamp,
    bytes: Vec<u8>,
    after: Stamp,
}

/// What tells that a file changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stamp {
    length: u64,
    modified: Option<SystemTime>,
}

impl Stamp {
    fn of(metadata: &Metadata) -> Stamp {
        Stamp { length: metadata.len(), modified: metadata.modified().ok() }
    }
}

fn read_stable(mut attempt: impl FnMut() -> Result<Reading, String>) -> Result<Vec<u8>, String> {
    for _ in 0..2 {
        let reading = attempt()?;
        if reading.before == reading.after {
            return Ok(reading.bytes);
        }
    }
    Err("it changes while it is read".to_owned())
}

impl Reading {
    fn of(path: &Path) -> Result<Reading, String> {
        let file = File::open(path).map_err(|e| reason(&e))?;
        let stamp = || file.metadata().map_err(|e| reason(&e)).map(|m| (Stamp::of(&m), m.is_dir()));
        let (before, is_folder) = stamp()?;
        if is_folder {
            return Err("it is a folder".to_owned());
        }
        if before.length > Tree::MAX_LENGTH as u64 {
            return Err(too_long(before.length));
        }
        let mut bytes = Vec::with_capacity(before.length as usize);
        let read = |limit, bytes: &mut Vec<u8>| (&file).take(limit).read_to_end(bytes);
        read(before.length, &mut bytes).map_err(|e| reason(&e))?;
        // Pipes have no length of their own, and some other files a wrong one.
        if bytes.is_empty() || (bytes.len() as u64) < before.length {
            let limit = Tree::MAX_LENGTH as u64 + 1;
            read(limit - bytes.len() as u64, &mut bytes).map_err(|e| reason(&e))?;
            if bytes.len() as u64 == limit {
                return Err(too_long(limit));
            }
        }
        Ok(Reading { before, bytes, after: stamp()?.0 })
    }
}

fn too_long(length: u64) -> String {
    let most = Tree::MAX_LENGTH / 1024 / 1024;
    format!("it has {} MiB; at most {most} MiB are read", length.div_ceil(1024 * 1024))
}

/// An error of the operating system, in words that do not depend on it.
pub(crate) fn reason(error: &io::Error) -> String {
    let kind = error.kind();
    if kind == io::ErrorKind::NotFound { "no such file".to_owned() } else { kind.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reading(before: u64, after: u64) -> Result<Reading, String> {
        let stamp = |length| Stamp { length, modified: None };
        Ok(Reading { before: stamp(before), bytes: vec![1], after: stamp(after) })
    }

    #[test]
    fn a_file_that_changed_is_read_again() {
        let mut attempts = [reading(1, 2), reading(2, 2)].into_iter();
        let result = read_stable(|| attempts.next().unwrap_or_else(|| reading(0, 1)));
        assert_eq!(result, Ok(vec![1]));
    }

    #[test]
    fn a_file_that_keeps_changing_is_refused() {
        let mut length = 0;
        let result = read_stable(|| {
            length += 1;
            reading(length, length + 1)
        });
        assert_eq!(result, Err("it changes while it is read".to_owned()));
        assert_eq!(length, 2);
    }

    #[test]
    fn folders_and_missing_files_give_a_reason() {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        assert_eq!(read(here), Err("it is a folder".to_owned()));
        assert_eq!(read(&here.join("nothing.json")), Err("no such file".to_owned()));
    }
}
