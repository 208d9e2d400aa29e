//! How often each rule reported something.

use std::collections::BTreeMap;
use std::io::{self, Write};

use keyaki_diag::{Applicability, Finding};

use crate::Report;

/// Writes one line for each rule that reported something, the most frequent first:
/// count, level, name, and a star where a fix can be applied.
///
/// # Errors
/// What `out` returns.
pub fn statistics(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut rows: BTreeMap<&str, (usize, &str, bool)> = BTreeMap::new();
    for (_, finding) in report.files.iter().flat_map(|file| file.findings()) {
        let row = rows.entry(finding.rule.name).or_insert((0, finding.level.name(), false));
        row.0 += 1;
        row.2 |= is_fixable(finding);
    }
    let mut rows: Vec<_> = rows.into_iter().collect();
    rows.sort_by_key(|&(_, (count, ..))| std::cmp::Reverse(count));
    let width = rows.first().map_or(1, |(_, (count, ..))| count.to_string().len());
    for (name, (count, level, fixable)) in rows {
        let star = if fixable { "*" } else { " " };
        writeln!(out, "{count:width$} [{star}] {level:10} {name}")?;
    }
    Ok(())
}

fn is_fixable(finding: &Finding) -> bool {
    finding.fixes.iter().any(|fix| match fix.applicability {
        Applicability::Safe | Applicability::Unsafe => true,
        Applicability::DisplayOnly => false,
    })
}
