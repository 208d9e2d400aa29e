//! Findings about a snapshot as one HTML file: no image, nothing from elsewhere, and one small
//! script that filters, without which all is there as well. It follows the reader's choice of dark
//! or light, and prints.

mod matrix;
mod script;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use crate::audit::{Audit, Finding, Statement, Witness, controls, count, shell};

const STYLE: &str = include_str!("audit.css");

/// Writes the report.
///
/// # Errors
/// When the output cannot be written.
pub fn write(audit: &Audit, out: &mut dyn Write) -> io::Result<()> {
    let folder = escaped(&audit.folder);
    writeln!(
        out,
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{}'\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <title>Access in {folder}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<main>",
        script::DIGEST
    )?;
    writeln!(out, "<h1>Access in {folder}</h1>")?;
    write_summary(audit, out)?;
    matrix::write(audit, out)?;
    write_routes(audit, out)?;
    write_filter(audit, out)?;
    for severity in ["high", "medium", "low"] {
        write_severity(audit, severity, out)?;
    }
    write_resolved(audit, out)?;
    write_not_analysed(audit, out)?;
    write_method(audit, out)?;
    writeln!(out, "</main>\n<script>{}</script>\n</body>\n</html>", script::TEXT)
}

fn write_summary(audit: &Audit, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "<section id=\"summary\">\n<h2>Summary</h2>\n<ul class=\"tiles\">")?;
    for severity in ["high", "medium", "low"] {
        let number = audit.number_of(severity);
        writeln!(
            out,
            "<li class=\"{severity}\"><a href=\"#{severity}\"><b>{number}</b> {severity}</a></li>"
        )?;
    }
    let not = audit.not_analysed.len();
    writeln!(out, "<li><a href=\"#not-analysed\"><b>{not}</b> not analysed</a></li>\n</ul>")?;
    write_bars(audit, out)?;
    let counts = audit.counts.iter().filter(|(_, n)| *n > 0);
    let counts: Vec<String> = counts.map(|([one, many], n)| count(*n, one, many)).collect();
    writeln!(out, "<p>Looked at: {}.</p>\n</section>", escaped(&counts.join(", ")))
}

/// What the script filters by; it shows this where it runs.
fn write_filter(audit: &Audit, out: &mut dyn Write) -> io::Result<()> {
    let of = |name: &str, values: BTreeSet<&str>| {
        let option = |value: &&str| format!("<option>{}</option>", escaped(value));
        let options: String = values.iter().map(option).collect();
        format!(
            "<label>{name} <select name=\"{name}\"><option value=\"\">all</option>{options}</select></label>"
        )
    };
    let findings = || audit.findings.iter();
    writeln!(
        out,
        "<form id=\"filter\" hidden>\n<label>text <input type=\"search\" name=\"text\"></label>"
    )?;
    writeln!(out, "{}", of("severity", findings().map(|f| f.severity).collect()))?;
    writeln!(out, "{}", of("kind", findings().map(|f| f.kind).collect()))?;
    writeln!(out, "{}", of("account", findings().filter_map(|f| f.account.as_deref()).collect()))?;
    writeln!(out, "{}", of("status", findings().filter_map(|f| f.status).collect()))?;
    writeln!(
        out,
        "<output name=\"shown\"></output>\n<button type=\"reset\">show all</button>\n\
         <button type=\"button\" name=\"open\">open all</button>\n\
         <button type=\"button\" name=\"close\">close all</button>\n</form>"
    )
}

/// How many findings there are of each kind, drawn.
fn write_bars(audit: &Audit, out: &mut dyn Write) -> io::Result<()> {
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    audit.findings.iter().for_each(|f| *kinds.entry(f.kind).or_default() += 1);
    let most = kinds.values().copied().max().unwrap_or(1);
    writeln!(out, "<table class=\"bars\">\n<caption>Findings by kind</caption>")?;
    for (kind, number) in kinds {
        let width = (number * 100).div_ceil(most);
        writeln!(
            out,
            "<tr><th scope=\"row\">{kind}</th><td>{number}</td>\
             <td class=\"bar\"><span style=\"width:{width}%\"></span></td></tr>"
        )?;
    }
    writeln!(out, "</table>")
}

