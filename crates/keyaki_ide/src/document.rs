//! One text as the editor has it.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use keyaki_catalog::Catalog;
use keyaki_diag::{Finding, Fix, TextRange};
use keyaki_ir::Statement;
use keyaki_lint::Linter;
use keyaki_syntax::{NodeId, Tree};
use keyaki_workspace::{
    Change, Guard, Language, ReadPolicy, check_tree, check_yaml, language, read_policies,
};

use crate::Settings;

/// A text, read once.
#[derive(Debug)]
pub struct Document {
    pub(crate) path: PathBuf,
    /// The JSON; of another language the text alone.
    pub(crate) tree: Tree,
    language: Language,
    policies: OnceLock<Vec<ReadPolicy>>,
    pub(crate) settings: Arc<Settings>,
    findings: OnceLock<Vec<Finding>>,
    /// What fixes do to access, by the numbers of finding and fix, as far as somebody asked.
    changes: Mutex<BTreeMap<(usize, usize), Change>>,
    /// The account ids that it names.
    pub(crate) accounts: OnceLock<BTreeSet<Box<str>>>,
}

impl Document {
    /// Reads a text. The path names it and tells something about the kind of its policies.
    pub fn read(path: impl Into<PathBuf>, text: &str, settings: Arc<Settings>) -> Document {
        let path = path.into();
        let language = language(&path, text.as_bytes());
        let tree = match language {
            Language::Json => Tree::parse(text),
            Language::Yaml => Tree::opaque(text),
        };
        let (policies, findings) = (OnceLock::new(), OnceLock::new());
        let (changes, accounts) = (Mutex::default(), OnceLock::new());
        Document { path, tree, language, policies, settings, findings, changes, accounts }
    }

    /// The text.
    pub fn text(&self) -> &str {
        self.tree.source()
    }

    /// Whether its tree says anything about it.
    pub(crate) fn is_json(&self) -> bool {
        self.language == Language::Json
    }

    /// Its path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether it holds a policy.
    pub fn holds_policy(&self) -> bool {
        !self.policies().is_empty() || !self.findings().is_empty()
    }

    /// The policies that stand in the text itself. They are read when somebody asks: findings do
    /// without them.
    pub(crate) fn policies(&self) -> &[ReadPolicy] {
        self.policies.get_or_init(|| read_policies(&self.path, &self.tree, &self.settings.options))
    }

    /// What the rules find, in order of position; nothing in a text without a policy.
    pub fn findings(&self) -> &[Finding] {
        self.findings.get_or_init(|| {
            let mut findings = self.findings_of(&self.settings.options.linter);
            findings.sort_by_key(Finding::range);
            findings
        })
    }

    /// What a linter finds.
    pub(crate) fn findings_of(&self, linter: &Linter) -> Vec<Finding> {
        let options = &self.settings.options;
        let checked = match self.language {
            Language::Json => check_tree(&self.path, &self.tree, options, linter),
            Language::Yaml => check_yaml(&self.path, self.text(), options, linter),
        };
        checked.into_iter().flat_map(|d| d.findings).collect()
    }

    /// What fixes of its findings do to access, each by itself.
    pub(crate) fn changes_of(&self, fixes: &[((usize, usize), &Fix)]) -> Vec<Change> {
        let mut known = self.changes.lock().unwrap_or_else(PoisonError::into_inner);
        let guard = OnceCell::new();
        let guard =
            || guard.get_or_init(|| Guard::new(&self.path, self.text(), &self.settings.options));
        let change = |&(id, fix): &((usize, usize), &Fix)| {
            *known.entry(id).or_insert_with(|| guard().change(&[fix]))
        };
        fixes.iter().map(change).collect()
    }

    pub(crate) fn catalog(&self) -> &'static Catalog {
        self.settings.catalog()
    }

    pub(crate) fn range(&self, origin: NodeId) -> TextRange {
        self.tree.range(origin)
    }

    /// The policy around an offset.
    pub(crate) fn policy_at(&self, offset: u32) -> Option<&ReadPolicy> {
        let holds =
            |read: &&ReadPolicy| self.range(read.policy.origin).contains(TextRange::empty(offset));
        self.policies().iter().find(holds)
    }

    /// The JSON pointer of the policy around an offset.
    pub fn pointer_at(&self, offset: u32) -> Option<String> {
        Some(self.tree.pointer(self.policy_at(offset)?.policy.origin))
    }

    /// The policy at a JSON pointer; the first of all where none is given.
    pub(crate) fn policy_named(&self, pointer: Option<&str>) -> Option<&ReadPolicy> {
        let mut policies = self.policies().iter();
        match pointer {
            None => policies.next(),
            Some(pointer) => policies.find(|read| self.tree.pointer(read.policy.origin) == pointer),
        }
    }

    /// All statements of all policies.
    pub(crate) fn statements(&self) -> impl Iterator<Item = &Statement> {
        self.policies().iter().flat_map(|read| &read.policy.statements)
    }

    /// The source range of a part of a string's value.
    pub(crate) fn part(&self, origin: NodeId, part: std::ops::Range<usize>) -> TextRange {
        self.tree.value(origin).map_or(TextRange::default(), |value| value.inner_range(part))
    }

    /// The source range of all that a string holds, without its quotes.
    pub(crate) fn inside(&self, origin: NodeId) -> TextRange {
        let length = self.tree.value(origin).and_then(|v| v.as_str()).map_or(0, str::len);
        self.part(origin, 0..length)
    }
}
