//! A policy inside a string, and the way back from its text to the file.

use keyaki_diag::{Edit, Finding, TextRange};
use keyaki_syntax::{Tree, Value};

/// A string that holds a document.
pub(crate) struct Embedded<'t> {
    /// The string.
    pub(crate) string: Value<'t>,
    /// The document.
    pub(crate) tree: Tree,
    /// Where each byte of the document stands in the string's value, if that is percent-encoded.
    encoded: Option<Vec<u32>>,
}

/// How the text of a string is written.
enum Writing {
    Plain,
    Percent,
}

/// Whether a string seems to hold a document with a policy.
pub(crate) fn is_suspect(string: Value<'_>) -> bool {
    string.as_str().and_then(writing).is_some()
}

/// How the text is written, if it is an object or a list and may have a policy in it: the word is
/// looked for without its quotes, which are escaped in a document inside a document; a letter of
/// it may be escaped, too.
fn writing(text: &str) -> Option<Writing> {
    let start = text.trim_start();
    let writing = if start.starts_with(['{', '[']) {
        Writing::Plain
    } else {
        let head = start.get(..3)?;
        let is_percent = ["%7B", "%5B"].iter().any(|open| head.eq_ignore_ascii_case(open));
        is_percent.then_some(Writing::Percent)?
    };
    ["Statement", "\\u"].iter().any(|word| text.contains(word)).then_some(writing)
}

impl<'t> Embedded<'t> {
    /// The document in a string; none if the string holds nothing like a policy.
    pub(crate) fn read(string: Value<'t>) -> Option<Embedded<'t>> {
        let text = string.as_str()?;
        match writing(text)? {
            Writing::Plain => Some(Embedded { string, tree: Tree::parse(text), encoded: None }),
            Writing::Percent => {
                let (bytes, encoded) = percent_decoded(text);
                let tree = Tree::parse(String::from_utf8(bytes).ok()?);
                Some(Embedded { string, tree, encoded: Some(encoded) })
            }
        }
    }

    /// The same finding, pointing into the tree of the string.
    pub(crate) fn outward(&self, mut finding: Finding) -> Finding {
        for place in &mut finding.places {
            place.range = self.range(place.range);
        }
        for edit in finding.fixes.iter_mut().flat_map(|fix| &mut fix.edits) {
            *edit =
                Edit { range: self.range(edit.range), replacement: self.quote(&edit.replacement) };
        }
        finding
    }

    /// A range of the document as a range of the text around it.
    pub(crate) fn range(&self, range: TextRange) -> TextRange {
        let offset = |o: u32| match &self.encoded {
            None => o as usize,
            Some(map) => map.get(o as usize).or(map.last()).map_or(0, |&o| o as usize),
        };
        self.string.inner_range(offset(range.start)..offset(range.end))
    }

    /// Text for the document, as it is written in the string.
    fn quote(&self, text: &str) -> String {
        match self.encoded {
            Some(_) => percent_encoded(text),
            None => escaped(text),
        }
    }
}

/// The bytes behind a percent-encoded text; for each the offset of where it was written, and
/// after all of them the length of the text.
fn percent_decoded(text: &str) -> (Vec<u8>, Vec<u32>) {
    let bytes = text.as_bytes();
    let (mut decoded, mut map) = (Vec::with_capacity(bytes.len()), Vec::with_capacity(bytes.len()));
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        map.push(at as u32);
        let hex = if byte == b'%' { hex_pair(bytes.get(at + 1..at + 3)) } else { None };
        decoded.push(hex.unwrap_or(byte));
        at += if hex.is_some() { 3 } else { 1 };
    }
    map.push(at as u32);
    (decoded, map)
}

fn hex_pair(digits: Option<&[u8]>) -> Option<u8> {
    let digit = |b: u8| char::from(b).to_digit(16);
    match digits? {
        &[high, low] => Some((digit(high)? * 16 + digit(low)?) as u8),
        _ => None,
    }
}

fn percent_encoded(text: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b'~');
    let encode = |b: u8| if plain(b) { char::from(b).to_string() } else { format!("%{b:02X}") };
    text.bytes().map(encode).collect()
}

fn escaped(text: &str) -> String {
    let escape = |c: char| match c {
        '"' => "\\\"".to_owned(),
        '\\' => "\\\\".to_owned(),
        '\n' => "\\n".to_owned(),
        '\r' => "\\r".to_owned(),
        '\t' => "\\t".to_owned(),
        c if c < ' ' => format!("\\u{:04x}", u32::from(c)),
        c => c.to_string(),
    };
    text.chars().map(escape).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a part of the inner document is in the text around it.
    #[expect(clippy::expect_used, reason = "the example holds what the test asks for")]
    fn outer(text: &str, part: &str) -> String {
        let tree = Tree::parse(text);
        let string = tree.root().and_then(|r| r.get("Policy")).expect("a member `Policy`");
        let embedded = Embedded::read(string).expect("a policy");
        let start = embedded.tree.source().find(part).expect("the part") as u32;
        let range = TextRange::new(start, start + part.len() as u32);
        embedded.range(range).slice(text).to_owned()
    }

    #[test]
    fn a_range_in_a_json_string_leads_to_its_escaped_text() {
        let text = r#"{"Policy": "{\"Statement\": {\"Sid\": \"caf\u00e9 \\u0041\"}}"}"#;
        assert_eq!(outer(text, "\"Sid\""), r#"\"Sid\""#);
        assert_eq!(outer(text, "café"), r"caf\u00e9");
        assert_eq!(outer(text, "\\u0041"), r"\\u0041");
    }

    #[test]
    fn a_range_in_a_percent_encoded_string_leads_to_its_encoded_text() {
        let text = r#"{"Policy": "%7B%22Statement%22%3A%7B%22Sid%22%3A%22a%20b%22%7D%7D"}"#;
        assert_eq!(outer(text, "\"Sid\""), "%22Sid%22");
        assert_eq!(outer(text, "a b"), "a%20b");
        assert_eq!(outer(text, "}}"), "%7D%7D");
    }

    #[test]
    fn a_broken_escape_stands_for_itself() {
        let (bytes, map) = percent_decoded("%7B%2");
        assert_eq!((bytes, map), (b"{%2".to_vec(), vec![0, 3, 4, 5]));
    }

    #[test]
    fn replacements_are_written_like_the_text_around_them() {
        assert_eq!(escaped("\"s3:*\"\n"), "\\\"s3:*\\\"\\n");
        assert_eq!(percent_encoded("\"s3:*\""), "%22s3%3A%2A%22");
    }
}
