//! The block of managed policies: how the generator writes and the library reads it.
//!
//! Inflated, the block is the policies one after the other, sorted by name without case.
//! Each is five texts, each of these its length in four little-endian bytes and then its bytes.

use super::kinds::Date;

/// A managed policy in its newest version.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Policy {
    pub(crate) name: String,
    pub(crate) arn: String,
    pub(crate) version: String,
    pub(crate) created: Date,
    /// Compact JSON.
    pub(crate) document: String,
}

/// The policies as one block, not yet compressed.
pub(crate) fn pack(policies: &[Policy]) -> Vec<u8> {
    let mut out = Vec::new();
    for policy in policies {
        let created = policy.created.to_string();
        for text in [&policy.name, &policy.arn, &policy.version, &created, &policy.document] {
            out.extend((text.len() as u32).to_le_bytes());
            out.extend(text.as_bytes());
        }
    }
    out
}

/// Reads one text and returns the rest of the block; `None` at its end or where it is broken.
pub(crate) fn next_text(block: &[u8]) -> Option<(&str, &[u8])> {
    let (length, rest) = block.split_first_chunk()?;
    let (text, rest) = rest.split_at_checked(u32::from_le_bytes(*length) as usize)?;
    Some((std::str::from_utf8(text).ok()?, rest))
}
