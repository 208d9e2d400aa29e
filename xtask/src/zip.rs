//! Reads the files of a ZIP archive.
//!
//! Format: <https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT>, without encryption,
//! without parts, below four gigabytes.

/// A file of an archive.
pub(crate) struct Entry<'a> {
    /// Its path.
    pub(crate) name: String,
    /// The checksum of its content.
    pub(crate) crc: u32,
    method: u16,
    packed: &'a [u8],
    length: usize,
}

impl Entry<'_> {
    /// The content; none where it is damaged or packed in an unknown way.
    pub(crate) fn content(&self) -> Option<Vec<u8>> {
        let content = match self.method {
            0 => self.packed.to_vec(),
            8 => {
                miniz_oxide::inflate::decompress_to_vec_with_limit(self.packed, self.length).ok()?
            }
            _ => return None,
        };
        (content.len() == self.length && crc(&content) == self.crc).then_some(content)
    }
}

/// The files of an archive; none where it is no archive.
pub(crate) fn entries(archive: &[u8]) -> Option<Vec<Entry<'_>>> {
    const END: usize = 22;
    let last = archive.len().checked_sub(END)?;
    let first = last.saturating_sub(usize::from(u16::MAX));
    let end = (first..=last).rev().find(|at| archive[*at..].starts_with(b"PK\x05\x06"))?;
    let count = short(archive, end + 10)?;
    let mut at = long(archive, end + 16)? as usize;
    let mut entries = Vec::new();
    for _ in 0..count {
        let (entry, next) = entry(archive, at)?;
        entries.push(entry);
        at = next;
    }
    Some(entries)
}

/// A record of the central directory, and where the next one begins.
fn entry(archive: &[u8], at: usize) -> Option<(Entry<'_>, usize)> {
    if !archive.get(at..)?.starts_with(b"PK\x01\x02") {
        return None;
    }
    let length = |offset| short(archive, at + offset).map(usize::from);
    let (name, extra, comment) = (length(28)?, length(30)?, length(32)?);
    let packed = long(archive, at + 20)? as usize;
    let local = long(archive, at + 42)? as usize;
    let skipped =
        usize::from(short(archive, local + 26)?) + usize::from(short(archive, local + 28)?);
    let start = local + 30 + skipped;
    let entry = Entry {
        name: String::from_utf8_lossy(archive.get(at + 46..at + 46 + name)?).into_owned(),
        crc: long(archive, at + 16)?,
        method: short(archive, at + 10)?,
        packed: archive.get(start..start.checked_add(packed)?)?,
        length: long(archive, at + 24)? as usize,
    };
    Some((entry, at + 46 + name + extra + comment))
}

fn short(bytes: &[u8], at: usize) -> Option<u16> {
    let two = bytes.get(at..at + 2)?;
    Some(u16::from_le_bytes(two.try_into().ok()?))
}

fn long(bytes: &[u8], at: usize) -> Option<u32> {
    let four = bytes.get(at..at + 4)?;
    Some(u32::from_le_bytes(four.try_into().ok()?))
}

/// The checksum of the format, bit by bit.
fn crc(bytes: &[u8]) -> u32 {
    let table: [u32; 256] = std::array::from_fn(|n| {
        (0..8).fold(n as u32, |c, _| if c & 1 == 1 { 0xEDB8_8320 ^ c >> 1 } else { c >> 1 })
    });
    let step = |c: u32, b: &u8| table[usize::from(c as u8 ^ b)] ^ c >> 8;
    !bytes.iter().fold(!0, step)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An archive with one stored file `a` that holds `123456789`.
    fn archive() -> Vec<u8> {
        let content = b"123456789";
        let fields = |signature: &[u8], central: bool| {
            let mut all = signature.to_vec();
            all.extend(if central { vec![20, 0, 20, 0] } else { vec![20, 0] });
            all.extend([0; 8]);
            all.extend(0xCBF4_3926u32.to_le_bytes());
            all.extend([9, 0, 0, 0, 9, 0, 0, 0, 1, 0, 0, 0]);
            all.extend(vec![0; if central { 14 } else { 0 }]);
            all.push(b'a');
            all
        };
        let mut all = fields(b"PK\x03\x04", false);
        all.extend(content);
        let start = all.len() as u32;
        all.extend(fields(b"PK\x01\x02", true));
        let size = all.len() as u32 - start;
        all.extend(b"PK\x05\x06\0\0\0\0\x01\0\x01\0");
        all.extend(size.to_le_bytes());
        all.extend(start.to_le_bytes());
        all.extend([0, 0]);
        all
    }

    #[test]
    fn files_come_out_as_they_went_in() {
        let archive = archive();
        let entries = entries(&archive).unwrap_or_default();
        let names: Vec<&str> = entries.iter().map(|e| e.name.as_str()).collect();
        assert_eq!(names, ["a"]);
        assert_eq!(entries[0].content().as_deref(), Some(&b"123456789"[..]));
    }

    #[test]
    fn damage_is_noticed() {
        let mut archive = archive();
        archive[32] ^= 1;
        let entries = entries(&archive).unwrap_or_default();
        assert_eq!(entries.first().map(|e| e.content()), Some(None));
        assert!(super::entries(b"PK").is_none());
    }
}
