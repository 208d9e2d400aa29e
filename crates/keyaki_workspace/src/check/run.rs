//! One text under check: where its policies are, and what is found of them.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::HashSet;
use std::path::Path;

use keyaki_diag::{Finding, TextRange};
use keyaki_ir::Policy;
use keyaki_ir::hole::{self, Principals};
use keyaki_lint::{Document, Linter, Memory};
use keyaki_syntax::{SyntaxError, Tree, Value};

use super::{CheckedDocument, CheckedFile, Options, ReadPolicy, Status, shown};
use crate::embedded::Embedded;
use crate::host::{self, Host, HostPolicy, Language, Modules, Problem, Suppression, Written};
use crate::kind::{self, Hint, Kind};
use crate::parallel::beside;
use crate::problem::{
    self, DUPLICATE_RESOURCE, NO_POLICY, UNREADABLE_TEMPLATE, UNUSED_SUPPRESSION,
};
use crate::unwrap::{Site, resembles_policy, sites};
use crate::{map, threads};

/// How deep strings may hold documents that hold strings that hold documents.
const MAX_EMBEDDING: usize = 3;

/// A text from one version to the next.
pub(super) struct Versions<'a> {
    pub(super) before: Option<(&'a Tree, &'a [Memory])>,
    /// What is remembered of the policies checked so far.
    pub(super) now: RefCell<Vec<Memory>>,
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

fn finish(path: &Path, text: Text, documents: Vec<CheckedDocument>) -> CheckedFile {
    let status = if documents.is_empty() { Status::NoPolicy } else { Status::Checked };
    let is_clean = documents.iter().all(|d| d.findings.is_empty());
    let text = if is_clean { Box::default() } else { text.into_source() };
    CheckedFile { path: shown(path), text, status, documents }
}

/// A text, read as far as its language goes.
pub(super) enum Text {
    Json(Tree),
    Host(Language, Box<str>),
}

impl Text {
    pub(super) fn read(path: &Path, bytes: Cow<'_, [u8]>) -> Text {
        match host::language(path, &bytes) {
            Language::Json => Text::Json(Tree::parse_bytes(bytes)),
            language
            @ (Language::Yaml | Language::Hcl | Language::HclJson | Language::Markdown) => {
                Text::Host(language, as_text(bytes))
            }
        }
    }

    fn into_source(self) -> Box<str> {
        match self {
            Text::Json(tree) => tree.into_source(),
            Text::Host(_, text) => text,
        }
    }
}

/// The text of bytes; those that are no UTF-8 are replaced in it.
fn as_text(bytes: Cow<'_, [u8]>) -> Box<str> {
    let text = String::from_utf8(bytes.into_owned());
    let text = text.unwrap_or_else(|e| String::from_utf8_lossy(e.as_bytes()).into_owned());
    text.into()
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

/// One text under check.
#[derive(Clone, Copy)]
pub(super) struct Run<'a> {
    pub(super) options: &'a Options<'a>,
    pub(super) path: &'a Path,
    pub(super) linter: &'a Linter,
    pub(super) modules: &'a Modules,
    /// The pointer of the text in its file.
    pub(super) base: &'a str,
    /// How many threads may check the policies of a text; as many as are worth it where it is not
    /// said.
    pub(super) jobs: Option<usize>,
}