/// Who can become what, drawn.
fn write_routes(audit: &Audit, out: &mut dyn Write) -> io::Result<()> {
    let Some(routes) = audit.routes.as_ref().filter(|r| !r.edges.is_empty()) else { return Ok(()) };
    writeln!(out, "<section id=\"routes\">\n<h2>Ways to more permissions</h2>")?;
    crate::routes_svg::write(routes, out)?;
    writeln!(out, "</section>")
}

fn write_severity(audit: &Audit, severity: &str, out: &mut dyn Write) -> io::Result<()> {
    let findings: Vec<&Finding> =
        audit.findings.iter().filter(|f| f.severity == severity).collect();
    if findings.is_empty() {
        return writeln!(out, "<section id=\"{severity}\"></section>");
    }
    writeln!(out, "<section id=\"{severity}\" class=\"findings\">\n<h2>Severity {severity}</h2>")?;
    findings.into_iter().try_for_each(|f| write_finding(f, out))?;
    writeln!(out, "</section>")
}

fn write_finding(finding: &Finding, out: &mut dyn Write) -> io::Result<()> {
    let (severity, kind, id) = (finding.severity, finding.kind, escaped(&finding.id));
    let account = escaped(finding.account.as_deref().unwrap_or_default());
    let status = finding.status.unwrap_or_default();
    writeln!(
        out,
        "<details class=\"finding {severity}\" id=\"f-{id}\" data-severity=\"{severity}\" \
         data-kind=\"{kind}\" data-account=\"{account}\" data-status=\"{status}\" open>"
    )?;
    writeln!(
        out,
        "<summary><span class=\"kind\">{kind}</span> {status} <code>{}</code></summary>",
        escaped(&finding.resource)
    )?;
    writeln!(out, "<p class=\"sentence\">{}.</p>\n<dl>", escaped(&finding.sentence))?;
    for (at, step) in finding.steps.iter().enumerate() {
        row(&format!("{}.", at + 1), &format!("<b>{}</b>", escaped(step.way)), out)?;
        write_witness(&step.witness, out)?;
        if !step.gains.is_empty() {
            row("gains", &escaped(&step.told()), out)?;
        }
    }
    if let Some(witness) = finding.witness.as_ref().filter(|_| finding.steps.is_empty()) {
        write_witness(witness, out)?;
    }
    finding.statements.iter().try_for_each(|s| write_statement(s, out))?;
    row("remedy", &escaped(&finding.remedy), out)?;
    if let Some(policy) = &finding.proposal {
        row("policy", &format!("one that would do<pre>{}</pre>", escaped(policy)), out)?;
    }
    let controls: Vec<String> = controls(finding.kind)
        .map(|c| format!("<li>{} <b>{}</b>: {}</li>", c.framework, c.number, c.words))
        .collect();
    if !controls.is_empty() {
        row("controls", &format!("<ul class=\"controls\">{}</ul>", controls.join("")), out)?;
    }
    if let Some(account) = &finding.account {
        row("account", &escaped(account), out)?;
    }
    row("id", &format!("<code>{id}</code>"), out)?;
    writeln!(out, "</dl>\n</details>")
}

fn write_witness(witness: &Witness, out: &mut dyn Write) -> io::Result<()> {
    let r = &witness.request;
    let mut parts = vec![format!("{} on {}", r.action, r.resource), format!("by {}", r.principal)];
    parts.extend(r.context.iter().map(|(key, values)| format!("{key} = {}", values.join(", "))));
    parts.extend(witness.absent.iter().map(|key| format!("{key} is absent")));
    let parts: Vec<String> = parts.iter().map(|p| format!("<code>{}</code>", escaped(p))).collect();
    row("request", &parts.join("<br>"), out)?;
    let layer = |(name, says): &(String, &str)| {
        format!("<li class=\"{}\">{} <b>{says}</b></li>", says.replace(' ', "-"), escaped(name))
    };
    let layers: String = witness.layers.iter().map(layer).collect();
    row("layers", &format!("<ol class=\"layers\">{layers}</ol>"), out)?;
    witness.notes.iter().try_for_each(|note| row("note", &escaped(note), out))?;
    row("replay", &format!("<code>{}</code>", escaped(&shell(&witness.replay))), out)
}

