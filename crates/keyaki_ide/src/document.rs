//! One text as the editor has it.

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};

use keyaki_catalog::Catalog;
use keyaki_diag::{Finding, Fix, TextRange};
use keyaki_ir::Statement;
use keyaki_lint::{Linter, Memory};
use keyaki_syntax::{NodeId, Tree};
use keyaki_workspace::{
    Change, CheckedDocument, CheckedTree, Guard, Language, Mention, ReadPolicy, check_host,
    check_tree, language, read_policies,
};

use crate::{Accounts, Settings};

/// A text, read once.
#[derive(Debug)]
pub struct Document {
    pub(crate) path: PathBuf,
    /// The JSON; of another language the text alone.
    pub(crate) tree: Tree,
    language: Language,
    policies: OnceLock<Vec<ReadPolicy>>,
    pub(crate) settings: Arc<Settings>,
    found: OnceLock<Found>,
    /// An earlier version that was checked, as long as somebody else keeps it.
    before: Weak<Document>,
    /// What fixes do to access, by the numbers of finding and fix, as far as somebody asked.
    changes: Mutex<BTreeMap<(usize, usize), Change>>,
    /// The account ids that it names.
    pub(crate) accounts: OnceLock<Accounts>,
    /// Where it names policies.
    pub(crate) mentions: OnceLock<Vec<Mention>>,
}

/// Whether texts in Terraform's language are read.
pub fn reads_terraform() -> bool {
    is_terraform(Path::new("main.tf"))
}

/// Whether a file is one of Terraform by its name.
pub(crate) fn is_terraform(path: &Path) -> bool {
    language(path, b"").is_terraform()
}

/// What the rules found.
#[derive(Debug)]
struct Found {
    findings: Vec<Finding>,
    /// What helps to check the next version.
    memories: Vec<Memory>,
}

impl Document {
    /// Reads a text. The path names it and tells something about the kind of its policies.
    pub fn read(path: impl Into<PathBuf>, text: &str, settings: Arc<Settings>) -> Document {
        let path = path.into();
        let language = language(&path, text.as_bytes());
        let tree = match language {
            Language::Json => Tree::parse(text),
            Language::Yaml | Language::Hcl | Language::HclJson | Language::Markdown => {
                Tree::opaque(text)
            }
        };
        Document::of(path, tree, language, settings, Weak::new())
    }

    /// Reads a later version of this text, under the same settings: what [`Document::read`] gives,
    /// in less time the less the texts differ, if this version was checked and is kept until that
    /// one is.
    pub fn reread(self: &Arc<Document>, text: &str) -> Document {
        let language = language(&self.path, text.as_bytes());
        let settings = Arc::clone(&self.settings);
        if language != Language::Json || !self.is_json() {
            return Document::read(&*self.path, text, settings);
        }
        let tree = self.tree.reread(text);
        Document::of(self.path.clone(), tree, language, settings, Arc::downgrade(self))
    }

    fn of(
        path: PathBuf,
        tree: Tree,
        language: Language,
        settings: Arc<Settings>,
        before: Weak<Document>,
    ) -> Document {
        let (policies, found) = (OnceLock::new(), OnceLock::new());
        let (accounts, mentions) = (OnceLock::new(), OnceLock::new());
        let changes = Mutex::default();
        Document {
            path,
            tree,
            language,
            policies,
            settings,
            found,
            before,
            changes,
            accounts,
            mentions,
        }
    }

    /// The text.
    pub fn text(&self) -> &str {
        self.tree.source()
    }

    /// Whether its tree says anything about it.
    pub(crate) fn is_json(&self) -> bool {
        self.language == Language::Json
    }

    /// Whether it is YAML.
    pub(crate) fn is_yaml(&self) -> bool {
        self.language == Language::Yaml
    }

    /// Whether it is Terraform.
    pub(crate) fn is_terraform(&self) -> bool {
        self.language.is_terraform()
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
        &self.found.get_or_init(|| self.check()).findings
    }

    /// Whether somebody has asked for the findings.
    pub fn is_checked(&self) -> bool {
        self.found.get().is_some()
    }

    fn check(&self) -> Found {
        let before = self.before.upgrade();
        let known = before.as_ref().and_then(|b| Some((&b.tree, &*b.found.get()?.memories)));
        let mut found = self.found_by(&self.settings.options.linter, known);
        found.findings.sort_by_key(Finding::range);
        found
    }

    /// What a linter finds.
    pub(crate) fn findings_of(&self, linter: &Linter) -> Vec<Finding> {
        self.found_by(linter, None).findings
    }

    /// What a linter finds, which has found what is known of an earlier version.
    fn found_by(&self, linter: &Linter, known: Option<(&Tree, &[Memory])>) -> Found {
        let options = &self.settings.options;
        let CheckedTree { documents, memories } = match self.language {
            Language::Json => check_tree(&self.path, &self.tree, options, linter, known),
            language
            @ (Language::Yaml | Language::Hcl | Language::HclJson | Language::Markdown) => {
                CheckedTree {
                    documents: check_host(&self.path, language, self.text(), options, linter),
                    memories: Vec::new(),
                }
            }
        };
        let of = |document: CheckedDocument| document.findings;
        Found { findings: documents.into_iter().flat_map(of).collect(), memories }
    }

    /// What fixes of its findings do to access, each by itself.
    pub(crate) fn changes_of(&self, fixes: &[((usize, usize), &Fix)]) -> Vec<Change> {
        let mut known = self.changes.lock().unwrap_or_else(PoisonError::into_inner);
        let guard = OnceCell::new();
        let guard =
            || guard.get_or_init(|| Guard::new(&self.path, self.text(), &self.settings.options));
        let change = |&(id, fix): &((usize, usize), &Fix)| {
            *known.entry(id).or_insert_with(|| guard().change(&[fix], Change::None))
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
