//! Texts with a cursor, and what becomes of them.

use std::sync::Arc;

use keyaki_ide::{Document, Edit, Settings, TextRange, catalog};

/// A text without its cursor, and where that was.
pub(crate) fn marked(text: &str) -> (String, u32) {
    let offset = text.find("$0").expect("the text has a cursor");
    (text.replacen("$0", "", 1), offset as u32)
}

/// A document with the default settings.
pub(crate) fn document(text: &str) -> Document {
    named("policy.json", text)
}

/// The same under another name.
pub(crate) fn named(path: &str, text: &str) -> Document {
    Document::read(path, text, Arc::new(Settings::of(catalog())))
}

/// A document and its cursor.
pub(crate) fn at_cursor(text: &str) -> (Document, u32) {
    let (text, offset) = marked(text);
    (document(&text), offset)
}

/// An identity policy with one statement of these members.
pub(crate) fn statement(members: &str) -> String {
    format!("{{\"Version\": \"2012-10-17\", \"Statement\": [{{{members}}}]}}")
}

/// A text with edits applied.
pub(crate) fn applied(text: &str, edits: &[Edit]) -> String {
    let mut edits: Vec<&Edit> = edits.iter().collect();
    edits.sort_by_key(|edit| edit.range);
    let mut text = text.to_owned();
    for pair in edits.windows(2) {
        assert!(pair[0].range.end <= pair[1].range.start, "edits overlap: {pair:?}");
    }
    for edit in edits.iter().rev() {
        let range = edit.range.start as usize..edit.range.end as usize;
        text.replace_range(range, &edit.replacement);
    }
    text
}

/// The parts of a document's text.
pub(crate) fn parts<'d>(document: &'d Document, ranges: &[TextRange]) -> Vec<&'d str> {
    ranges.iter().map(|range| range.slice(document.text())).collect()
}

/// All of a document.
pub(crate) fn whole(document: &Document) -> TextRange {
    TextRange::new(0, document.text().len() as u32)
}
