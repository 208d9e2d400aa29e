//! Running rules on a text.

use std::path::{Path, PathBuf};

use keyaki_diag::{Finding, Persona};
use keyaki_ir::{PolicyKind, ResourceType};
use keyaki_lint::{Document, Linter, Selection};
use keyaki_syntax::Tree;

/// How a text is to be read.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Reading {
    pub(crate) kind: Option<PolicyKind>,
    pub(crate) resource_type: Option<ResourceType>,
    /// Whether the project asks for something.
    pub(crate) requires: bool,
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

/// The policies and tables of this repository.
pub(crate) fn testdata() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata")
}

/// The collection of policies and recordings, which lies in `shared/data` beside the repository
/// where it is at hand.
pub(crate) fn shared_data() -> Option<PathBuf> {
    let ancestors = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors();
    ancestors.map(|folder| folder.join("shared/data")).find(|folder| folder.is_dir())
}

/// All files below a folder, sorted.
pub(crate) fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        let entries = std::fs::read_dir(&folder);
        let entries = entries.unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
        for path in entries.map(|entry| entry.expect("a folder entry").path()) {
            if path.is_dir() { open.push(path) } else { found.push(path) }
        }
    }
    found.sort();
    found
}

/// A small generator of pseudo-random numbers (SplitMix64).
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) % limit.max(1) as u64) as usize
    }

    pub(crate) fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }
}
