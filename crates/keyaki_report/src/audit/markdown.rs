//! Findings about a snapshot as Markdown, for pull requests and wikis.

use std::io::{self, Write};

use crate::audit::{Audit, Finding, controls, count, shell};
use crate::markdown::{cell, code};

/// Writes the findings.
///
/// # Errors
/// When the output cannot be written.
pub(crate) fn write(audit: &Audit, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "# Access in {}\n", cell(&audit.folder))?;
    let by = ["high", "medium", "low"].map(|s| format!("{s}: {}", audit.number_of(s)));
    writeln!(
        out,
        "{} ({}), {} resolved, {} archived, {} not analysed.\n",
        count(audit.findings.len(), "finding", "findings"),
        by.join(", "),
        audit.resolved.len(),
        audit.archived,
        audit.not_analysed.len()
    )?;
    if !audit.findings.is_empty() {
        writeln!(out, "| | Kind | Resource | Finding |\n|---|---|---|---|")?;
        audit.findings.iter().try_for_each(|f| row(f, out))?;
        audit.findings.iter().try_for_each(|f| details(f, out))?;
    }
    if !audit.resolved.is_empty() {
        writeln!(out, "\n## Resolved\n\n| Kind | Resource | Finding |\n|---|---|---|")?;
        for gone in &audit.resolved {
            writeln!(
                out,
                "| {} | `{}` | {} |",
                cell(&gone.kind),
                code(&gone.resource),
                cell(&gone.sentence)
            )?;
        }
    }
    if !audit.not_analysed.is_empty() {
        writeln!(out, "\n## Not analysed\n\n| Analysis | What | Why |\n|---|---|---|")?;
        for (analysis, about, why) in &audit.not_analysed {
            writeln!(out, "| {} | {} | {} |", cell(analysis), cell(about), cell(why))?;
        }
    }
    let [tool, catalog] = &audit.versions;
    writeln!(
        out,
        "\nMade by keyaki {tool} with the catalogue of {catalog}, profile {}; {} counted as now.",
        audit.profile, audit.now
    )
}

fn row(finding: &Finding, out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        "| {} {} | `{}` | `{}` | {} |",
        finding.severity,
        finding.status.unwrap_or_default(),
        finding.kind,
        code(&finding.resource),
        cell(&finding.sentence)
    )
}

fn details(finding: &Finding, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "\n## {}: `{}`\n", finding.kind, code(&finding.resource))?;
    writeln!(out, "{}.\n", cell(&finding.sentence))?;
    if let Some(witness) = &finding.witness {
        writeln!(out, "Replay:\n\n{}", fenced("sh", &shell(&witness.replay)))?;
    }
    for statement in &finding.statements {
        writeln!(
            out,
            "Statement: {}\n\n{}",
            cell(&statement.place()),
            fenced("json", &statement.excerpt.join("\n"))
        )?;
    }
    writeln!(out, "Remedy: {}\n", cell(&finding.remedy))?;
    if let Some(policy) = &finding.proposal {
        writeln!(out, "A policy that would do:\n\n{}", fenced("json", policy))?;
    }
    let all: Vec<String> =
        controls(finding.kind).map(|c| format!("{} {}", c.framework, c.number)).collect();
    if !all.is_empty() {
        writeln!(out, "Controls: {}.\n", all.join(", "))?;
    }
    writeln!(out, "Id: `{}`", code(&finding.id))
}

/// Text in a block that it cannot end.
fn fenced(language: &str, text: &str) -> String {
    let fence = "`".repeat(text.split(|c| c != '`').map(str::len).max().unwrap_or(0).max(2) + 1);
    let text: String = text.chars().filter(|c| *c == '\n' || !c.is_control()).collect();
    format!("{fence}{language}\n{text}\n{fence}\n")
}
