//! From sources to findings.

use std::borrow::Cow;
use std::cell::RefCell;
use std::path::Path;

use keyaki_catalog::Catalog;
use keyaki_diag::{Finding, TextRange};
use keyaki_ir::{Policy, PolicyKind, ResourceType};
use keyaki_lint::{Document, Linter, Memory};
use keyaki_syntax::{NodeKind, SyntaxError, Tree, Value};

use crate::config::Config;
use crate::embedded::Embedded;
use crate::host::{self, Host, HostPolicy, Language, Problem, Written};
use crate::kind::{self, Hint, Kind};
use crate::problem::{NO_POLICY, UNREADABLE_FILE, UNREADABLE_TEMPLATE};
use crate::unwrap::{Site, resembles_policy, sites};
use crate::{Content, Source, default_jobs, map, problem, read};

/// How deep strings may hold documents that hold strings that hold documents.
const MAX_EMBEDDING: usize = 3;

/// How to check.
#[derive(Debug)]
pub struct Options<'a> {
    /// The kind of all policies; told from each by itself where none is given.
    pub kind: Option<PolicyKind>,
    /// The type of the resource that all policies belong to.
    pub resource_type: Option<ResourceType>,
    /// The rules.
    pub linter: Linter,
    /// What AWS services define.
    pub catalog: &'a Catalog,
    /// How many threads; by default as many as are worth it.
    pub jobs: Option<usize>,
    /// What the project says about its policies.
    pub config: Option<Config>,
}

/// A source with its policies.
#[derive(Debug)]
pub struct CheckedFile {
    /// The path as shown, `/` between its parts.
    pub path: String,
    /// The text, where there is a finding to show in it; else empty.
    pub text: Box<str>,
    /// What came of it.
    pub status: Status,
    /// The policies in it.
    pub documents: Vec<CheckedDocument>,
}

/// What came of a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Its policies were checked.
    Checked,
    /// It was found in a folder and holds no policy.
    NoPolicy,
    /// It could not be read.
    Unreadable,
}

/// A policy with its findings. All ranges are ranges of the file.
#[derive(Debug)]
pub struct CheckedDocument {
    /// Pointer to the policy in the file; empty where it is the whole file.
    pub pointer: String,
    /// The kind of policy; none where there is no policy.
    pub kind: Option<PolicyKind>,
    /// Where the statements are, by their index.
    pub statements: Vec<TextRange>,
    /// What was found, in order.
    pub findings: Vec<Finding>,
}

impl CheckedFile {
    /// All findings.
    pub fn findings(&self) -> impl Iterator<Item = &Finding> {
        self.documents.iter().flat_map(|d| &d.findings)
    }

    fn about(path: String, status: Status, finding: Finding) -> CheckedFile {
        let documents = vec![CheckedDocument::without_policy(finding)];
        CheckedFile { path, text: "".into(), status, documents }
    }
}

impl CheckedDocument {
    /// What is found where there is no policy.
    pub(crate) fn without_policy(finding: Finding) -> CheckedDocument {
        CheckedDocument {
            pointer: String::new(),
            kind: None,
            statements: Vec::new(),
            findings: vec![finding],
        }
    }
}

/// Checks all sources; the results are in their order.
pub fn check(sources: &[Source], options: &Options<'_>) -> Vec<CheckedFile> {
    let jobs = options.jobs.unwrap_or_else(|| default_jobs(sources.len()));
    map(sources, jobs, |source| check_source(source, options))
}

fn check_source(source: &Source, options: &Options<'_>) -> CheckedFile {
    let path = &source.path;
    let read = match &source.content {
        Content::Named | Content::Found => read(path),
        Content::Text(bytes) => return check_text(path, bytes, options),
        Content::Unreadable(reason) => Err(reason.clone()),
    };
    match (read, &source.content) {
        (Ok(bytes), Content::Found) => check_found(path, bytes, options),
        (Ok(bytes), Content::Named | Content::Text(_) | Content::Unreadable(_)) => {
            check_text(path, bytes, options)
        }
        (Err(reason), _) => {
            let finding =
                problem::about_file(&UNREADABLE_FILE, format!("cannot be read: {reason}"));
            CheckedFile::about(shown(path), Status::Unreadable, finding)
        }
    }
}

