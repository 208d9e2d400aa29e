//! What can be folded: objects and lists over several lines.

use keyaki_diag::TextRange;
use keyaki_syntax::Value;

use crate::Document;
use crate::symbol::summary;

/// A range that can be folded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fold {
    /// From the opening to the closing bracket.
    pub range: TextRange,
    /// What to show instead, where there is something to say.
    pub summary: Option<String>,
}

/// The folds of a document, in order of position.
pub fn folds(document: &Document) -> Vec<Fold> {
    let is_open = |value: &Value<'_>| value.kind().is_container() && value.source().contains('\n');
    let fold = |value: Value<'_>| {
        let statement = document.statements().find(|s| s.origin == value.id());
        Fold { range: value.range(), summary: statement.map(summary) }
    };
    if document.policies().is_empty() {
        return Vec::new();
    }
    document.tree.values().filter(is_open).map(fold).collect()
}
