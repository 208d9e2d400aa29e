//! Text of others on a terminal.
//!
//! A policy may hold escape sequences and marks that turn the direction of writing.
//! Neither may reach the terminal of the reader.

use std::borrow::Cow;

/// Text for one line: each character that would steer the terminal becomes `\u{…}`.
pub(crate) fn one_line(text: &str) -> Cow<'_, str> {
    if !text.contains(steers) {
        return Cow::Borrowed(text);
    }
    let escape = |c: char| {
        if steers(c) { c.escape_unicode().to_string() } else { c.to_string() }
    };
    Cow::Owned(text.chars().map(escape).collect())
}

/// Source text with the same length in bytes and the same lines, in which each character that
/// would steer the terminal or that would be taken for a line end is replaced.
pub(crate) fn source(text: &str) -> Cow<'_, str> {
    let is_plain = |b: u8| matches!(b, b' '..=b'~' | b'\n' | b'\r' | b'\t');
    let keep = |c: char| matches!(c, '\n' | '\r' | '\t') || !steers(c);
    if text.bytes().all(is_plain) || text.chars().all(keep) {
        return Cow::Borrowed(text);
    }
    let stand_in = |c: char| match c.len_utf8() {
        _ if keep(c) => c,
        1 => '?',
        2 => '¿',
        _ => char::REPLACEMENT_CHARACTER,
    };
    Cow::Owned(text.chars().map(stand_in).collect())
}

/// Controls, line separators, and marks of writing direction.
fn steers(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escape_sequences_are_spelt_out() {
        assert_eq!(one_line("a\x1b[31mb\nc"), "a\\u{1b}[31mb\\u{a}c");
        assert_eq!(one_line("s3:Gét*"), "s3:Gét*");
    }

    #[test]
    fn source_keeps_its_length_and_lines() {
        let text = "a\x1b\u{85}\u{2028}\u{202e}\tb\r\n";
        let shown = source(text);
        assert_eq!(shown, "a?¿\u{fffd}\u{fffd}\tb\r\n");
        assert_eq!(shown.len(), text.len());
    }
}