/// Checks a text that is meant to hold a policy. The path is used for what it tells about the
/// kind and the language, and to name the text.
pub fn check_text<'b>(
    path: &Path,
    bytes: impl Into<Cow<'b, [u8]>>,
    options: &Options<'_>,
) -> CheckedFile {
    let run = Run::new(path, options);
    let text = Text::read(path, bytes.into());
    let mut documents = run.text(&text);
    if let (Text::Json(tree), true) = (&text, documents.is_empty())
        && resembles_policy(tree)
        && host::read_json(tree).is_none()
    {
        documents = run.whole(tree);
    }
    if documents.is_empty() {
        let message = "no policy in this file".to_owned();
        let finding = problem::about_file(&NO_POLICY, message);
        return CheckedFile::about(shown(path), Status::Checked, finding);
    }
    finish(path, text, documents)
}

/// A version of a JSON text that was checked.
#[derive(Debug)]
pub struct CheckedTree {
    /// Its policies.
    pub documents: Vec<CheckedDocument>,
    /// What is remembered of those that stand in the text itself, in order.
    pub memories: Vec<Memory>,
}

/// Checks the policies of a JSON text that was read already, and says nothing of a text that holds
/// none: for editors, which open all kinds of files, and change them. With an earlier version of
/// the same text, and what the same linter remembered of it under the same options, less is looked
/// at and the same is found.
///
/// The rules are those of the linter, whatever the options say.
pub fn check_tree(
    path: &Path,
    tree: &Tree,
    options: &Options<'_>,
    linter: &Linter,
    before: Option<(&Tree, &[Memory])>,
) -> CheckedTree {
    let versions = Versions { before, now: RefCell::default() };
    let run = Run { options, path, linter, versions: Some(&versions) };
    CheckedTree { documents: run.json(tree), memories: versions.now.into_inner() }
}

/// As [`check_tree`], of a text that is no JSON.
pub fn check_yaml(
    path: &Path,
    text: &str,
    options: &Options<'_>,
    linter: &Linter,
) -> Vec<CheckedDocument> {
    Run { linter, ..Run::new(path, options) }.found_yaml(text)
}

/// A text from one version to the next.
struct Versions<'a> {
    before: Option<(&'a Tree, &'a [Memory])>,
    /// What is remembered of the policies checked so far.
    now: RefCell<Vec<Memory>>,
}

impl Versions<'_> {
    fn lint(&self, linter: &Linter, document: Document<'_>) -> Vec<Finding> {
        let mut now = self.now.borrow_mut();
        let before = self.before.and_then(|(tree, all)| Some((tree, all.get(now.len())?)));
        let (findings, memory) = linter.lint_again(document, before);
        now.push(memory);
        findings
    }
}

/// A policy of a tree, with what is known of it.
#[derive(Debug)]
pub struct ReadPolicy {
    /// The policy.
    pub policy: Policy,
    /// Its kind.
    pub kind: PolicyKind,
    /// The type of the resource that it is attached to, where that is known.
    pub resource_type: Option<ResourceType>,
}

/// The policies that stand in a tree itself, in order; those in its strings are left out.
pub fn read_policies(path: &Path, tree: &Tree, options: &Options<'_>) -> Vec<ReadPolicy> {
    let run = Run::new(path, options);
    let here = sites(tree).into_iter().filter_map(|site| match site {
        Site::Here(value) => Some(value),
        Site::Text(_) => None,
    });
    let hint = |value: Value<'_>| match value.parent() {
        None => Hint::default(),
        Some(_) => kind::hint(value),
    };
    here.map(|value| run.read(value, hint(value))).collect()
}

/// All policies of a text in order, those in its strings among them, and the text itself where it
/// is one that is too broken to tell.
pub(crate) fn all_policies(path: &Path, text: &str, options: &Options<'_>) -> Vec<ReadPolicy> {
    let run = Run::new(path, options);
    let tree = match Text::read(path, text.as_bytes().into()) {
        Text::Yaml(text) => return run.host_policies(&host::read_yaml(&text)),
        Text::Json(tree) => tree,
    };
    if let Some(host) = host::read_json(&tree) {
        return run.host_policies(&host);
    }
    let policies = run.policies(&tree, Hint::default(), 0);
    if !policies.is_empty() || !resembles_policy(&tree) {
        return policies;
    }
    let policy = keyaki_ir::lower(&tree);
    let Kind { kind, resource_type, .. } = run.kind(&policy, Hint::default());
    vec![ReadPolicy { policy, kind, resource_type }]
}

