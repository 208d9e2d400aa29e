//! SARIF 2.1.0 (<https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>).
//!
//! Regions are real, columns in code points. Fingerprints are our own, so that an alert stays
//! the same alert while lines move. Rules bring their page; those of the security level bring
//! the severity that code scanning sorts by.

use std::io::{self, Write};

use keyaki_diag::{Applicability, Finding, Fix, Level, Place, RuleMeta, TextRange};
use serde_json::{Value, json};

use crate::{Document, File, Report, fingerprints};

pub(crate) const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// The name of our fingerprint; the number is its version.
const FINGERPRINT: &str = "keyakiStatement/v1";

/// The score of a security finding: high in the scale of code scanning (7.0 to 8.9).
const SECURITY_SEVERITY: &str = "7.5";

pub(crate) fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let rules = used_rules(report);
    let mut results = report.files.iter().flat_map(|f| file_results(f, &rules)).peekable();
    let log = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": driver(report.version, &rules) },
            "columnKind": "unicodeCodePoints",
            "results": [],
        }],
    });
    let log = serde_json::to_string_pretty(&log)?;
    // There may be any number of results, so they are written one by one into their list.
    let list = log.rfind("[]").filter(|_| results.peek().is_some());
    let (before, after) = log.split_at(list.map_or(log.len(), |at| at + 1));
    out.write_all(before.as_bytes())?;
    let mut separator = "";
    for result in results {
        write!(out, "{separator}\n{INDENT}{}", indented(&result)?)?;
        separator = ",";
    }
    if list.is_some() {
        write!(out, "\n{}", &INDENT[2..])?;
    }
    writeln!(out, "{after}")
}

/// What stands before each line of a result.
const INDENT: &str = "        ";

/// A result as lines, all but the first with their indent.
fn indented(result: &Value) -> io::Result<String> {
    let text = serde_json::to_string_pretty(result)?;
    Ok(text.replace('\n', &format!("\n{INDENT}")))
}

/// The rules that ran and those that reported, in order of their names.
fn used_rules(report: &Report<'_>) -> Vec<&'static RuleMeta> {
    let reported = report.files.iter().flat_map(|f| f.findings().map(|(_, f)| f.rule));
    let mut rules: Vec<_> = report.rules.iter().copied().chain(reported).collect();
    rules.sort_by_key(|rule| rule.name);
    rules.dedup_by_key(|rule| rule.name);
    rules
}

fn driver(version: &str, rules: &[&RuleMeta]) -> Value {
    let rules: Vec<Value> = rules.iter().map(|rule| descriptor(rule)).collect();
    json!({ "name": "keyaki", "semanticVersion": version, "rules": rules })
}

fn descriptor(rule: &RuleMeta) -> Value {
    let page = rule.page();
    let mut properties = json!({
        "tags": ["iam", rule.level.name()],
        "precision": precision(rule),
    });
    match rule.level {
        Level::Security => properties["security-severity"] = SECURITY_SEVERITY.into(),
        Level::Error | Level::Warning | Level::Suggestion => {}
    }
    if let Some(code) = rule.aws_code {
        properties["aws-code"] = code.into();
    }
    json!({
        "id": rule.name,
        "name": rule.name,
        "shortDescription": { "text": rule.summary() },
        "help": { "text": page, "markdown": page },
        "defaultConfiguration": { "level": level(rule.level) },
        "properties": properties,
    })
}

fn precision(rule: &RuleMeta) -> &'static str {
    match rule.confidence {
        keyaki_diag::Confidence::High => "very-high",
        keyaki_diag::Confidence::Medium => "medium",
        keyaki_diag::Confidence::Low => "low",
    }
}

fn level(level: Level) -> &'static str {
    match level {
        Level::Error => "error",
        Level::Security | Level::Warning => "warning",
        Level::Suggestion => "note",
    }
}

fn file_results(file: &File<'_>, rules: &[&RuleMeta]) -> impl Iterator<Item = Value> {
    let findings = file.findings().zip(fingerprints(file));
    findings.map(|((document, finding), print)| result(file, document, finding, rules, &print))
}

fn result(
    file: &File<'_>,
    document: &Document<'_>,
    finding: &Finding,
    rules: &[&RuleMeta],
    print: &str,
) -> Value {
    let mut result = json!({
        "ruleId": finding.rule.name,
        "ruleIndex": rules.iter().position(|r| r.name == finding.rule.name),
        "level": level(finding.level),
        "message": { "text": message(finding) },
        "locations": [location(file, document, finding)],
        "partialFingerprints": { FINGERPRINT: print },
        "properties": { "confidence": finding.confidence.name(), "kind": document.kind },
    });
    let related: Vec<Value> = finding.places.iter().skip(1).map(|p| related(file, p)).collect();
    if !related.is_empty() {
        result["relatedLocations"] = related.into();
    }
    let fixes: Vec<Value> =
        finding.fixes.iter().filter(|f| applies(f)).map(|f| fix(file, f)).collect();
    if !fixes.is_empty() {
        result["fixes"] = fixes.into();
    }
    result
}

/// The message with its notes, each on a line of its own.
fn message(finding: &Finding) -> String {
    finding.notes.iter().fold(finding.message.clone(), |text, note| text + "\n" + note)
}

fn location(file: &File<'_>, document: &Document<'_>, finding: &Finding) -> Value {
    let pointer = finding.place().map_or("", |p| &p.pointer);
    let pointer = format!("{}{pointer}", document.pointer);
    json!({
        "physicalLocation": physical(file, finding.range()),
        "logicalLocations": [{ "fullyQualifiedName": pointer, "kind": "value" }],
    })
}

fn related(file: &File<'_>, place: &Place) -> Value {
    let mut location = json!({ "physicalLocation": physical(file, place.range) });
    if !place.label.is_empty() {
        location["message"] = json!({ "text": place.label });
    }
    location
}

fn physical(file: &File<'_>, range: TextRange) -> Value {
    json!({ "artifactLocation": artifact(file), "region": region(file, range) })
}

fn artifact(file: &File<'_>) -> Value {
    json!({ "uri": uri(file.path) })
}

fn region(file: &File<'_>, range: TextRange) -> Value {
    let (start, end) = file.ends(range);
    json!({
        "startLine": start.line,
        "startColumn": start.column,
        "endLine": end.line,
        "endColumn": end.column,
    })
}

fn applies(fix: &Fix) -> bool {
    match fix.applicability {
        Applicability::Safe | Applicability::Unsafe => true,
        Applicability::DisplayOnly => false,
    }
}

fn fix(file: &File<'_>, fix: &Fix) -> Value {
    let replacements: Vec<Value> = fix.edits.iter().map(|e| replacement(file, e)).collect();
    json!({
        "description": { "text": fix.title },
        "artifactChanges": [{ "artifactLocation": artifact(file), "replacements": replacements }],
    })
}

fn replacement(file: &File<'_>, edit: &keyaki_diag::Edit) -> Value {
    json!({
        "deletedRegion": region(file, edit.range),
        "insertedContent": { "text": edit.replacement },
    })
}

/// A path as a URI reference: relative ones stay relative, absolute ones get the file scheme.
pub(crate) fn uri(path: &str) -> String {
    let scheme = if path.starts_with('/') { "file://" } else { "" };
    path.bytes().fold(scheme.to_owned(), |mut uri, byte| {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                uri.push(char::from(byte));
            }
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
        uri
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_become_uri_references() {
        assert_eq!(uri("a b/ü.json"), "a%20b/%C3%BC.json");
        assert_eq!(uri("/x/y.json"), "file:///x/y.json");
        assert_eq!(uri("-"), "-");
    }
}
