//! Findings about a snapshot as CSV (RFC 4180), a line each, with what was resolved and what was
//! not analysed.

use std::io::{self, Write};

use crate::audit::{Audit, Finding, controls, shell};

const HEAD: [&str; 15] = [
    "id",
    "status",
    "kind",
    "severity",
    "account",
    "resource",
    "resource_kind",
    "principal",
    "actions",
    "conditions",
    "sentence",
    "statement",
    "replay",
    "remedy",
    "controls",
];

/// Writes the findings.
///
/// # Errors
/// When the output cannot be written.
pub(crate) fn write(audit: &Audit, out: &mut dyn Write) -> io::Result<()> {
    line(&HEAD.map(str::to_owned), out)?;
    audit.findings.iter().try_for_each(|f| line(&cells(f), out))?;
    for gone in &audit.resolved {
        let mut cells = empty("RESOLVED");
        cells[0].clone_from(&gone.id);
        cells[2].clone_from(&gone.kind);
        cells[5].clone_from(&gone.resource);
        cells[10].clone_from(&gone.sentence);
        line(&cells, out)?;
    }
    for (analysis, about, why) in &audit.not_analysed {
        let mut cells = empty("");
        cells[2] = "not-analysed".to_owned();
        cells[5].clone_from(about);
        cells[10] = format!("{analysis}: {why}");
        line(&cells, out)?;
    }
    Ok(())
}

fn empty(status: &str) -> [String; 15] {
    let mut cells: [String; 15] = Default::default();
    cells[1] = status.to_owned();
    cells
}

fn cells(finding: &Finding) -> [String; 15] {
    let replay = finding.witness.as_ref().map(|w| shell(&w.replay)).unwrap_or_default();
    let places: Vec<String> = finding.statements.iter().map(|s| s.place()).collect();
    let controls: Vec<String> =
        controls(finding.kind).map(|c| format!("{} {}", c.framework, c.number)).collect();
    [
        finding.id.clone(),
        finding.status.unwrap_or_default().to_owned(),
        finding.kind.to_owned(),
        finding.severity.to_owned(),
        finding.account.clone().unwrap_or_default(),
        finding.resource.clone(),
        finding.resource_kind.to_owned(),
        finding.principal.clone().unwrap_or_default(),
        finding.actions.join(" "),
        finding.conditions.join("; "),
        finding.sentence.clone(),
        places.join("; "),
        replay,
        finding.remedy.clone(),
        controls.join("; "),
    ]
}

fn line(cells: &[String], out: &mut dyn Write) -> io::Result<()> {
    let cells: Vec<String> = cells.iter().map(|c| quoted(c)).collect();
    write!(out, "{}\r\n", cells.join(","))
}

/// A cell. What a spreadsheet would take for a formula gets an apostrophe before it.
fn quoted(text: &str) -> String {
    let guard = if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { "'" } else { "" };
    let plain = !text.contains(['"', ',', '\n', '\r']);
    if plain && guard.is_empty() {
        return text.to_owned();
    }
    format!("\"{guard}{}\"", text.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula_or_ends_early() {
        assert_eq!(quoted("=cmd()"), "\"'=cmd()\"");
        assert_eq!(quoted("a \"b\", c"), "\"a \"\"b\"\", c\"");
        assert_eq!(quoted("plain"), "plain");
    }
}