/// Checks a text that was found in a folder: without a policy it is passed over, unless it is so
/// broken that one cannot tell.
fn check_found(path: &Path, bytes: Vec<u8>, options: &Options<'_>) -> CheckedFile {
    let run = Run::new(path, options);
    let text = Text::read(path, bytes.into());
    let documents = match &text {
        Text::Yaml(text) => run.found_yaml(text),
        Text::Json(tree) => {
            let documents = run.json(tree);
            let is_lost = documents.is_empty() && is_broken(tree);
            if is_lost { run.whole(tree) } else { documents }
        }
    };
    finish(path, text, documents)
}

fn finish(path: &Path, text: Text, documents: Vec<CheckedDocument>) -> CheckedFile {
    let status = if documents.is_empty() { Status::NoPolicy } else { Status::Checked };
    let is_clean = documents.iter().all(|d| d.findings.is_empty());
    let text = if is_clean { Box::default() } else { text.into_source() };
    CheckedFile { path: shown(path), text, status, documents }
}

/// A text, read as far as its language goes.
enum Text {
    Json(Tree),
    Yaml(Box<str>),
}

impl Text {
    fn read(path: &Path, bytes: Cow<'_, [u8]>) -> Text {
        match host::language(path, &bytes) {
            Language::Json => Text::Json(Tree::parse_bytes(bytes)),
            Language::Yaml => Text::Yaml(String::from_utf8_lossy(&bytes).into()),
        }
    }

    fn into_source(self) -> Box<str> {
        match self {
            Text::Json(tree) => tree.into_source(),
            Text::Yaml(text) => text,
        }
    }
}

/// Whether a text has mistakes that no dialect of JSON allows.
fn is_broken(tree: &Tree) -> bool {
    grave_errors(tree).next().is_some()
}

/// The mistakes of a text that no dialect of JSON allows.
fn grave_errors(tree: &Tree) -> impl Iterator<Item = &SyntaxError> {
    use keyaki_syntax::SyntaxErrorKind::{Comment, TrailingComma};
    let errors = tree.errors().iter().filter(|error| error.kind.is_grammar());
    errors.filter(|error| !matches!(error.kind, Comment | TrailingComma))
}

/// The path as it is shown.
fn shown(path: &Path) -> String {
    let path = path.to_string_lossy();
    if std::path::MAIN_SEPARATOR == '/' { path.into_owned() } else { path.replace('\\', "/") }
}

/// One text under check.
struct Run<'a> {
    options: &'a Options<'a>,
    path: &'a Path,
    linter: &'a Linter,
    /// Where the text is one that changes.
    versions: Option<&'a Versions<'a>>,
}

impl<'a> Run<'a> {
    fn new(path: &'a Path, options: &'a Options<'a>) -> Self {
        Self { options, path, linter: &options.linter, versions: None }
    }

    fn text(&self, text: &Text) -> Vec<CheckedDocument> {
        match text {
            Text::Json(tree) => self.json(tree),
            Text::Yaml(text) => self.host(host::read_yaml(text)),
        }
    }

    /// The policies of a JSON text: those of a template or plan, or those that stand in it as they
    /// are.
    fn json(&self, tree: &Tree) -> Vec<CheckedDocument> {
        let Some(mut host) = host::read_json(tree) else {
            return self.tree(tree, Hint::default(), 0);
        };
        host.problem = grave_errors(tree)
            .next()
            .map(|error| Problem { message: error.kind.message().to_owned(), range: error.range });
        self.host(host)
    }

    /// The policies of a YAML text that was found; one that cannot be read counts only if it
    /// seems to hold some.
    fn found_yaml(&self, text: &str) -> Vec<CheckedDocument> {
        if !host::may_hold_policy(text) {
            return Vec::new();
        }
        let host = host::read_yaml(text);
        let is_lost = host.problem.is_some() && !host::resembles_template(text);
        if is_lost { Vec::new() } else { self.host(host) }
    }

