//! What a renderer sees.

use keyaki_diag::{Finding, LineColumn, LineIndex, RuleMeta, TextRange};

/// The result of a run.
#[derive(Debug, Default)]
pub struct Report<'a> {
    /// The version of the tool.
    pub version: &'a str,
    /// The rules that ran.
    pub rules: Vec<&'static RuleMeta>,
    /// The files that were checked, in the order of the output.
    pub files: Vec<File<'a>>,
}

/// A text with the policies in it.
#[derive(Debug)]
pub struct File<'a> {
    /// The path as shown, `/` between its parts.
    pub path: &'a str,
    /// The text; may be empty where there is no finding.
    pub text: &'a str,
    /// The policies of the file, in order.
    pub documents: Vec<Document<'a>>,
    lines: LineIndex,
}

/// A policy and what was found in it.
#[derive(Clone, Copy, Debug)]
pub struct Document<'a> {
    /// Pointer to the policy in the file; empty where it is the whole file.
    pub pointer: &'a str,
    /// The kind of policy; none where nothing could be read.
    pub kind: Option<&'a str>,
    /// Where the statements are in the text, by their index.
    pub statements: &'a [TextRange],
    /// What was found, in order.
    pub findings: &'a [Finding],
}

impl<'a> File<'a> {
    /// A file with its policies.
    pub fn new(path: &'a str, text: &'a str, documents: Vec<Document<'a>>) -> Self {
        Self { path, text, documents, lines: LineIndex::new(text) }
    }

    /// All findings, each with the policy that it is about.
    pub fn findings(&self) -> impl Iterator<Item = (&Document<'a>, &'a Finding)> {
        self.documents.iter().flat_map(|d| d.findings.iter().map(move |f| (d, f)))
    }

    pub(crate) fn position(&self, offset: u32) -> LineColumn {
        self.lines.line_column(self.text, offset)
    }

    /// Where a range begins and ends.
    pub(crate) fn ends(&self, range: TextRange) -> (LineColumn, LineColumn) {
        (self.position(range.start), self.position(range.end))
    }

    pub(crate) fn lines(&self) -> &LineIndex {
        &self.lines
    }
}
