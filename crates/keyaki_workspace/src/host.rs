//! Files that hold policies without being JSON policies: templates and plans.
//!
//! [`read`] tells whether a text is one, and gives its policies: each written out as JSON with a
//! tree of its own, its holes, and the way back to the file (`written.rs`). So rules and engine
//! read policies of templates as they read any other, and what they find points at the template.
//!
//! One file each: the nodes of a template (`node.rs`), YAML (`yaml.rs`, `scalar.rs`), where the
//! policies are (`search.rs`, `attachment.rs`), what functions come to (`intrinsic.rs`), how a
//! policy is written out (`emit.rs`), and where policies are named (`mention.rs`). Terraform has
//! plans (`plan.rs`) and a language (`hcl.rs`); both come to values (`value.rs`), of which policies
//! are made (`document.rs`).

mod attaching;
mod attachment;
mod definition;
mod document;
mod emit;
mod hcl;
mod intrinsic;
mod margin;
mod markdown;
pub(crate) mod mention;
mod node;
mod outside;
mod plan;
mod planned;
mod reader;
mod scalar;
mod search;
mod stack;
mod stretch;
mod suppress;
mod value;
mod written;
mod yaml;

use std::cell::Cell;
use std::collections::HashSet;
use std::ffi::OsStr;
use std::path::Path;

use keyaki_diag::TextRange;
use keyaki_syntax::{NodeKind, Tree};

use crate::holder::Holder;
use crate::kind::Hint;
pub(crate) use hcl::{Modules, counts, holders as holders_of_hcl};
pub(crate) use intrinsic::Assumed;
use intrinsic::Template;
use node::{Id, Nodes};
pub(crate) use suppress::Suppression;
pub(crate) use written::Written;

/// How much text the policies of one file may take, written out.
const MAX_TEXT: usize = 64 * 1024 * 1024;

/// A file with the policies in it.
#[derive(Debug, Default)]
pub(crate) struct Host {
    /// The policies, in order of position.
    pub(crate) policies: Vec<HostPolicy>,
    /// What keeps the file, or a part of it, from being read.
    pub(crate) problem: Option<Problem>,
    /// Resources whose names are taken.
    pub(crate) repeated: Vec<Problem>,
    /// What is accepted in it.
    pub(crate) suppressions: Vec<Suppression>,
    /// What it was read from and is of no more use; to drop it takes a while.
    pub(crate) spent: Option<hcl::File>,
}

/// A policy of a file.
#[derive(Debug)]
pub(crate) struct HostPolicy {
    /// Its JSON pointer in the file.
    pub(crate) pointer: String,
    /// What the file tells about it.
    pub(crate) hint: Hint,
    /// Its texts: one, or, where it depends on conditions, one for each way.
    pub(crate) texts: Vec<Written>,
    /// Texts in it that are checked elsewhere in the same run: what is found in these is told
    /// there.
    pub(crate) told: Vec<Written>,
}

/// What is wrong with a file.
#[derive(Clone, Debug)]
pub(crate) struct Problem {
    pub(crate) message: String,
    pub(crate) range: TextRange,
}

/// What a text is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// JSON: a policy, an answer of AWS, a template or a plan.
    Json,
    /// YAML: a template.
    Yaml,
    /// Terraform: blocks, or values of variables.
    Hcl,
    /// Terraform, in JSON.
    HclJson,
    /// Markdown with blocks of JSON.
    Markdown,
}

impl Language {
    /// Whether files in it are parts of modules of Terraform.
    pub fn is_terraform(self) -> bool {
        matches!(self, Language::Hcl | Language::HclJson)
    }
}

/// The language of a text, by its name and, where that leaves it open, its first character.
pub fn language(path: &Path, text: &[u8]) -> Language {
    let extension = path.extension().map(|e| e.to_string_lossy().to_ascii_lowercase());
    let text = text.strip_prefix("\u{feff}".as_bytes()).unwrap_or(text);
    let is_json = matches!(text.trim_ascii_start().first(), Some(b'{' | b'['));
    let stem = path.file_stem().map(Path::new).and_then(Path::extension);
    let is_of_terraform = |e: &OsStr| ["tf", "tofu"].iter().any(|own| e.eq_ignore_ascii_case(own));
    match extension.as_deref() {
        Some("json") if stem.is_some_and(is_of_terraform) => Language::HclJson,
        Some("yaml" | "yml") => Language::Yaml,
        Some("tf" | "tofu" | "tfvars") => Language::Hcl,
        Some("md" | "markdown") => Language::Markdown,
        Some("template") if !is_json => Language::Yaml,
        _ => Language::Json,
    }
}

