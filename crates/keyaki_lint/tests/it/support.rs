//! Running rules on a text.

use keyaki_diag::{Finding, Persona};
use keyaki_ir::{PolicyKind, ResourceType};
use keyaki_lint::{Document, Linter, Selection};
use keyaki_syntax::Tree;

/// How a text is to be read.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Reading {
    pub(crate) kind: Option<PolicyKind>,
    pub(crate) resource_type: Option<ResourceType>,
}

/// A linter for one rule, by name or code.
pub(crate) fn only(rule: &str) -> Linter {
    let selection = Selection::new(Persona::Auditor, &[rule.to_owned()], &[]);
    Linter::new(&selection.expect("the rule exists"))
}

pub(crate) fn lint(linter: &Linter, text: &str, reading: Reading) -> Vec<Finding> {
    let tree = Tree::parse(text);
    let policy = keyaki_ir::lower(&tree);
    let mut document = Document::detected(&tree, &policy, keyaki_catalog::embedded());
    if let Some(kind) = reading.kind {
        document = document.with_kind(kind);
    }
    if let Some(resource_type) = reading.resource_type {
        document = document.with_resource_type(resource_type);
    }
    linter.lint(document)
}
