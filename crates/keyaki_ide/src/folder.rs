//! The documents of whole folders, read from disk one by one.

use std::path::PathBuf;
use std::sync::Arc;

use keyaki_workspace::{Content, Source, discover, read};

use crate::{Document, Settings};

/// The files of some folders that hold policies, in order of their paths.
pub fn documents_in(
    folders: &[PathBuf],
    settings: Arc<Settings>,
) -> impl Iterator<Item = Document> + use<> {
    let sources = discover(folders).into_iter();
    let documents = sources.filter_map(move |source| document(source, &settings));
    documents.filter(Document::holds_policy)
}

fn document(source: Source, settings: &Arc<Settings>) -> Option<Document> {
    match source.content {
        Content::Found | Content::Named => {}
        Content::Text(_) | Content::Unreadable(_) => return None,
    }
    let text = String::from_utf8(read(&source.path).ok()?).ok()?;
    Some(Document::read(source.path, &text, Arc::clone(settings)))
}