/// Whether a text that is no JSON may hold a policy: a look at its bytes, before it is read.
pub(crate) fn may_hold_policy(language: Language, text: &str) -> bool {
    match language {
        Language::Hcl | Language::HclJson => hcl::may_hold_policy(text),
        Language::Markdown => text.contains("Statement"),
        Language::Json | Language::Yaml => text.contains("Effect") || text.contains("Statement"),
    }
}

/// Whether a text that cannot be read is meant for us: it has what templates or policies have, and
/// no signs of a template engine, which would make YAML of it first.
pub(crate) fn resembles_template(language: Language, text: &str) -> bool {
    let holds = |part| text.contains(part);
    if language.is_terraform() {
        return holds("Statement") || holds("aws_iam_policy_document");
    }
    let is_policy = holds("Effect") && (holds("Statement") || holds("statements"));
    is_policy && (holds("AWS::") || !(holds("{{") || holds("<%")))
}

/// The policies of a JSON text that is a template or a plan; none of any other.
pub(crate) fn read_json(tree: &Tree) -> Option<Host> {
    let root = tree.root()?;
    if plan::is_plan(root) {
        return Some(plan::read(tree, root));
    }
    root.get("Resources")?;
    let nodes = Nodes::of_json(tree);
    let &root = nodes.roots.first()?;
    search::is_template(&nodes, root).then(|| policies(&nodes))
}

/// The policies of a text that is no JSON. Its path leads to the other files of its module; a long
/// text is read on so many threads.
pub(crate) fn read(
    language: Language,
    path: &Path,
    text: &str,
    modules: &Modules,
    jobs: Option<usize>,
) -> Host {
    match language {
        Language::Hcl | Language::HclJson => hcl::read(text, path, modules, jobs),
        Language::Markdown => markdown::read(text),
        Language::Json | Language::Yaml => read_yaml(text),
    }
}

/// The texts over several lines, in order: no comment can stand in them.
pub(crate) fn texts(language: Language, text: &str) -> Vec<TextRange> {
    match language {
        Language::Hcl => hcl::heredocs(text),
        Language::Yaml => yaml::read(text).map(|nodes| nodes.texts()).unwrap_or_default(),
        Language::Json | Language::HclJson | Language::Markdown => Vec::new(),
    }
}

/// The holders of the policies of a JSON text that is a template or a plan; none of any other.
pub(crate) fn holders_of_json(tree: &Tree) -> Option<Vec<Holder>> {
    let root = tree.root()?;
    if plan::is_plan(root) {
        return Some(planned::holders(tree, root));
    }
    root.get("Resources")?;
    let nodes = Nodes::of_json(tree);
    let &root = nodes.roots.first()?;
    search::is_template(&nodes, root).then(|| stack::holders(&nodes))
}

/// The holders of the policies of a YAML text.
pub(crate) fn holders_of_yaml(text: &str) -> Result<Vec<Holder>, Problem> {
    let nodes = yaml::read(text);
    let nodes = nodes.map_err(|e| Problem { message: e.message, range: e.range })?;
    Ok(stack::holders(&nodes))
}

fn read_yaml(text: &str) -> Host {
    match yaml::read(text) {
        Ok(nodes) => {
            let mut host = policies(&nodes);
            if suppress::may_be_in(text) {
                let comments = suppress::yaml_comments(text, &nodes).into_iter();
                host.suppressions.extend(suppress::of_comments(text, comments, &nodes.texts()));
            }
            host
        }
        Err(error) => {
            let problem = Problem { message: error.message, range: error.range };
            Host { problem: Some(problem), ..Host::default() }
        }
    }
}

