//! Hints behind patterns: how many actions they match.

use keyaki_diag::TextRange;

use crate::Document;
use crate::facts::{Topic, count};
use crate::site::{Site, all_sites};

/// A short text to be shown behind a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    /// Behind which byte.
    pub offset: u32,
    /// The text.
    pub label: String,
    /// More about it.
    pub topic: Topic,
}

/// The hints of a part of a document.
pub fn hints(document: &Document, range: TextRange) -> Vec<Hint> {
    let hint = |(origin, site)| {
        let Site::Action { entry, .. } = site else { return None };
        let at = document.range(origin);
        if !entry.has_wildcard() || at.end < range.start || range.end < at.start {
            return None;
        }
        let number = document.catalog().expand(&entry.text).len();
        let label = format!("= {}", count(number, "action"));
        Some(Hint { offset: at.end, label, topic: Topic::Actions(entry.text.to_string()) })
    };
    all_sites(document).into_iter().filter_map(hint).collect()
}