    /// The policies of a template or plan, checked.
    fn host(&self, host: Host) -> Vec<CheckedDocument> {
        let mut documents: Vec<CheckedDocument> =
            host.policies.iter().flat_map(|policy| self.host_policy(policy)).collect();
        if let Some(problem) = host.problem {
            let finding = problem::at(&UNREADABLE_TEMPLATE, problem.message, problem.range);
            documents.push(CheckedDocument::without_policy(finding));
        }
        documents
    }

    /// A policy of a template in all its ways; what is found in several is told once.
    fn host_policy(&self, policy: &HostPolicy) -> Vec<CheckedDocument> {
        let mut all: Vec<CheckedDocument> = Vec::new();
        for document in policy.texts.iter().flat_map(|text| self.written(policy, text)) {
            match all.iter_mut().find(|known| known.pointer == document.pointer) {
                None => all.push(document),
                Some(known) => known.findings.extend(document.findings),
            }
        }
        for document in &mut all {
            // Aliases and conditions lead to one place in several ways.
            let key = |f: &Finding| (f.range(), f.rule.name, f.message.clone());
            document.findings.sort_by_cached_key(key);
            document.findings.dedup_by_key(|f| key(f));
        }
        all
    }

    /// A policy of a template as it is one way.
    fn written(&self, policy: &HostPolicy, text: &Written) -> Vec<CheckedDocument> {
        let mut inner = self.tree(&text.tree, policy.hint, 1);
        if inner.is_empty() && policy.hint.kind.is_some() {
            let lowered = keyaki_ir::lower(&text.tree);
            inner.push(self.lint(&lowered, (&text.tree, String::new()), policy.hint, true, None));
        }
        let outward = |document: CheckedDocument| CheckedDocument {
            pointer: format!("{}{}", policy.pointer, document.pointer),
            kind: document.kind,
            statements: document.statements.iter().map(|r| text.range(*r)).collect(),
            findings: document.findings.into_iter().map(|f| text.outward(f)).collect(),
        };
        inner.into_iter().map(outward).collect()
    }

    /// The policies of a tree, checked.
    fn tree(&self, tree: &Tree, outer: Hint, depth: usize) -> Vec<CheckedDocument> {
        let mut documents = Vec::new();
        let mut here = Vec::new();
        for site in sites(tree) {
            match site {
                Site::Here(value) => {
                    here.push((documents.len(), value.range()));
                    let hint = if value.parent().is_none() { outer } else { kind::hint(value) };
                    let versions = self.versions.filter(|_| depth == 0);
                    documents.push(self.policy(value, hint, here.len() == 1, versions));
                }
                Site::Text(string) if depth < MAX_EMBEDDING => {
                    documents.extend(
                        Embedded::read(string)
                            .map_or_else(Vec::new, |embedded| self.embedded(&embedded, depth + 1)),
                    );
                }
                Site::Text(_) => {}
            }
        }
        keep_own_findings(&mut documents, &here);
        documents
    }

    /// The policies of a document inside a string, with ranges of the text around it.
    fn embedded(&self, embedded: &Embedded<'_>, depth: usize) -> Vec<CheckedDocument> {
        let string = embedded.string;
        let base = string.tree().pointer(string.id());
        let inner = self.tree(&embedded.tree, kind::hint(string), depth);
        let outward = |document: CheckedDocument| CheckedDocument {
            pointer: format!("{base}{}", document.pointer),
            kind: document.kind,
            statements: document.statements.iter().map(|r| embedded.range(*r)).collect(),
            findings: document.findings.into_iter().map(|f| embedded.outward(f)).collect(),
        };
        inner.into_iter().map(outward).collect()
    }

    /// The policies of a template or plan, each way that they may be.
    fn host_policies(&self, host: &Host) -> Vec<ReadPolicy> {
        let texts = host.policies.iter().flat_map(|p| p.texts.iter().map(|text| (p.hint, text)));
        texts.flat_map(|(hint, text)| self.policies(&text.tree, hint, 1)).collect()
    }