fn write_statement(statement: &Statement, out: &mut dyn Write) -> io::Result<()> {
    let text = escaped(&statement.excerpt.join("\n"));
    let place = escaped(&statement.place());
    row("statement", &format!("<span class=\"place\">{place}</span><pre>{text}</pre>"), out)
}

/// A label and what it says, which is HTML.
fn row(label: &str, html: &str, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "<dt>{label}</dt><dd>{html}</dd>")
}

fn write_resolved(audit: &Audit, out: &mut dyn Write) -> io::Result<()> {
    if audit.resolved.is_empty() {
        return Ok(());
    }
    writeln!(
        out,
        "<section id=\"resolved\">\n<h2>Resolved</h2>\n<table>\n<tr><th>kind</th><th>resource</th><th>finding</th></tr>"
    )?;
    for gone in &audit.resolved {
        let cells = [&gone.kind, &gone.resource, &gone.sentence];
        let cells = cells.map(|text| format!("<td>{}</td>", escaped(text)));
        writeln!(out, "<tr>{}</tr>", cells.join(""))?;
    }
    writeln!(out, "</table>\n</section>")
}

fn write_not_analysed(audit: &Audit, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "<section id=\"not-analysed\">\n<h2>Not analysed</h2>")?;
    if audit.not_analysed.is_empty() {
        return writeln!(out, "<p>Everything that was asked about was looked at.</p>\n</section>");
    }
    writeln!(out, "<table>\n<tr><th>analysis</th><th>what</th><th>why</th></tr>")?;
    for (analysis, about, why) in &audit.not_analysed {
        let cells = [analysis, about, why].map(|text| format!("<td>{}</td>", escaped(text)));
        writeln!(out, "<tr>{}</tr>", cells.join(""))?;
    }
    writeln!(out, "</table>\n</section>")
}

fn write_method(audit: &Audit, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "<section id=\"method\">\n<h2>Method</h2>\n<dl>")?;
    row("analyses", &escaped(&audit.analyses.join(", ")), out)?;
    row("trusted", &escaped(&audit.zone), out)?;
    row("now", &escaped(&audit.now), out)?;
    row("unused after", &count(audit.days as usize, "day", "days"), out)?;
    row(
        "put aside",
        &format!(
            "{}, by archive rules and the baseline",
            count(audit.archived, "finding", "findings")
        ),
        out,
    )?;
    row("profile", &escaped(&audit.profile), out)?;
    let [tool, catalog] = &audit.versions;
    row("made by", &format!("keyaki {}, catalogue of {}", escaped(tool), escaped(catalog)), out)?;
    writeln!(out, "</dl>")?;
    writeln!(
        out,
        "<p>Each finding of access has a request that the evaluator allows over all layers that \
         the snapshot tells of; its command decides it again. What the snapshot does not hold \
         stands under “Not analysed”.</p>\n</section>"
    )
}

/// Text as HTML. Characters that steer the direction or a terminal are made visible.
pub(crate) fn escaped(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            '\n' | '\t' => html.push(c),
            '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' => html.push('\u{FFFD}'),
            c if c.is_control() => html.push('\u{FFFD}'),
            c => html.push(c),
        }
    }
    html
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(audit: &Audit) -> String {
        let mut page = Vec::new();
        let written = write(audit, &mut page);
        assert!(written.is_ok());
        String::from_utf8_lossy(&page).into_owned()
    }

    #[test]
    fn what_the_snapshot_says_stays_text() {
        let mut audit =
            Audit { folder: "<script>alert(1)</script>".to_owned(), ..Audit::default() };
        audit.not_analysed.push(("a".into(), "\"><img src=x>".into(), "\u{202E}b".into()));
        let page = page(&audit);
        assert!(
            page.matches("<script").count() == 1
                && !page.contains("<img")
                && !page.contains('\u{202E}')
        );
        assert!(page.contains("&lt;script&gt;alert(1)"));
    }

    #[test]
    fn the_page_asks_nothing_of_the_network() {
        let page = page(&Audit::default());
        for part in ["http://", "https://", "src=", "@import", "url("] {
            assert!(!page.contains(part), "{part}");
        }
    }
}
