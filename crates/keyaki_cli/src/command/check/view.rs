//! What was checked, as the renderers see it.

use keyaki_report::{Document, File, Report};
use keyaki_workspace::{CheckedFile, Options};

pub(super) fn report<'a>(files: &'a [CheckedFile], options: &Options<'_>) -> Report<'a> {
    Report {
        version: env!("CARGO_PKG_VERSION"),
        rules: options.linter.rules().iter().map(|rule| &rule.meta).collect(),
        files: files.iter().map(file).collect(),
    }
}

fn file(file: &CheckedFile) -> File<'_> {
    let documents = file.documents.iter().map(|document| Document {
        pointer: &document.pointer,
        kind: document.kind.map(keyaki_ir::PolicyKind::name),
        statements: &document.statements,
        findings: &document.findings,
    });
    File::new(&file.path, &file.text, documents.collect())
}
