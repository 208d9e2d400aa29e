//! The policies of `testdata/judged`: the regular persona finds what was judged right, and nothing
//! else.

#![expect(clippy::print_stdout, reason = "the figures are what it is about")]

use std::path::Path;

use keyaki_diag::{Finding, LineIndex, Persona};
use keyaki_ir::PolicyKind;
use keyaki_lint::{Linter, Selection};

use crate::support::{Reading, files, lint, testdata};

#[test]
fn the_regular_persona_finds_what_was_judged_right() {
    let selection = Selection::new(Persona::Regular, &[], &[]).expect("all rules");
    let linter = Linter::new(&selection);
    let (mut policies, mut findings) = (0, 0);
    for path in files(&testdata().join("judged")) {
        let Some(kind) = kind(&path) else { continue };
        let reading = Reading { kind: Some(kind), ..Reading::default() };
        let book = std::fs::read_to_string(&path).expect("a file of judged policies");
        for judged in blocks(&book) {
            let lines: Vec<&str> = judged.lines().filter(|line| !is_mark(line)).collect();
            let policy = lines.join("\n");
            let found = lint(&linter, &policy, reading);
            (policies, findings) = (policies + 1, findings + found.len());
            assert_eq!(marked(&policy, &found), judged, "{}", path.display());
        }
    }
    println!("{policies} policies with {findings} findings");
    assert!(policies >= 40, "only {policies} policies");
}

/// The kind that a file is named after; none of the page about them.
fn kind(path: &Path) -> Option<PolicyKind> {
    path.file_stem().and_then(|stem| PolicyKind::parse(stem.to_str()?))
}

/// The JSON blocks of a page.
fn blocks(book: &str) -> impl Iterator<Item = &str> {
    let blocks = book.split("```json\n").skip(1);
    blocks.filter_map(|block| Some(block.split_once("\n```")?.0))
}

fn is_mark(line: &str) -> bool {
    line.starts_with("//")
}

/// A text with its findings under the lines that they start in.
fn marked(text: &str, findings: &[Finding]) -> String {
    let index = LineIndex::new(text);
    let mut marked: Vec<String> = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        marked.push(line.to_owned());
        let starts_here = |f: &&Finding| index.line_column(text, f.range().start).line == number;
        let mut marks: Vec<_> =
            findings.iter().filter(starts_here).map(|f| mark(text, &index, f)).collect();
        marks.sort_unstable_by(|a, b| a.find('^').cmp(&b.find('^')).then(a.cmp(b)));
        marked.extend(marks);
    }
    marked.join("\n")
}

fn mark(text: &str, index: &LineIndex, finding: &Finding) -> String {
    let before = index.line_column(text, finding.range().start).column as usize - 1;
    let source = finding.range().slice(text);
    let length = if source.contains('\n') { 1 } else { source.chars().count() };
    let indent = " ".repeat(before.saturating_sub(2));
    format!("//{indent}{} {}", "^".repeat(length), finding.rule.name)
}
