//! One JSON object, version 1. Fields may be added to it, not changed.
//!
//! Lines and columns count from 1, columns in code points; offsets count bytes from 0.
//! A file that holds several policies has an entry for each, told apart by `document`.

use std::io::{self, Write};

use keyaki_diag::{Edit, Finding, Fix, Place, TextRange};
use serde_json::{Value, json};

use crate::{Document, File, Report};

/// The version of the contract.
pub(crate) const VERSION: u32 = 1;

pub(crate) fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    write!(out, "{{\"version\":{VERSION},\"files\":[")?;
    let mut separator = "\n";
    for file in &report.files {
        for document in &file.documents {
            out.write_all(separator.as_bytes())?;
            write_entry(file, document, out)?;
            separator = ",\n";
        }
    }
    writeln!(out, "\n]}}")
}

/// Writes an entry finding by finding: a document may have any number of them.
fn write_entry(file: &File<'_>, document: &Document<'_>, out: &mut dyn Write) -> io::Result<()> {
    let (path, pointer, kind) = (json!(file.path), json!(document.pointer), json!(document.kind));
    write!(out, "{{\"path\":{path},\"document\":{pointer},\"kind\":{kind},\"findings\":[")?;
    let mut separator = "";
    for f in document.findings {
        write!(out, "{separator}{}", finding(file, f))?;
        separator = ",";
    }
    write!(out, "]}}")
}

pub(crate) fn finding(file: &File<'_>, finding: &Finding) -> Value {
    let place = finding.place();
    let related: Vec<Value> = finding.places.iter().skip(1).map(|p| related(file, p)).collect();
    let fixes: Vec<Value> = finding.fixes.iter().map(|f| fix(file, f)).collect();
    json!({
        "rule": finding.rule.name,
        "aws_code": finding.rule.aws_code,
        "level": finding.level.name(),
        "confidence": finding.confidence.name(),
        "pointer": place.map_or("", |p| &p.pointer),
        "range": range(file, finding.range()),
        "message": finding.message,
        "label": place.map_or("", |p| &p.label),
        "related": related,
        "notes": finding.notes,
        "fixes": fixes,
    })
}

fn related(file: &File<'_>, place: &Place) -> Value {
    json!({
        "pointer": place.pointer,
        "range": range(file, place.range),
        "label": place.label,
    })
}

fn fix(file: &File<'_>, fix: &Fix) -> Value {
    let edits: Vec<Value> = fix.edits.iter().map(|e| edit(file, e)).collect();
    json!({
        "title": fix.title,
        "applicability": fix.applicability.name(),
        "edits": edits,
    })
}

fn edit(file: &File<'_>, edit: &Edit) -> Value {
    json!({ "range": range(file, edit.range), "replacement": edit.replacement })
}

fn range(file: &File<'_>, range: TextRange) -> Value {
    json!({ "start": position(file, range.start), "end": position(file, range.end) })
}

fn position(file: &File<'_>, offset: u32) -> Value {
    let at = file.position(offset);
    json!({ "line": at.line, "column": at.column, "offset": offset })
}
