//! The packed catalogue as bytes: reading numbers, strings and lists, and checking all of it.
//!
//! Reading never fails: outside the bytes every number is 0 and every string empty.
//! [`Blob::check`] makes sure that a stranger's bytes never get that far.

mod check;

use crate::source::layout::{HEADER, MAGIC, Section, VERSION, arn};
use crate::source::slots;
use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

/// Bytes that are not a packed catalogue of this version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidCatalog(&'static str);

impl fmt::Display for InvalidCatalog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not a packed catalogue: {}", self.0)
    }
}

impl std::error::Error for InvalidCatalog {}

/// A packed catalogue with the places of its sections.
pub(crate) struct Blob {
    bytes: Cow<'static, [u8]>,
    sections: [Range<usize>; Section::ALL.len()],
}

impl Blob {
    /// Reads the header; of the rest, only the places of the sections are checked.
    pub(crate) fn open(bytes: Cow<'static, [u8]>) -> Result<Blob, InvalidCatalog> {
        let number = |at: usize| read4(&bytes, at).ok_or(InvalidCatalog("the header is cut off"));
        if !bytes.starts_with(&MAGIC) {
            return Err(InvalidCatalog("it starts with other bytes"));
        }
        if number(MAGIC.len())? != VERSION {
            return Err(InvalidCatalog("it has another version"));
        }
        let mut sections: [Range<usize>; Section::ALL.len()] = Default::default();
        let mut expected = HEADER;
        for (section, range) in Section::ALL.iter().zip(&mut sections) {
            let at = MAGIC.len() + 4 + *section as usize * 8;
            let (start, length) = (number(at)? as usize, number(at + 4)? as usize);
            let end = start.saturating_add(length);
            if start != expected || end > bytes.len() || length % section.width() != 0 {
                return Err(InvalidCatalog("a section is out of place"));
            }
            *range = start..end;
            expected = end;
        }
        if expected != bytes.len() {
            return Err(InvalidCatalog("bytes are left over"));
        }
        Ok(Blob { bytes, sections })
    }

    /// A blob without a single record.
    pub(crate) fn empty() -> Blob {
        Blob { bytes: Cow::Borrowed(&[]), sections: Default::default() }
    }

    /// How many records a section has.
    #[inline]
    pub(crate) fn count(&self, section: Section) -> u32 {
        (self.sections[section as usize].len() / section.width()) as u32
    }

    /// The four-byte number at `field` of a record.
    #[inline]
    pub(crate) fn get4(&self, section: Section, record: u32, field: usize) -> u32 {
        read4(&self.bytes, self.place(section, record, field)).unwrap_or_default()
    }

    /// The two-byte number at `field` of a record.
    #[inline]
    pub(crate) fn get2(&self, section: Section, record: u32, field: usize) -> u16 {
        let at = self.place(section, record, field);
        let bytes = self.bytes.get(at..).and_then(|rest| rest.first_chunk());
        bytes.map(|b| u16::from_le_bytes(*b)).unwrap_or_default()
    }

    #[inline]
    fn place(&self, section: Section, record: u32, field: usize) -> usize {
        let range = &self.sections[section as usize];
        let at = (record as usize).saturating_mul(section.width()).saturating_add(field);
        if at < range.len() { range.start + at } else { usize::MAX }
    }

    /// The bytes of a string by its number.
    #[inline]
    fn raw(&self, number: u32) -> &[u8] {
        let range = self.span(Section::StringEnds, number);
        let pool = self.sections[Section::Strings as usize].start;
        let (start, end) = (pool + range.start as usize, pool + range.end as usize);
        self.bytes.get(start..end).unwrap_or_default()
    }

    /// The text that `field` of a record names.
    pub(crate) fn text(&self, section: Section, record: u32, field: usize) -> &str {
        std::str::from_utf8(self.name(section, record, field)).unwrap_or_default()
    }

    /// The same as bytes, which is all that comparing needs.
    #[inline]
    pub(crate) fn name(&self, section: Section, record: u32, field: usize) -> &[u8] {
        self.raw(self.get4(section, record, field))
    }

    /// The number of a name among the names whose slots start at `first`.
    pub(crate) fn find<'a>(
        &self,
        (section, first): (Section, u32),
        names: u32,
        name: &str,
        name_of: impl Fn(u32) -> &'a [u8],
    ) -> Option<u32> {
        let name = name.as_bytes();
        for slot in slots::of(name, slots::count(names as usize)) {
            let slot = self.get2(section, first.saturating_add(slot as u32), 0);
            let number = u32::from(slot).checked_sub(1)?;
            let found = name_of(number);
            if found == name || found.eq_ignore_ascii_case(name) {
                return Some(number);
            }
        }
        None
    }

    /// The resource part of an ARN template.
    pub(crate) fn resource(&self, arn: u32) -> &[u8] {
        let start = usize::from(self.get2(Section::Arns, arn, arn::RESOURCE));
        self.name(Section::Arns, arn, arn::TEMPLATE).get(start..).unwrap_or_default()
    }

    /// What it begins with, up to its first hole.
    pub(crate) fn resource_head(&self, arn: u32) -> &[u8] {
        let length = usize::from(self.get2(Section::Arns, arn, arn::RESOURCE_HEAD));
        self.resource(arn).get(..length).unwrap_or_default()
    }

    /// The numbers of a list.
    pub(crate) fn list(&self, number: u16) -> impl ExactSizeIterator<Item = u32> + Clone + '_ {
        Places(self.list_range(number)).map(|at| self.list_item(at))
    }

    /// The places of a list's numbers.
    pub(crate) fn list_range(&self, number: u16) -> Range<u32> {
        self.span(Section::ListEnds, u32::from(number))
    }

    #[inline]
    pub(crate) fn list_item(&self, place: u32) -> u32 {
        self.get4(Section::ListItems, place, 0)
    }

    /// From the end of the entry before to the end of this one.
    #[inline]
    fn span(&self, ends: Section, number: u32) -> Range<u32> {
        if number == 0 {
            return 0..self.get4(ends, number, 0);
        }
        let at = self.place(ends, number, 0).saturating_sub(4);
        let pair = self.bytes.get(at..).and_then(|rest| rest.first_chunk());
        let pair = pair.map(|b| u64::from_le_bytes(*b)).unwrap_or_default();
        pair as u32..(pair >> 32) as u32
    }
}

/// A range of numbers that knows its length; `Range<u32>` does not promise to.
#[derive(Clone)]
struct Places(Range<u32>);

impl Iterator for Places {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        self.0.next()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

impl ExactSizeIterator for Places {}

#[inline]
fn read4(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|b| u32::from_le_bytes(*b))
}
