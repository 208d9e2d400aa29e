//! GitLab's code quality report
//! (<https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format>).

use std::io::{self, Write};

use keyaki_diag::{Finding, Level};
use serde_json::{Value, json};

use crate::{File, Report, fingerprints};

pub(crate) fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let issues: Vec<Value> = report.files.iter().flat_map(issues).collect();
    serde_json::to_writer_pretty(&mut *out, &issues)?;
    writeln!(out)
}

fn issues(file: &File<'_>) -> impl Iterator<Item = Value> {
    file.findings()
        .zip(fingerprints(file))
        .map(|((_, finding), print)| issue(file, finding, &print))
}

fn issue(file: &File<'_>, finding: &Finding, print: &str) -> Value {
    let (start, end) = file.ends(finding.range());
    json!({
        "description": finding.message,
        "check_name": finding.rule.name,
        // It must differ between files with the same mistake.
        "fingerprint": format!("{print}:{}", file.path),
        "severity": severity(finding.level),
        "location": {
            "path": file.path,
            "positions": {
                "begin": { "line": start.line, "column": start.column },
                "end": { "line": end.line, "column": end.column },
            },
        },
    })
}

fn severity(level: Level) -> &'static str {
    match level {
        Level::Error => "critical",
        Level::Security => "major",
        Level::Warning => "minor",
        Level::Suggestion => "info",
    }
}
