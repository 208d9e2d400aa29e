//! Findings beside those of before: what a baseline and archive rules put aside, and what is new,
//! changed and resolved since an earlier report.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use keyaki_audit::FindingKind;
use keyaki_report::audit::{Audit, Finding, Resolved};
use keyaki_workspace::{Config, today};
use serde_json::{Value, json};

use crate::command::check::config;
use crate::command::file_failure;
use crate::exit::Failure;

#[derive(Debug, clap::Args)]
pub(crate) struct EarlierOptions {
    /// A file that lists findings that are accepted, such as an earlier JSON report
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,
    /// Write all findings into the baseline
    #[arg(long, requires = "baseline")]
    update_baseline: bool,
    /// An earlier JSON report: findings get a status, and those that are gone are told
    #[arg(long, value_name = "REPORT")]
    since: Option<PathBuf>,
    /// The configuration with archive rules [default: keyaki.toml here or in the nearest folder
    /// above]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Look for no configuration
    #[arg(long, conflicts_with = "config")]
    no_config: bool,
}

impl EarlierOptions {
    /// The configuration that applies.
    pub(crate) fn configuration(&self) -> Result<Option<Config>, Failure> {
        config::load(self.config.as_deref(), self.no_config)
    }

    /// Gives findings their status, and puts aside what archive rules and the baseline say.
    pub(crate) fn apply(&self, audit: &mut Audit) -> Result<(), Failure> {
        let archive = self.configuration()?;
        let since = self.since.as_deref().map(read).transpose()?;
        if let Some(since) = &since {
            compare(audit, since);
        }
        let before = audit.findings.len();
        if let Some(config) = &archive {
            let today = today();
            audit.findings.retain(|finding| !is_archived(finding, config, today));
        }
        if let Some(path) = &self.baseline {
            if self.update_baseline {
                write(path, &audit.findings)?;
            }
            let known = read(path)?;
            audit.findings.retain(|finding| !known.contains_key(&finding.id));
        }
        audit.archived = before - audit.findings.len();
        Ok(())
    }
}

/// The findings of a report or a baseline by their ids.
fn read(path: &Path) -> Result<BTreeMap<String, Value>, Failure> {
    let text = fs::read_to_string(path).map_err(|error| file_failure(path, &error))?;
    let value: Value = serde_json::from_str(&text)
        .map_err(|error| Failure::new(format!("{}: {error}", path.display())))?;
    let findings = value.get("findings").and_then(Value::as_array);
    let by_id = |finding: &Value| Some((text_of(finding, "id")?, finding.clone()));
    let known = findings.and_then(|all| all.iter().map(by_id).collect());
    let is_version_1 = value.get("version") == Some(&json!(1));
    known.filter(|_| is_version_1).ok_or_else(|| {
        Failure::new(format!("{}: this is no report and no baseline of version 1", path.display()))
    })
}

fn text_of(value: &Value, name: &str) -> Option<String> {
    value.get(name)?.as_str().map(str::to_owned)
}

fn write(path: &Path, findings: &[Finding]) -> Result<(), Failure> {
    let entry = |f: &Finding| json!({"id": f.id, "kind": f.kind, "resource": f.resource});
    let list: Vec<Value> = findings.iter().map(entry).collect();
    let baseline = json!({"version": 1, "findings": list});
    fs::write(path, format!("{baseline:#}\n")).map_err(|error| file_failure(path, &error))
}

/// What is new and changed, and what is gone: of the analyses that were made again.
fn compare(audit: &mut Audit, since: &BTreeMap<String, Value>) {
    for finding in &mut audit.findings {
        finding.status = Some(match since.get(&finding.id) {
            None => "NEW",
            Some(before) if is_same(finding, before) => "UNCHANGED",
            Some(_) => "CHANGED",
        });
    }
    let is_found = |id: &String| audit.findings.iter().any(|f| f.id == *id);
    let analysis =
        |kind: &str| FindingKind::ALL.iter().find(|k| k.name() == kind)?.analysis().into();
    let was_asked = |kind: &str| {
        let analysis: Option<&str> = analysis(kind);
        analysis.is_some_and(|name| audit.analyses.contains(&name))
    };
    let gone = since.iter().filter(|(id, _)| !is_found(id)).map(|(id, before)| Resolved {
        id: id.clone(),
        kind: text_of(before, "kind").unwrap_or_default(),
        resource: text_of(before, "resource").unwrap_or_default(),
        sentence: text_of(before, "sentence").unwrap_or_default(),
    });
    audit.resolved = gone.filter(|r| was_asked(&r.kind)).collect();
}

/// Whether a finding says the same as before of who can do what.
fn is_same(finding: &Finding, before: &Value) -> bool {
    let same = |name: &str, now: Value| before.get(name) == Some(&now);
    same("severity", json!(finding.severity))
        && same("actions", json!(finding.actions))
        && same("conditions", json!(finding.conditions))
        && same("principal", json!(finding.principal))
}

fn is_archived(finding: &Finding, config: &Config, today: keyaki_catalog::Date) -> bool {
    config.archive.iter().any(|rule| rule.applies(today, &|field| values(finding, field)))
}

/// The values of a field of archive rules.
fn values(finding: &Finding, field: &str) -> Vec<String> {
    let one = |text: &str| vec![text.to_owned()];
    if let Some(key) = field.strip_prefix("condition.") {
        let words = finding.conditions.iter();
        let own = |c: &String| {
            let (head, rest) = (c.get(..key.len())?, c.get(key.len()..)?);
            (head.eq_ignore_ascii_case(key) && rest.starts_with(' '))
                .then(|| rest.trim().to_owned())
        };
        return words.filter_map(own).collect();
    }
    let is_federated = |p: &&String| p.contains(":oidc-provider/") || p.contains(":saml-provider/");
    match field {
        "id" => one(&finding.id),
        "kind" => one(finding.kind),
        "severity" => one(finding.severity),
        "account" => finding.account.iter().cloned().collect(),
        "resource" => one(&finding.resource),
        "resource-type" => one(finding.resource_kind),
        "is-public" => one(if finding.kind == "public" { "true" } else { "false" }),
        "status" => finding.status.map(str::to_owned).into_iter().collect(),
        "action" => finding.actions.clone(),
        "principal" => finding.principal.iter().cloned().collect(),
        "principal.AWS" => finding.principal.iter().filter(|p| !is_federated(p)).cloned().collect(),
        "principal.Federated" => finding.principal.iter().filter(is_federated).cloned().collect(),
        _ => Vec::new(),
    }
}
