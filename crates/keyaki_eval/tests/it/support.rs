//! Policies and documents from text.

use keyaki_eval::Document;
use keyaki_ir::Policy;
use keyaki_syntax::Tree;

/// A policy that has no mistakes in its syntax.
pub(crate) fn policy(text: &str) -> Policy {
    let tree = Tree::parse(text);
    assert!(tree.errors().is_empty(), "{text}");
    keyaki_ir::lower(&tree)
}

/// The same as a document.
pub(crate) fn document(text: &str) -> Document {
    Document { name: "test".to_owned(), policy: policy(text) }
}
