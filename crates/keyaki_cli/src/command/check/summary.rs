//! The last line of a run.

use keyaki_diag::{Applicability, Level};
use keyaki_workspace::{CheckedFile, Status};

use super::mend::Mended;
use crate::facts::count;

/// What was looked at and what came of it, in a line or a few.
pub(super) fn summary(files: &[CheckedFile], mended: &Mended) -> String {
    let mut lines = Vec::new();
    if mended.count > 0 {
        lines.push(format!("applied {}", count(mended.count, "fix", "fixes")));
    }
    if mended.withheld > 0 {
        lines.push(left_out(mended.withheld));
    }
    lines.push(format!("{}: {}", looked_at(files), found(files)));
    let fixable = files
        .iter()
        .flat_map(CheckedFile::findings)
        .filter(|f| f.fixes.iter().any(|fix| fix.applicability == Applicability::Safe));
    match fixable.count() {
        0 => {}
        number => lines.push(format!("{number} can be mended with --fix")),
    }
    lines.join("\n")
}

/// That fixes were not applied, and why.
pub(super) fn left_out(number: usize) -> String {
    let fixes = count(number, "fix", "fixes");
    format!(
        "left out {fixes}: it was not proved that the policy allows no more, or the same, after it"
    )
}

fn looked_at(files: &[CheckedFile]) -> String {
    let of = |status| files.iter().filter(move |f| f.status == status);
    let policies = of(Status::Checked).flat_map(|f| &f.documents).filter(|d| d.kind.is_some());
    let mut text = count(policies.count(), "policy", "policies");
    text += &format!(" in {}", count(of(Status::Checked).count(), "file", "files"));
    match of(Status::NoPolicy).count() {
        0 => {}
        others => text += &format!(", {} without one", count(others, "file", "files")),
    }
    text
}

fn found(files: &[CheckedFile]) -> String {
    let number = |level: Level| {
        let findings = files.iter().flat_map(CheckedFile::findings);
        findings.filter(|f| f.level == level).count()
    };
    let names = Level::ALL.into_iter().filter_map(|level| {
        let (one, many) = match level {
            Level::Error => ("error", "errors"),
            Level::Security => ("security finding", "security findings"),
            Level::Warning => ("warning", "warnings"),
            Level::Suggestion => ("suggestion", "suggestions"),
        };
        Some(number(level)).filter(|&n| n > 0).map(|n| count(n, one, many))
    });
    let names: Vec<String> = names.collect();
    if names.is_empty() { "nothing found".to_owned() } else { names.join(", ") }
}
