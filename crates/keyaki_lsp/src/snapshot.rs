//! One version of an open text: never changed, read where it is needed.

use std::sync::{Arc, OnceLock};

use keyaki_ide::{Document, Edit, Settings, TextRange};
use tower_lsp_server::gen_lsp_types::{Position, Range, TextEdit, Uri};

use crate::client_traits::ClientTraits;
use crate::position::Lines;
use crate::uri::path_of;

/// A text as it was at one moment.
#[derive(Debug)]
pub(crate) struct Snapshot {
    pub(crate) uri: Uri,
    /// The editor's number for it.
    pub(crate) version: i32,
    /// Our own number, which no other text or version has.
    pub(crate) revision: u64,
    pub(crate) text: String,
    pub(crate) lines: Lines,
    pub(crate) client: Arc<ClientTraits>,
    pub(crate) settings: Arc<Settings>,
    document: OnceLock<Document>,
}

impl Snapshot {
    pub(crate) fn new(
        uri: Uri,
        version: i32,
        revision: u64,
        text: String,
        client: Arc<ClientTraits>,
        settings: Arc<Settings>,
    ) -> Snapshot {
        let lines = Lines::new(&text, client.encoding);
        let document = OnceLock::new();
        Snapshot { uri, version, revision, text, lines, client, settings, document }
    }

    /// The text, read. The first to ask does the work: never on the thread of the messages.
    pub(crate) fn document(&self) -> &Document {
        self.document.get_or_init(|| {
            Document::read(path_of(&self.uri), &self.text, Arc::clone(&self.settings))
        })
    }

    pub(crate) fn offset(&self, position: Position) -> u32 {
        self.lines.offset(&self.text, position)
    }

    pub(crate) fn text_range(&self, range: Range) -> TextRange {
        self.lines.text_range(&self.text, range)
    }

    pub(crate) fn range(&self, range: TextRange) -> Range {
        self.lines.range(range)
    }

    pub(crate) fn text_edits(&self, edits: Vec<Edit>) -> Vec<TextEdit> {
        let edit =
            |edit: Edit| TextEdit { range: self.range(edit.range), new_text: edit.replacement };
        edits.into_iter().map(edit).collect()
    }
}
