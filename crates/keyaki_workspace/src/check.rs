//! From sources to findings.

mod run;

use std::borrow::Cow;
use std::cell::RefCell;
use std::path::Path;

use keyaki_catalog::Catalog;
use keyaki_diag::{Finding, TextRange};
use keyaki_ir::{Policy, PolicyKind, ResourceType};
use keyaki_lint::{Linter, Memory};
use keyaki_syntax::{Tree, Value};

use crate::config::Config;
use crate::host::{self, Language, Modules};
use crate::kind::{self, Hint, Kind};
use crate::problem::UNREADABLE_FILE;
use crate::unwrap::{Site, resembles_policy, sites};
use crate::{Content, Source, map, problem, read, threads};
use run::{Run, Text, Versions};

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
    let jobs = threads(options.jobs, sources.len());
    let modules = Modules::of(sources.iter().map(|source| &*source.path));
    // Threads that files share are busy with these.
    let inside = if jobs > 1 { Some(1) } else { options.jobs };
    map(sources, jobs, |source| {
        let run = Run { jobs: inside, ..Run::new(&source.path, options, &modules) };
        check_source(source, run)
    })
}

fn check_source(source: &Source, run: Run<'_>) -> CheckedFile {
    let path = &source.path;
    let read = match &source.content {
        Content::Named | Content::Found => read(path),
        Content::Text(bytes) => return run.check_named(bytes.into()),
        Content::Unreadable(reason) => Err(reason.clone()),
    };
    match (read, &source.content) {
        (Ok(bytes), Content::Found) => run.check_found(bytes),
        (Ok(bytes), Content::Named | Content::Text(_) | Content::Unreadable(_)) => {
            run.check_named(bytes.into())
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
    Run::new(path, options, &Modules::default()).check_named(bytes.into())
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
    let modules = Modules::default();
    let run = Run { linter, ..Run::new(path, options, &modules) };
    let documents = run.json(tree, Some(&versions));
    CheckedTree { documents, memories: versions.now.into_inner() }
}

/// As [`check_tree`], of a text that is no JSON. Where one line keeps it from being read, the others
/// are.
pub fn check_host(
    path: &Path,
    language: Language,
    text: &str,
    options: &Options<'_>,
    linter: &Linter,
) -> Vec<CheckedDocument> {
    Run { linter, ..Run::new(path, options, &Modules::default()) }.typed_host(language, text)
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
    let modules = Modules::default();
    let run = Run::new(path, options, &modules);
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
    let modules = Modules::default();
    let run = Run::new(path, options, &modules);
    let tree = match Text::read(path, text.as_bytes().into()) {
        Text::Host(language, text) => return run.host_policies(&run.read_host(language, &text)),
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

/// The path as it is shown.
fn shown(path: &Path) -> String {
    let path = path.to_string_lossy();
    if std::path::MAIN_SEPARATOR == '/' { path.into_owned() } else { path.replace('\\', "/") }
}
