//! Who has access to which kinds of resource, as a table: a row for each principal, a column for
//! each kind, in each cell how many findings and how severe.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use super::escaped;
use crate::audit::{Audit, Finding};

/// The most rows; those with the most findings first.
const MOST: usize = 40;

pub(super) fn write(audit: &Audit, out: &mut dyn Write) -> io::Result<()> {
    let mut rows: BTreeMap<&str, BTreeMap<&str, Vec<&Finding>>> = BTreeMap::new();
    let mut kinds = BTreeSet::new();
    for finding in &audit.findings {
        // What is about a user or role itself is no access to something else.
        let is_other = |who: &&str| *who != finding.resource;
        let Some(who) = finding.principal.as_deref().filter(is_other) else { continue };
        kinds.insert(finding.resource_kind);
        rows.entry(who).or_default().entry(finding.resource_kind).or_default().push(finding);
    }
    if rows.is_empty() {
        return Ok(());
    }
    let total = |row: &BTreeMap<&str, Vec<&Finding>>| row.values().map(Vec::len).sum::<usize>();
    let mut order: Vec<_> = rows.iter().collect();
    order.sort_by_key(|(who, row)| (usize::MAX - total(row), **who));
    writeln!(
        out,
        "<section id=\"matrix\">\n<h2>Who has access to what</h2>\n<div class=\"wide\"><table class=\"matrix\">"
    )?;
    let heads: String =
        kinds.iter().map(|k| format!("<th scope=\"col\">{}</th>", escaped(k))).collect();
    writeln!(out, "<tr><th scope=\"col\">who</th>{heads}</tr>")?;
    for (who, row) in order.iter().take(MOST) {
        let cells: String = kinds.iter().map(|kind| cell(row.get(kind))).collect();
        writeln!(out, "<tr><th scope=\"row\"><code>{}</code></th>{cells}</tr>", escaped(who))?;
    }
    writeln!(out, "</table></div>")?;
    if let Some(more) = order.len().checked_sub(MOST).filter(|n| *n > 0) {
        writeln!(out, "<p>{more} more are not shown here; all findings stand below.</p>")?;
    }
    writeln!(out, "</section>")
}

fn cell(findings: Option<&Vec<&Finding>>) -> String {
    // Findings come in the order of their severity.
    let Some((findings, first)) = findings.and_then(|f| Some((f, f.first()?))) else {
        return "<td></td>".to_owned();
    };
    let (severity, id) = (first.severity, escaped(&first.id));
    format!("<td class=\"{severity}\"><a href=\"#f-{id}\">{}</a></td>", findings.len())
}
