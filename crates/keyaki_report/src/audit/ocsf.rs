//! Findings about a snapshot as events of the Open Cybersecurity Schema Framework, a line each:
//! class Detection Finding (2004) of version 1.3.0, with the profile `cloud`.

use std::io::{self, Write};

use serde_json::{Value, json};

use crate::audit::{Audit, Finding, Resolved, controls};

const VERSION: &str = "1.3.0";
const CLASS: u32 = 2004;

/// Writes the events.
///
/// # Errors
/// When the output cannot be written.
pub(crate) fn write(audit: &Audit, out: &mut dyn Write) -> io::Result<()> {
    audit.findings.iter().try_for_each(|f| writeln!(out, "{}", event(audit, f)))?;
    audit.resolved.iter().try_for_each(|r| writeln!(out, "{}", closed(audit, r)))
}

fn frame(audit: &Audit, activity: (u32, &str), status: (u32, &str)) -> Value {
    json!({
        "activity_id": activity.0,
        "activity_name": activity.1,
        "category_name": "Findings",
        "category_uid": 2,
        "class_name": "Detection Finding",
        "class_uid": CLASS,
        "type_uid": CLASS * 100 + activity.0,
        "metadata": {
            "version": VERSION,
            "profiles": ["cloud"],
            "product": {"name": "keyaki", "vendor_name": "keyaki", "version": audit.versions[0]},
        },
        "status": status.1,
        "status_id": status.0,
        "time": audit.now_millis,
    })
}

fn event(audit: &Audit, finding: &Finding) -> Value {
    let activity = if finding.status == Some("CHANGED") { (2, "Update") } else { (1, "Create") };
    let mut event = frame(audit, activity, (1, "New"));
    let (number, name) = match finding.severity {
        "high" => (4, "High"),
        "medium" => (3, "Medium"),
        _ => (2, "Low"),
    };
    event["severity_id"] = number.into();
    event["severity"] = name.into();
    event["message"] = finding.sentence.clone().into();
    event["finding_info"] = json!({
        "uid": finding.id,
        "title": format!("{}: {}", finding.kind, finding.resource),
        "desc": finding.sentence,
        "types": [finding.kind],
        "analytic": {"type_id": 1, "type": "Rule", "name": finding.kind, "uid": finding.kind},
    });
    event["cloud"] = json!({"provider": "AWS", "account": {"uid": finding.account}});
    event["resources"] = json!([{
        "uid": finding.resource,
        "type": finding.resource_kind,
        "cloud_partition": partition(&finding.resource),
    }]);
    event["remediation"] = json!({"desc": finding.remedy});
    event["unmapped"] = json!({
        "principal": finding.principal,
        "actions": finding.actions,
        "conditions": finding.conditions,
        "replay": finding.witness.as_ref().map(|w| &w.replay),
        "statements": finding.statements.iter().map(|s| s.place()).collect::<Vec<_>>(),
        "controls": controls(finding.kind).map(|c| format!("{} {}", c.framework, c.number)).collect::<Vec<_>>(),
    });
    event
}

fn closed(audit: &Audit, gone: &Resolved) -> Value {
    let mut event = frame(audit, (3, "Close"), (4, "Resolved"));
    event["severity_id"] = 1.into();
    event["severity"] = "Informational".into();
    event["message"] = gone.sentence.clone().into();
    event["finding_info"] = json!({
        "uid": gone.id,
        "title": format!("{}: {}", gone.kind, gone.resource),
        "types": [gone.kind],
    });
    event["cloud"] = json!({"provider": "AWS"});
    event["resources"] = json!([{"uid": gone.resource}]);
    event
}

pub(super) fn partition(arn: &str) -> &str {
    arn.split(':').nth(1).filter(|p| p.starts_with("aws")).unwrap_or("aws")
}