    /// The policies of a tree and of the documents in its strings.
    fn policies(&self, tree: &Tree, outer: Hint, depth: usize) -> Vec<ReadPolicy> {
        let mut policies = Vec::new();
        for site in sites(tree) {
            match site {
                Site::Here(value) => {
                    let hint = if value.parent().is_none() { outer } else { kind::hint(value) };
                    policies.push(self.read(value, hint));
                }
                Site::Text(string) if depth < MAX_EMBEDDING => {
                    let embedded = Embedded::read(string);
                    let inner =
                        |e: Embedded<'_>| self.policies(&e.tree, kind::hint(string), depth + 1);
                    policies.extend(embedded.map_or_else(Vec::new, inner));
                }
                Site::Text(_) => {}
            }
        }
        policies
    }

    /// The whole tree as a policy, whatever it holds. Of a text that is something else
    /// altogether, the first finding says it all.
    fn whole(&self, tree: &Tree) -> Vec<CheckedDocument> {
        let policy = keyaki_ir::lower(tree);
        let here = (tree, String::new());
        let mut document = self.lint(&policy, here, Hint::default(), true, None);
        let is_container = |root: Value<'_>| match root.kind() {
            NodeKind::Object | NodeKind::Array => true,
            NodeKind::Member
            | NodeKind::String
            | NodeKind::Number
            | NodeKind::Bool
            | NodeKind::Null
            | NodeKind::Error => false,
        };
        if !tree.root().is_some_and(is_container) {
            document.findings.truncate(1);
        }
        vec![document]
    }

    fn policy(
        &self,
        value: Value<'_>,
        hint: Hint,
        is_first: bool,
        versions: Option<&Versions<'_>>,
    ) -> CheckedDocument {
        let (tree, policy) = (value.tree(), keyaki_ir::lower_value(value));
        self.lint(&policy, (tree, tree.pointer(value.id())), hint, is_first, versions)
    }

    fn read(&self, value: Value<'_>, hint: Hint) -> ReadPolicy {
        let policy = keyaki_ir::lower_value(value);
        let Kind { kind, resource_type, .. } = self.kind(&policy, hint);
        ReadPolicy { policy, kind, resource_type }
    }

    fn kind(&self, policy: &Policy, hint: Hint) -> Kind {
        let given = Hint { kind: self.options.kind, resource_type: self.options.resource_type };
        let (kind, resource_type) =
            self.options.config.as_ref().map_or((None, None), |config| config.kind(self.path));
        let given = given.or(Hint { kind, resource_type });
        kind::determine(policy, given.or(hint), self.path)
    }

    fn lint(
        &self,
        policy: &Policy,
        (tree, pointer): (&Tree, String),
        hint: Hint,
        whole_text: bool,
        versions: Option<&Versions<'_>>,
    ) -> CheckedDocument {
        let catalog = self.options.catalog;
        let known = self.kind(policy, hint);
        let document = Document {
            tree,
            policy,
            whole_text,
            kind: known.kind,
            kind_source: known.source,
            resource_type: known.resource_type,
            catalog,
        };
        let mut findings = match versions {
            Some(versions) => versions.lint(self.linter, document),
            None => self.linter.lint(document),
        };
        if let Some(config) = &self.options.config {
            config.settle(self.path, policy, &mut findings);
        }
        let statements = statement_ranges(tree, policy);
        CheckedDocument { pointer, kind: Some(known.kind), statements, findings }
    }
}

/// Where the statements are, by their index; those that are no objects stay empty.
fn statement_ranges(tree: &Tree, policy: &Policy) -> Vec<TextRange> {
    let mut ranges = Vec::new();
    for statement in &policy.statements {
        ranges.resize(statement.index, TextRange::default());
        ranges.push(tree.range(statement.origin));
    }
    ranges
}

/// Rules about the text see the whole tree, whichever policy they are asked about.
/// Each policy keeps what lies inside it; the first also keeps what lies inside none.
fn keep_own_findings(documents: &mut [CheckedDocument], here: &[(usize, TextRange)]) {
    if here.len() < 2 {
        return;
    }
    for (i, &(document, range)) in here.iter().enumerate() {
        let others = || here.iter().filter(|&&(other, _)| other != document);
        let outside = |at: TextRange| !others().any(|(_, other)| other.contains(at));
        let keep = |at| range.contains(at) || (i == 0 && outside(at));
        documents[document].findings.retain(|finding| keep(finding.range()));
    }
}