/// As [`read`], of a text that somebody may be typing. One that cannot be read because of one line
/// is read without that line, and its problem is told beside what is left.
pub(crate) fn read_typed(
    language: Language,
    path: &Path,
    text: &str,
    modules: &Modules,
    jobs: Option<usize>,
) -> Host {
    let host = read(language, path, text, modules, jobs);
    match &host.problem {
        Some(problem) if host.policies.is_empty() => {
            let mut texts = without_line(text, problem.range.start as usize);
            let rest = texts.find_map(|text| {
                let rest = read(language, path, &text, modules, jobs);
                rest.problem.is_none().then_some(rest)
            });
            Host { problem: host.problem, ..rest.unwrap_or_default() }
        }
        Some(_) | None => host,
    }
}

/// A text with blanks for the line at an offset, and with blanks for the one above.
fn without_line(text: &str, at: usize) -> impl Iterator<Item = String> {
    let start = |end: usize| text.get(..end)?.rfind('\n').map(|end| end + 1).or(Some(0));
    let here = start(at);
    let above = here.and_then(|here| start(text.get(..here)?.trim_end().len()));
    [here, above].into_iter().flatten().filter_map(|start| {
        let (before, rest) = text.split_at_checked(start)?;
        let (line, after) = rest.split_at_checked(rest.find('\n').unwrap_or(rest.len()))?;
        Some(format!("{before}{}{after}", " ".repeat(line.len())))
    })
}

fn policies(nodes: &Nodes) -> Host {
    let mut host = Host { suppressions: suppress::of_metadata(nodes), ..Host::default() };
    let mut left = MAX_TEXT;
    let steps = Cell::new(0);
    for (index, &root) in nodes.roots.iter().enumerate() {
        let template = Template::new(nodes, root, &steps);
        let base = if nodes.roots.len() > 1 { format!("/{index}") } else { String::new() };
        host.repeated.extend(repeated(nodes, root));
        for found in search::search(&template, root, &base) {
            let texts = emit::emit(&template, found.id, found.wrap);
            let Some(rest) = left.checked_sub(length_of(&texts)) else {
                host.problem = Some(too_much(nodes.get(found.id).range));
                return host;
            };
            left = rest;
            let texts: Vec<Written> = texts.into_iter().filter(is_readable).collect();
            if !texts.is_empty() {
                let policy = HostPolicy {
                    pointer: found.pointer,
                    hint: found.hint,
                    texts,
                    told: Vec::new(),
                };
                host.policies.push(policy);
            }
        }
    }
    host
}

/// The resources of a template whose logical ids are taken. What `<<` adds is no name of its own.
fn repeated(nodes: &Nodes, root: Id) -> Vec<Problem> {
    let Some(resources) = nodes.member(root, "Resources") else { return Vec::new() };
    let all = nodes.get(resources).range;
    let mut names = HashSet::new();
    let own = nodes.entries(resources).iter().filter_map(|&(name, _)| {
        let range = nodes.get(name).range;
        Some((nodes.text(name)?, range)).filter(|_| all.contains(range))
    });
    own.filter(|(name, _)| !names.insert(*name)).map(|(name, range)| taken(name, range)).collect()
}

/// A resource whose name is taken.
fn taken(name: &str, range: TextRange) -> Problem {
    Problem { message: format!("there is a resource `{name}` above"), range }
}

/// How much text some policies take.
fn length_of(texts: &[Written]) -> usize {
    texts.iter().map(|text| text.tree.source().len()).sum()
}

fn too_much(range: TextRange) -> Problem {
    Problem { message: "references make more of the policies than is read".to_owned(), range }
}

/// Whether a text can be read whatever fills its holes: all of them are in strings. What is wrong
/// with such a text is wrong whatever fills them.
fn is_readable(text: &Written) -> bool {
    let tree = &text.tree;
    if tree.holes().is_empty() || !tree.errors().iter().any(|e| e.kind.is_grammar()) {
        return true;
    }
    let strings = tree.values().filter(|v| v.kind() == NodeKind::String);
    let held: usize = strings.map(|string| tree.holes_in(string.range()).len()).sum();
    !text.is_loose && held == tree.holes().len()
}
