//! Reviewdog's diagnostic format
//! (<https://github.com/reviewdog/reviewdog/tree/master/proto/rdf>). Its columns count bytes.

use std::io::{self, Write};

use keyaki_diag::{Applicability, Finding, Fix, Level, TextRange};
use serde_json::{Value, json};

use crate::{File, Report};

pub(crate) fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let of_file = |file| File::findings(file).map(move |(_, finding)| diagnostic(file, finding));
    let diagnostics: Vec<Value> = report.files.iter().flat_map(of_file).collect();
    let result = json!({ "source": { "name": "keyaki" }, "diagnostics": diagnostics });
    serde_json::to_writer_pretty(&mut *out, &result)?;
    writeln!(out)
}

fn diagnostic(file: &File<'_>, finding: &Finding) -> Value {
    let mut diagnostic = json!({
        "message": finding.notes.iter().fold(finding.message.clone(), |t, n| t + "\n" + n),
        "location": { "path": file.path, "range": range(file, finding.range()) },
        "severity": severity(finding.level),
        "code": { "value": finding.rule.name },
    });
    // A suggestion is one edit; a fix of several cannot be written down.
    let fix = finding.fixes.iter().find(|f| is_one_edit(f));
    if let Some(edit) = fix.and_then(|f| f.edits.first()) {
        diagnostic["suggestions"] =
            json!([{ "range": range(file, edit.range), "text": edit.replacement }]);
    }
    diagnostic
}

fn is_one_edit(fix: &Fix) -> bool {
    fix.edits.len() == 1
        && match fix.applicability {
            Applicability::Safe | Applicability::Unsafe => true,
            Applicability::DisplayOnly => false,
        }
}

fn range(file: &File<'_>, range: TextRange) -> Value {
    let position = |offset| {
        let line = file.position(offset).line;
        let start = file.lines().line_start(line).unwrap_or(0);
        json!({ "line": line, "column": offset.saturating_sub(start) + 1 })
    };
    json!({ "start": position(range.start), "end": position(range.end) })
}

fn severity(level: Level) -> &'static str {
    match level {
        Level::Error | Level::Security => "ERROR",
        Level::Warning => "WARNING",
        Level::Suggestion => "INFO",
    }
}
