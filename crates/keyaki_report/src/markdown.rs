//! A table for people, as job summaries and comments on pull requests take it.

use std::io::{self, Write};

use keyaki_diag::{Finding, Level};

use crate::{File, Report, audit};

/// How many findings the table holds at most: GitHub takes summaries of up to a mebibyte.
const ROWS: usize = 1_000;

pub(crate) fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "## keyaki\n")?;
    let all = || report.files.iter().flat_map(|f| f.findings().map(move |(_, x)| (f, x)));
    let count = all().count();
    if count == 0 {
        return writeln!(
            out,
            "No findings in {}.",
            audit::count(report.files.len(), "file", "files")
        );
    }
    writeln!(out, "{}\n", totals(&all().map(|(_, finding)| finding.level).collect::<Vec<_>>()))?;
    writeln!(out, "| | Where | Rule | Finding |\n|---|---|---|---|")?;
    for (file, finding) in all().take(ROWS) {
        row(file, finding, out)?;
    }
    match count.checked_sub(ROWS) {
        None | Some(0) => Ok(()),
        Some(more) => writeln!(out, "\n{more} more findings are not shown."),
    }
}

fn totals(levels: &[Level]) -> String {
    let all = [Level::Error, Level::Security, Level::Warning, Level::Suggestion];
    let counts = all.map(|level| (level.name(), levels.iter().filter(|l| **l == level).count()));
    let parts = counts.iter().filter(|(_, n)| *n > 0).map(|(name, n)| format!("{name}: {n}"));
    parts.collect::<Vec<_>>().join(", ")
}

fn row(file: &File<'_>, finding: &Finding, out: &mut dyn Write) -> io::Result<()> {
    let at = file.position(finding.range().start);
    writeln!(
        out,
        "| {} | `{}:{}` | `{}` | {} |",
        finding.level.name(),
        code(file.path),
        at.line,
        finding.rule.name,
        cell(&finding.message)
    )
}

/// A text within backticks within a table.
pub(crate) fn code(text: &str) -> String {
    text.replace(['`', '\n', '\r'], "'").replace('|', "\\|")
}

/// A text within a table; what stands in backticks stays so, and no markup gets through.
pub(crate) fn cell(text: &str) -> String {
    let one_line = text.replace(['\n', '\r'], " ").replace('|', "\\|");
    one_line.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
