//! One version of an open text: never changed, read where it is needed.

use std::path::Path;
use std::sync::{Arc, OnceLock};

use keyaki_ide::{Document, Edit, Proofs, Settings, TextRange, proofs};
use tower_lsp_server::gen_lsp_types::{Position, Range, TextEdit, Uri};

use crate::client_traits::ClientTraits;
use crate::position::Lines;

/// A text as it was at one moment.
#[derive(Debug)]
pub(crate) struct Snapshot {
    pub(crate) uri: Uri,
    /// What tells its language, and whose settings count for it.
    pub(crate) path: Arc<Path>,
    /// The editor's number for it.
    pub(crate) version: i32,
    /// Our own number, which no other text or version has.
    pub(crate) revision: u64,
    pub(crate) text: String,
    pub(crate) lines: Lines,
    pub(crate) client: Arc<ClientTraits>,
    pub(crate) settings: Arc<Settings>,
    /// An earlier version that was checked, where reading this one from it is worth keeping it.
    before: Option<Arc<Document>>,
    document: OnceLock<Arc<Document>>,
    proofs: OnceLock<Proofs>,
}

/// From how many bytes on a text is read from its earlier version: with less, all of it takes less
/// time than one would notice, and twice the memory counts for more.
const LONG: usize = 32 * 1024;

impl Snapshot {
    pub(crate) fn new(
        uri: Uri,
        path: Arc<Path>,
        version: i32,
        revision: u64,
        text: String,
        client: Arc<ClientTraits>,
        settings: Arc<Settings>,
    ) -> Snapshot {
        let lines = Lines::new(&text, client.encoding);
        let (before, document, proofs) = (None, OnceLock::new(), OnceLock::new());
        Snapshot {
            uri,
            path,
            version,
            revision,
            text,
            lines,
            client,
            settings,
            before,
            document,
            proofs,
        }
    }

    /// The same as the next version of a text.
    pub(crate) fn after(self, previous: &Snapshot) -> Snapshot {
        let is_worth = Arc::ptr_eq(&self.settings, &previous.settings) && self.text.len() >= LONG;
        let checked = previous.document.get().filter(|document| document.is_checked());
        let before = checked.or(previous.before.as_ref()).filter(|_| is_worth).cloned();
        Snapshot { before, ..self }
    }

    /// The text, read. The first to ask does the work: never on the thread of the messages.
    pub(crate) fn document(&self) -> &Document {
        self.document.get_or_init(|| {
            let read = || Document::read(&*self.path, &self.text, self.settings.clone());
            Arc::new(self.before.as_ref().map_or_else(read, |before| before.reread(&self.text)))
        })
    }

    /// The text, read, where somebody asked before.
    pub(crate) fn known_document(&self) -> Option<&Document> {
        self.document.get().map(Arc::as_ref)
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
