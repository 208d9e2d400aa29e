//! A file of a module, in Terraform's language or in its JSON.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use hcl_edit::expr::Expression;
use hcl_edit::structure::{Block, Body};
use keyaki_diag::{LineColumn, LineIndex, TextRange};

use super::attached::{self, Reference};
use super::json::{self, Spelled};
use super::module::{DOCUMENT, name_of};
use super::{parts, scan};
use crate::host::{Language, Problem, Suppression, Written, language, suppress};

/// The longest file that is parsed.
const MAX_FILE: usize = 16 * 1024 * 1024;

/// A file of a module.
#[derive(Debug)]
pub(crate) struct File {
    pub(super) path: PathBuf,
    /// What it says in Terraform's language.
    pub(super) text: Box<str>,
    pub(super) body: Body,
    /// Of a file in JSON, how that was written out.
    json: Option<Spelled>,
    /// The comments and heredocs.
    scan: scan::Scan,
    /// Local values by name: the block in the body, and the attribute in the block.
    pub(super) locals: HashMap<Box<str>, (usize, usize)>,
    /// Policy documents by name: the block in the body.
    pub(super) documents: HashMap<Box<str>, usize>,
    /// What the resources of the file use which documents for.
    references: OnceLock<Vec<Reference>>,
    lines: OnceLock<LineIndex>,
}

impl File {
    /// Reads a text, on so many threads.
    pub(super) fn read(path: &Path, text: &str, jobs: Option<usize>) -> Result<File, Problem> {
        if text.len() > MAX_FILE {
            let most = MAX_FILE / 1024 / 1024;
            return Err(problem(text, &format!("at most {most} MiB of Terraform are read"), 0));
        }
        match language(path, b"") == Language::HclJson {
            true => File::of_json(path, json::spelled(text), jobs),
            false => File::of(path, text.into(), jobs),
        }
    }

    /// Reads a text that gives variables their values.
    pub(super) fn of_values(path: &Path, text: &str) -> Result<File, Problem> {
        match path.extension().is_some_and(|own| own == "json") {
            true => File::of_json(path, json::spelled_values(text), Some(1)),
            false => File::of(path, text.into(), Some(1)),
        }
    }

    fn of_json(path: &Path, mut json: Spelled, jobs: Option<usize>) -> Result<File, Problem> {
        match (File::of(path, std::mem::take(&mut json.text).into(), jobs), &json.problem) {
            (Ok(file), _) => Ok(File { json: Some(json), ..file }),
            (Err(_), Some(known)) => Err(known.clone()),
            (Err(problem), None) => Err(Problem { range: json.range(problem.range), ..problem }),
        }
    }

    fn of(path: &Path, text: Box<str>, jobs: Option<usize>) -> Result<File, Problem> {
        let scan = scan::scan(&text);
        if let Some(at) = scan.too_large {
            return Err(problem(&text, scan::TOO_LARGE, at));
        }
        // A mark of byte order stands before the language.
        let marked = text.strip_prefix('\u{feff}').map(|rest| format!("   {rest}"));
        let body = parts::read(marked.as_deref().unwrap_or(&text), &scan.seams, jobs)
            .map_err(|error| problem(&text, error.message(), error.location().offset() as u32))?;
        let (locals, documents) = index(&body);
        let (path, json) = (path.to_owned(), None);
        let (references, lines) = (OnceLock::new(), OnceLock::new());
        Ok(File { path, text, body, json, scan, locals, documents, references, lines })
    }

    /// What is wrong with the file, of which all else was read.
    pub(super) fn problem(&self) -> Option<&Problem> {
        self.json.as_ref()?.problem.as_ref()
    }

    /// A range of the text as one of the file.
    pub(super) fn origin(&self, range: TextRange) -> TextRange {
        self.json.as_ref().map_or(range, |json| json.range(range))
    }

    /// A policy that was written from the text, as one that comes from the file.
    pub(super) fn outward(&self, written: Written) -> Written {
        match &self.json {
            Some(json) => json.outward(written),
            None => written,
        }
    }

    /// What is accepted in the file.
    pub(super) fn suppressions(&mut self) -> Vec<Suppression> {
        match &mut self.json {
            Some(json) => std::mem::take(&mut json.suppressions),
            None => {
                let comments = self.scan.comments.iter().copied();
                suppress::of_comments(&self.text, comments, &self.scan.heredocs)
            }
        }
    }

    pub(super) fn local(&self, name: &str) -> Option<&Expression> {
        let &(block, attribute) = self.locals.get(name)?;
        let block = self.body.get(block)?.as_block()?;
        Some(&block.body.get(attribute)?.as_attribute()?.value)
    }

    pub(super) fn document(&self, name: &str) -> Option<&Block> {
        self.body.get(*self.documents.get(name)?)?.as_block()
    }

    /// The name of the file without its folders.
    pub(super) fn name(&self) -> String {
        name_of(&self.path)
    }

    /// The line and the column in the file where a range of the text starts.
    pub(super) fn place(&self, range: TextRange) -> LineColumn {
        let text = self.json.as_ref().map_or(&self.text, |json| &json.source);
        let lines = self.lines.get_or_init(|| LineIndex::new(text));
        lines.line_column(text, self.origin(range).start)
    }

    pub(super) fn references(&self) -> &[Reference] {
        self.references.get_or_init(|| attached::references(&self.body))
    }
}

/// What is wrong at a place of a text.
fn problem(text: &str, message: &str, at: u32) -> Problem {
    let rest = text.get(at as usize..).unwrap_or_default();
    let length = rest.chars().next().map_or(0, char::len_utf8) as u32;
    Problem { message: message.to_owned(), range: TextRange::new(at, at + length) }
}

/// Where what is there several times is taken to be.
const NOWHERE: usize = usize::MAX;

type Locals = HashMap<Box<str>, (usize, usize)>;
type Documents = HashMap<Box<str>, usize>;

fn index(body: &Body) -> (Locals, Documents) {
    let (mut locals, mut documents) = (Locals::new(), Documents::new());
    for (at, structure) in body.iter().enumerate() {
        let Some(block) = structure.as_block() else { continue };
        match (block.ident.as_str(), &block.labels[..]) {
            ("locals", []) => {
                for (index, structure) in block.body.iter().enumerate() {
                    if let Some(attribute) = structure.as_attribute() {
                        let known = locals.entry(attribute.key.as_str().into());
                        known.and_modify(|at| *at = (NOWHERE, 0)).or_insert((at, index));
                    }
                }
            }
            ("data", [kind, name]) if kind.as_str() == DOCUMENT => {
                let known = documents.entry(name.as_str().into());
                known.and_modify(|at| *at = NOWHERE).or_insert(at);
            }
            _ => {}
        }
    }
    (locals, documents)
}
