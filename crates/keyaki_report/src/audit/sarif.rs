//! Findings about a snapshot as SARIF 2.1.0: a rule for each kind, a place for each statement.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::audit::{Audit, Finding, Statement, controls};
use crate::sarif::{SCHEMA, uri};

pub(crate) fn to_json(audit: &Audit) -> Value {
    let kinds: BTreeSet<&str> = audit.findings.iter().map(|f| f.kind).collect();
    let rules: Vec<Value> = kinds.iter().map(|kind| rule(kind)).collect();
    let results: Vec<Value> = audit.findings.iter().map(result).collect();
    let not_analysed: Vec<Value> = audit
        .not_analysed
        .iter()
        .map(|(analysis, about, why)| {
            json!({"level": "warning", "message": {"text": format!("{analysis}: {about}: {why}")}})
        })
        .collect();
    json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {"name": "keyaki", "semanticVersion": audit.versions[0], "rules": rules}},
            "invocations": [{"executionSuccessful": true, "toolExecutionNotifications": not_analysed}],
            "results": results,
        }],
    })
}

fn rule(kind: &str) -> Value {
    let tags: Vec<String> =
        controls(kind).map(|c| format!("{} {}", c.framework, c.number)).collect();
    json!({"id": kind, "name": kind, "properties": {"tags": tags}})
}

fn result(finding: &Finding) -> Value {
    let level = match finding.severity {
        "high" => "error",
        "medium" => "warning",
        _ => "note",
    };
    let mut result = json!({
        "ruleId": finding.kind,
        "level": level,
        "message": {"text": format!("{}. {}", finding.sentence, finding.remedy)},
        "locations": finding.statements.iter().map(|s| location(s, &finding.resource)).collect::<Vec<_>>(),
        "partialFingerprints": {"keyakiFinding/v1": finding.id},
        "properties": {
            "severity": finding.severity,
            "account": finding.account,
            "principal": finding.principal,
            "actions": finding.actions,
            "conditions": finding.conditions,
            "replay": finding.witness.as_ref().map(|w| &w.replay),
        },
    });
    if finding.statements.is_empty() {
        result["locations"] =
            json!([{"logicalLocations": [{"fullyQualifiedName": finding.resource}]}]);
    }
    let state = match finding.status {
        Some("NEW") => Some("new"),
        Some("CHANGED") => Some("updated"),
        Some(_) => Some("unchanged"),
        None => None,
    };
    if let Some(state) = state {
        result["baselineState"] = state.into();
    }
    result
}

fn location(statement: &Statement, resource: &str) -> Value {
    let mut place = json!({"artifactLocation": {"uri": uri(&statement.file)}});
    if let Some([first, last]) = statement.lines {
        place["region"] = json!({"startLine": first, "endLine": last});
    }
    json!({
        "physicalLocation": place,
        "logicalLocations": [{"fullyQualifiedName": resource}],
        "message": {"text": statement.place()},
    })
}