impl<'a> Run<'a> {
    pub(super) fn new(path: &'a Path, options: &'a Options<'a>, modules: &'a Modules) -> Run<'a> {
        Run { options, path, linter: &options.linter, modules, base: "", jobs: Some(1) }
    }

    /// Checks a text that is meant to hold a policy.
    pub(super) fn check_named(&self, bytes: Cow<'_, [u8]>) -> CheckedFile {
        let text = Text::read(self.path, bytes);
        let mut documents = match &text {
            Text::Json(tree) => self.json(tree, None),
            Text::Host(language, text) => self.host(self.read_host(*language, text)),
        };
        if let (Text::Json(tree), true) = (&text, documents.is_empty())
            && resembles_policy(tree)
            && host::read_json(tree).is_none()
        {
            documents = self.whole(tree);
        }
        if documents.is_empty() {
            let message = "no policy in this file".to_owned();
            let finding = problem::about_file(&NO_POLICY, message);
            return CheckedFile::about(shown(self.path), Status::Checked, finding);
        }
        finish(self.path, text, documents)
    }

    /// Checks a text that was found in a folder: without a policy it is passed over, unless it is
    /// so broken that one cannot tell.
    pub(super) fn check_found(&self, bytes: Vec<u8>) -> CheckedFile {
        let text = Text::read(self.path, bytes.into());
        let documents = match &text {
            Text::Host(language, text) => self.found_host(*language, text),
            Text::Json(tree) => {
                let documents = self.json(tree, None);
                let is_lost = documents.is_empty() && is_broken(tree);
                if is_lost { self.whole(tree) } else { documents }
            }
        };
        finish(self.path, text, documents)
    }

    pub(super) fn read_host(&self, language: Language, text: &str) -> Host {
        host::read(language, self.path, text, self.modules, self.jobs)
    }

    /// The policies of a JSON text: those of a template or plan, or those that stand in it as they
    /// are, of a text that changes by its versions.
    pub(super) fn json(
        &self,
        tree: &Tree,
        versions: Option<&Versions<'_>>,
    ) -> Vec<CheckedDocument> {
        let Some(mut host) = host::read_json(tree) else {
            return self.tree(tree, Hint::default(), 0, versions);
        };
        host.problem = grave_errors(tree)
            .next()
            .map(|error| Problem { message: error.kind.message().to_owned(), range: error.range });
        self.host(host)
    }

    /// The policies of a text that is no JSON and was found; one that cannot be read counts only
    /// if it seems to hold some.
    pub(super) fn found_host(&self, language: Language, text: &str) -> Vec<CheckedDocument> {
        self.host_read_by(host::read, language, text)
    }

    /// The same of a text that somebody may be typing.
    pub(super) fn typed_host(&self, language: Language, text: &str) -> Vec<CheckedDocument> {
        self.host_read_by(host::read_typed, language, text)
    }

    fn host_read_by(
        &self,
        read: fn(Language, &Path, &str, &Modules, Option<usize>) -> Host,
        language: Language,
        text: &str,
    ) -> Vec<CheckedDocument> {
        if !host::may_hold_policy(language, text) {
            return Vec::new();
        }
        let host = read(language, self.path, text, self.modules, self.jobs);
        let is_lost = host.problem.is_some() && !host::resembles_template(language, text);
        if is_lost { Vec::new() } else { self.host(host) }
    }

    /// The policies of a template or plan, checked.
    fn host(&self, mut host: Host) -> Vec<CheckedDocument> {
        let jobs = threads(self.jobs, host.policies.len());
        let spent = host.spent.take();
        let check = || map(&host.policies, jobs, |policy| self.host_policy(policy));
        let checked = if jobs > 1 { beside(move || drop(spent), check) } else { check() };
        let mut documents: Vec<CheckedDocument> = checked.into_iter().flatten().collect();
        keep_first(&mut documents);
        let unused = self.suppress(&host.suppressions, &mut documents);
        let problem = host
            .problem
            .map(|problem| problem::at(&UNREADABLE_TEMPLATE, problem.message, problem.range));
        // What could not be read may have what is suppressed.
        let mut about_file = problem.map_or(unused, |problem| vec![problem]);
        if !host.policies.is_empty() {
            let told = |p: Problem| problem::at(&DUPLICATE_RESOURCE, p.message, p.range);
            about_file.extend(host.repeated.into_iter().map(told));
        }
        documents.extend(about_file.into_iter().map(CheckedDocument::without_policy));
        documents
    }

    /// Takes out what the file itself accepts; what is found about that.
    fn suppress(&self, all: &[Suppression], documents: &mut [CheckedDocument]) -> Vec<Finding> {
        let mut unused = Vec::new();
        let rules = self.options.linter.rules();
        for Suppression { range, covers, rule } in all {
            let rule = match rule {
                Ok(rule) => rule,
                Err(mistake) => {
                    unused.push(problem::at(&UNUSED_SUPPRESSION, mistake.clone(), *range));
                    continue;
                }
            };
            let meant = |f: &Finding| {
                f.rule.name == rule.name && covers.contains(TextRange::empty(f.range().start))
            };
            let before = documents.iter().map(|d| d.findings.len()).sum::<usize>();
            for document in &mut *documents {
                document.findings.retain(|finding| !meant(finding));
            }
            let after = documents.iter().map(|d| d.findings.len()).sum::<usize>();
            if before == after && rules.iter().any(|own| own.meta.name == rule.name) {
                let message = format!("nothing is left of `{}` to suppress", rule.name);
                unused.push(problem::at(&UNUSED_SUPPRESSION, message, *range));
            }
        }
        unused
    }

    /// A policy of a template in all its ways; what is found in several is told once.
    fn host_policy(&self, policy: &HostPolicy) -> Vec<CheckedDocument> {
        let mut all: Vec<CheckedDocument> = Vec::new();
        let written = |text| self.written(&policy.hint, &policy.pointer, text);
        for document in policy.texts.iter().flat_map(written) {
            match all.iter_mut().find(|known| known.pointer == document.pointer) {
                None => all.push(document),
                Some(known) => known.findings.extend(document.findings),
            }
        }
        let told = policy.told.iter().flat_map(|text| self.written(&Hint::default(), "", text));
        let told: HashSet<Key> = told.flat_map(|d| d.findings).map(|f| key(&f)).collect();
        for document in &mut all {
            // Aliases and conditions lead to one place in several ways.
            document.findings.sort_by_cached_key(key);
            document.findings.dedup_by_key(|f| key(f));
            document.findings.retain(|finding| !told.contains(&key(finding)));
        }
        all
    }

    /// A policy of a template as it is one way.
    fn written(&self, hint: &Hint, pointer: &str, text: &Written) -> Vec<CheckedDocument> {
        let run = Run { base: pointer, ..*self };
        let mut inner = run.tree(&text.tree, *hint, 1, None);
        if inner.is_empty() && hint.kind.is_some() {
            let lowered = keyaki_ir::lower(&text.tree);
            inner.push(run.lint(&lowered, (&text.tree, String::new()), *hint, true, None));
        }
        let outward = |document: CheckedDocument| CheckedDocument {
            pointer: format!("{pointer}{}", document.pointer),
            kind: document.kind,
            statements: document.statements.iter().map(|r| text.range(*r)).collect(),
            findings: document.findings.into_iter().map(|f| text.outward(f)).collect(),
        };
        inner.into_iter().map(outward).collect()
    }

    /// The policies of a tree, checked.
    fn tree(
        &self,
        tree: &Tree,
        outer: Hint,
        depth: usize,
        versions: Option<&Versions<'_>>,
    ) -> Vec<CheckedDocument> {
        let mut documents = Vec::new();
        let mut here = Vec::new();
        for site in sites(tree) {
            match site {
                Site::Here(value) => {
                    here.push((documents.len(), value.range()));
                    let hint = if value.parent().is_none() { outer } else { kind::hint(value) };
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
        let place = format!("{}{base}", self.base);
        let inner =
            Run { base: &place, ..*self }.tree(&embedded.tree, kind::hint(string), depth, None);
        let outward = |document: CheckedDocument| CheckedDocument {
            pointer: format!("{base}{}", document.pointer),
            kind: document.kind,
            statements: document.statements.iter().map(|r| embedded.range(*r)).collect(),
            findings: document.findings.into_iter().map(|f| embedded.outward(f)).collect(),
        };
        inner.into_iter().map(outward).collect()
    }

    /// The policies of a template or plan, each way that they may be.
    pub(super) fn host_policies(&self, host: &Host) -> Vec<ReadPolicy> {
        let texts = host.policies.iter().flat_map(|p| p.texts.iter().map(|text| (p.hint, text)));
        texts.flat_map(|(hint, text)| self.policies(&text.tree, hint, 1)).collect()
    }

    /// The policies of a tree and of the documents in its strings. Those with holes are read so
    /// that what is proved of them holds whatever fills the holes, where that can be done.
    pub(super) fn policies(&self, tree: &Tree, outer: Hint, depth: usize) -> Vec<ReadPolicy> {
        let mut policies = Vec::new();
        for site in sites(tree) {
            match site {
                Site::Here(value) => {
                    let hint = if value.parent().is_none() { outer } else { kind::hint(value) };
                    policies.push(whatever_fills_it(tree, self.read(value, hint)));
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
        if !tree.root().is_some_and(|root| root.kind().is_container()) {
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

    pub(super) fn read(&self, value: Value<'_>, hint: Hint) -> ReadPolicy {
        let policy = keyaki_ir::lower_value(value);
        let Kind { kind, resource_type, .. } = self.kind(&policy, hint);
        ReadPolicy { policy, kind, resource_type }
    }

    pub(super) fn kind(&self, policy: &Policy, hint: Hint) -> Kind {
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
            let place = format!("{}{pointer}", self.base);
            config.settle(self.path, (&place, policy), &mut findings);
        }
        let statements = statement_ranges(tree, policy);
        CheckedDocument { pointer, kind: Some(known.kind), statements, findings }
    }
}

/// A policy with free conditions in the place of its holes: what is not known before deployment is
/// the same before and after an edit, if it is written in the same way.
fn whatever_fills_it(tree: &Tree, read: ReadPolicy) -> ReadPolicy {
    if read.policy.holes.is_empty() {
        return read;
    }
    let known = hole::general(tree, &read.policy, false, Principals::Free, &str::to_owned);
    match known {
        Ok(policy) => ReadPolicy { policy, ..read },
        Err(_) => read,
    }
}

/// What makes two findings of a file the same.
type Key = (TextRange, &'static str, String);

fn key(finding: &Finding) -> Key {
    (finding.range(), finding.rule.name, finding.message.clone())
}

/// Documents that are merged into others are read several times: what is found in them is told
/// once.
fn keep_first(documents: &mut [CheckedDocument]) {
    let mut seen = HashSet::new();
    for document in documents {
        let found: Vec<Key> = document.findings.iter().map(key).collect();
        document.findings.retain(|finding| !seen.contains(&key(finding)));
        seen.extend(found);
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
