//! One version of an open text: never changed, read where it is needed.

use std::sync::{Arc, OnceLock};

use keyaki_ide::{Document, Edit, Proofs, Settings, TextRange, proofs};
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
    proofs: OnceLock<Proofs>,
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
        let (document, proofs) = (OnceLock::new(), OnceLock::new());
        Snapshot { uri, version, revision, text, lines, client, settings, document, proofs }
    }

    /// The text, read. The first to ask does the work: never on the thread of the messages.
    pub(crate) fn document(&self) -> &Document {
        self.document.get_or_init(|| {
            Document::read(path_of(&self.uri), &self.text, Arc::clone(&self.settings))
        })
    }

    /// The text, read, where somebody asked before.
    pub(crate) fn known_document(&self) -> Option<&Document> {
        self.document.get()
    }

    /// What was proved so far.
    pub(crate) fn proofs(&self) -> Option<&Proofs> {
        self.proofs.get()
    }

    /// Proves what can be proved, as long as it is wanted; whether it came to an end.
    pub(crate) fn prove(&self, goes_on: &dyn Fn() -> bool) -> bool {
        match proofs(self.document(), goes_on) {
            Some(found) => self.proofs.set(found).is_ok(),
            None => false,
        }
    }

    /// What can be proved. Who asks waits for it.
    pub(crate) fn proved(&self) -> &Proofs {
        self.proofs.get_or_init(|| proofs(self.document(), &|| true).unwrap_or_default())
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
