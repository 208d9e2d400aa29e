//! Findings in words.

use keyaki_analyze::{KeyCell, words};

/// What a finding says of a condition key.
pub(crate) fn cell(key: &str, cell: &KeyCell) -> String {
    match cell {
        KeyCell::Absent => format!("{key} is absent"),
        KeyCell::Present => format!("{key} is present"),
        KeyCell::Like { operator, entry, .. } => words::condition(*operator, entry),
    }
}

/// A list of which only the beginning is told, where it is long.
pub(crate) fn list(items: &[String]) -> String {
    const MOST: usize = 4;
    match items.len() {
        n if n <= MOST => items.join(", "),
        n => format!("{} and {} more", items.get(..MOST).unwrap_or_default().join(", "), n - MOST),
    }
}

/// A number and its noun.
pub(crate) fn count(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

/// Conditions at the end of a sentence.
pub(crate) fn when(conditions: &[String]) -> String {
    match conditions.is_empty() {
        true => String::new(),
        false => format!(", if {}", conditions.join(" and ")),
    }
}

/// A sentence that goes on behind another part.
pub(crate) fn lowered(sentence: &str) -> String {
    let mut letters = sentence.chars();
    letters.next().map_or_else(String::new, |c| c.to_lowercase().chain(letters).collect())
}

/// A sentence with a capital.
pub(crate) fn raised(sentence: &str) -> String {
    let mut letters = sentence.chars();
    letters.next().map_or_else(String::new, |c| c.to_uppercase().chain(letters).collect())
}
