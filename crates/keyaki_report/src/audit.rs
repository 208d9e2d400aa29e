//! Findings about a snapshot, in all formats: access from outside, to everybody, what is unused,
//! administrators.

use std::io::{self, Write};

use serde_json::{Value, json};

use crate::terminal::one_line;

mod asff;
mod controls;
mod csv;
mod format;
mod markdown;
mod ocsf;
mod sarif;

pub use controls::{Control, controls};
pub use format::Format;

/// What was found in a snapshot, as plain data.
#[derive(Clone, Debug, Default)]
pub struct Audit {
    /// The folder.
    pub folder: String,
    /// The analyses that were made.
    pub analyses: Vec<&'static str>,
    /// Who was trusted, in words.
    pub zone: String,
    /// The time that counted as now.
    pub now: String,
    /// The same in milliseconds since 1970.
    pub now_millis: i64,
    /// After how many days without use something counted as unused.
    pub days: u32,
    /// How many there are of each thing in the snapshot, with what one and what several are called.
    pub counts: Vec<([&'static str; 2], usize)>,
    /// What was found, in order.
    pub findings: Vec<Finding>,
    /// What an earlier report holds and is no longer found.
    pub resolved: Vec<Resolved>,
    /// How many findings archive rules and the baseline put aside.
    pub archived: usize,
    /// What was not looked at: the analysis, what, and why.
    pub not_analysed: Vec<(String, String, String)>,
    /// Who gets where by which ways, if that was asked.
    pub routes: Option<Routes>,
    /// The profile.
    pub profile: String,
    /// The version of the tool and the day of its catalogue.
    pub versions: [String; 2],
}

/// A finding of an earlier report that is no longer found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolved {
    /// Its id.
    pub id: String,
    /// Its kind.
    pub kind: String,
    /// What it was about.
    pub resource: String,
    /// What was found.
    pub sentence: String,
}

/// A finding.
#[derive(Clone, Debug)]
pub struct Finding {
    /// `NEW`, `CHANGED` or `UNCHANGED` beside an earlier report; none without one.
    pub status: Option<&'static str>,
    /// What stays the same while it is there.
    pub id: String,
    /// Its kind.
    pub kind: &'static str,
    /// `high`, `medium` or `low`.
    pub severity: &'static str,
    /// The account.
    pub account: Option<String>,
    /// The ARN of what it is about.
    pub resource: String,
    /// What that is.
    pub resource_kind: &'static str,
    /// Who has access.
    pub principal: Option<String>,
    /// The actions.
    pub actions: Vec<String>,
    /// The conditions in words.
    pub conditions: Vec<String>,
    /// What was found, in a sentence.
    pub sentence: String,
    /// A request that shows it; of several in order, the first.
    pub witness: Option<Witness>,
    /// All requests in order, where it takes several.
    pub steps: Vec<Step>,
    /// The statements that make it so.
    pub statements: Vec<Statement>,
    /// What can be done.
    pub remedy: String,
    /// The policy that would do, where there is one.
    pub proposal: Option<String>,
}

/// One of several requests, in order.
#[derive(Clone, Debug)]
pub struct Step {
    /// The way to more permissions that it belongs to.
    pub way: &'static str,
    /// Other ways that lead to the same.
    pub also: Vec<&'static str>,
    /// What is gained by it, in words; empty where more is needed.
    pub gains: String,
    /// The request.
    pub witness: Witness,
    /// The statements that allow it.
    pub statements: Vec<Statement>,
}

/// Who gets where by which ways.
#[derive(Clone, Debug, Default)]
pub struct Routes {
    /// Users and roles, as they are or changed on the way.
    pub nodes: Vec<Node>,
    /// The first move of each.
    pub edges: Vec<Edge>,
}

/// What can be held.
#[derive(Clone, Debug)]
pub struct Node {
    /// The ARN of the user or role.
    pub arn: String,
    /// Whether its policies were changed on the way.
    pub is_changed: bool,
    /// How many moves are left; none for a goal.
    pub moves: usize,
}

/// A move, by the numbers of nodes.
#[derive(Clone, Debug)]
pub struct Edge {
    /// Where it starts.
    pub from: usize,
    /// Where it leads.
    pub to: usize,
    /// The ways that lead there.
    pub ways: Vec<&'static str>,
}

/// A request that shows a finding.
#[derive(Clone, Debug)]
pub struct Witness {
    /// Who, what, on what.
    pub request: crate::simulation::Request,
    /// The account that owns the resource, where its ARN does not tell.
    pub resource_account: Option<String>,
    /// Keys that must be absent.
    pub absent: Vec<String>,
    /// What each layer says.
    pub layers: Vec<(String, &'static str)>,
    /// The command line that decides it again, word by word.
    pub replay: Vec<String>,
    /// What the reader should know.
    pub notes: Vec<String>,
}

/// A statement in its source.
#[derive(Clone, Debug)]
pub struct Statement {
    /// The layer.
    pub layer: String,
    /// The file.
    pub file: String,
    /// JSON pointer to the policy in the file.
    pub pointer: String,
    /// What the policy is called.
    pub policy: String,
    /// The first and the last line in the file; none where the policy stands inside a string.
    pub lines: Option<[usize; 2]>,
    /// Its index in the policy.
    pub index: usize,
    /// Its `Sid`.
    pub sid: Option<String>,
    /// Its text, line by line.
    pub excerpt: Vec<String>,
}

impl Statement {
    /// File and pointer, line and Sid.
    pub(crate) fn place(&self) -> String {
        let pointer =
            if self.pointer.is_empty() { String::new() } else { format!("#{}", self.pointer) };
        let lines = self.lines.map_or(String::new(), |[first, _]| format!(", line {first}"));
        let sid = self.sid.as_ref().map_or(String::new(), |sid| format!(" ({sid})"));
        format!("{}{pointer}{lines}, statement {}{sid}", self.file, self.index)
    }
}

impl Step {
    /// What is gained, and by which other ways.
    pub(crate) fn told(&self) -> String {
        match self.also.is_empty() {
            true => self.gains.clone(),
            false => format!("{} (also by {})", self.gains, self.also.join(", ")),
        }
    }
}

impl Audit {
    /// How many findings there are of a severity.
    pub(crate) fn number_of(&self, severity: &str) -> usize {
        self.findings.iter().filter(|f| f.severity == severity).count()
    }
}

/// The words of a command line as a shell reads them.
pub fn shell(words: &[String]) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=,@%+#".contains(c);
    let quote = |word: &String| match !word.is_empty() && word.chars().all(is_plain) {
        true => word.clone(),
        false => format!("'{}'", word.replace('\'', r"'\''")),
    };
    words.iter().map(quote).collect::<Vec<_>>().join(" ")
}

/// How many lines of a statement are shown.
const MOST_LINES: usize = 16;

/// The findings for people, the most severe first.
///
/// # Errors
/// When the output cannot be written.
pub fn write_text(audit: &Audit, color: bool, out: &mut dyn Write) -> io::Result<()> {
    for finding in &audit.findings {
        write_finding(finding, color, out)?;
    }
    if !audit.not_analysed.is_empty() {
        writeln!(out, "not analysed")?;
        for (analysis, about, why) in &audit.not_analysed {
            writeln!(out, "  {analysis}: {}: {}", one_line(about), one_line(why))?;
        }
        writeln!(out)?;
    }
    if !audit.resolved.is_empty() {
        writeln!(out, "resolved")?;
        for gone in &audit.resolved {
            writeln!(
                out,
                "  {} {}: {}",
                one_line(&gone.kind),
                one_line(&gone.resource),
                one_line(&gone.sentence)
            )?;
        }
        writeln!(out)?;
    }
    let number = count(audit.findings.len(), "finding", "findings");
    let by = ["high", "medium", "low"].map(|s| format!("{} {s}", audit.number_of(s)));
    writeln!(out, "{number}: {}", by.join(", "))?;
    if audit.archived > 0 {
        writeln!(out, "{} put aside", count(audit.archived, "finding was", "findings were"))?;
    }
    if !audit.not_analysed.is_empty() {
        let things = count(audit.not_analysed.len(), "thing was", "things were");
        writeln!(out, "{things} not analysed")?;
    }
    Ok(())
}

pub(crate) fn count(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

fn write_finding(finding: &Finding, color: bool, out: &mut dyn Write) -> io::Result<()> {
    let hue = match finding.severity {
        "high" => 31,
        "medium" => 33,
        _ => 34,
    };
    let severity = match color {
        true => format!("\x1b[1;{hue}m{}\x1b[0m", finding.severity),
        false => finding.severity.to_owned(),
    };
    let status = finding.status.map_or_else(String::new, |s| format!(" {s}"));
    writeln!(out, "{severity} {}{status} {}", finding.kind, one_line(&finding.resource))?;
    writeln!(out, "  {}", one_line(&finding.sentence))?;
    for (at, step) in finding.steps.iter().enumerate() {
        writeln!(out, "  {}. by {}", at + 1, step.way)?;
        write_witness(&step.witness, out)?;
        if !step.gains.is_empty() {
            line(out, "gains", &step.told())?;
        }
    }
    if let Some(witness) = finding.witness.as_ref().filter(|_| finding.steps.is_empty()) {
        write_witness(witness, out)?;
    }
    for statement in &finding.statements {
        line(out, "statement", &statement.place())?;
        let shown = statement.excerpt.iter().take(MOST_LINES);
        shown.clone().try_for_each(|l| writeln!(out, "            | {}", one_line(l)))?;
        if statement.excerpt.len() > MOST_LINES {
            writeln!(out, "            | …")?;
        }
    }
    line(out, "remedy", &finding.remedy)?;
    if let Some(policy) = &finding.proposal {
        line(out, "policy", "that would do:")?;
        policy.lines().try_for_each(|l| writeln!(out, "            | {}", one_line(l)))?;
    }
    line(out, "id", &finding.id)?;
    writeln!(out)
}

fn write_witness(witness: &Witness, out: &mut dyn Write) -> io::Result<()> {
    let r = &witness.request;
    line(out, "request", &format!("{} on {} by {}", r.action, r.resource, r.principal))?;
    for (key, values) in &r.context {
        let values = match values.as_slice() {
            [one] => one.clone(),
            several => format!("{several:?}"),
        };
        line(out, "", &format!("{key} = {values}"))?;
    }
    witness.absent.iter().try_for_each(|key| line(out, "", &format!("{key} is absent")))?;
    let layers: Vec<String> =
        witness.layers.iter().map(|(name, says)| format!("{name}: {says}")).collect();
    line(out, "layers", &layers.join(", "))?;
    witness.notes.iter().try_for_each(|note| line(out, "note", note))?;
    line(out, "replay", &shell(&witness.replay))
}

fn line(out: &mut dyn Write, label: &str, text: &str) -> io::Result<()> {
    writeln!(out, "  {label:<10}{}", one_line(text))
}

/// The findings as JSON, version 1. A witness is what `keyaki simulate --request` reads.
pub fn to_json(audit: &Audit) -> Value {
    let counts: serde_json::Map<String, Value> =
        audit.counts.iter().map(|([_, many], n)| ((*many).to_owned(), json!(n))).collect();
    let not_analysed: Vec<Value> = audit
        .not_analysed
        .iter()
        .map(|(analysis, about, why)| json!({"analysis": analysis, "about": about, "why": why}))
        .collect();
    json!({
        "version": 1,
        "analyses": audit.analyses,
        "zone": audit.zone,
        "now": audit.now,
        "days": audit.days,
        "profile": audit.profile,
        "tool": audit.versions[0],
        "catalog": audit.versions[1],
        "findings": audit.findings.iter().map(finding_json).collect::<Vec<_>>(),
        "resolved": audit.resolved.iter().map(resolved_json).collect::<Vec<_>>(),
        "archived": audit.archived,
        "not_analysed": not_analysed,
        "routes": audit.routes.as_ref().map(routes_json),
        "snapshot": {"folder": audit.folder, "counts": counts},
    })
}

/// A finding as a member of the JSON report.
pub fn finding_json(finding: &Finding) -> Value {
    json!({
        "id": finding.id,
        "kind": finding.kind,
        "severity": finding.severity,
        "status": finding.status,
        "account": finding.account,
        "resource": finding.resource,
        "resource_kind": finding.resource_kind,
        "principal": finding.principal,
        "actions": finding.actions,
        "conditions": finding.conditions,
        "sentence": finding.sentence,
        "witness": finding.witness.as_ref().map(request_json),
        "layers": finding.witness.as_ref().map_or_else(Vec::new, layers_json),
        "notes": finding.witness.as_ref().map_or(&[][..], |w| &w.notes),
        "replay": finding.witness.as_ref().map(|w| &w.replay),
        "steps": finding.steps.iter().map(step_json).collect::<Vec<_>>(),
        "statements": finding.statements.iter().map(statement_json).collect::<Vec<_>>(),
        "remedy": finding.remedy,
        "proposal": finding.proposal,
        "controls": controls(finding.kind).map(control_json).collect::<Vec<_>>(),
    })
}

fn control_json(control: Control) -> Value {
    json!({"framework": control.framework, "control": control.number, "about": control.words})
}

fn resolved_json(gone: &Resolved) -> Value {
    json!({
        "id": gone.id,
        "kind": gone.kind,
        "status": "RESOLVED",
        "resource": gone.resource,
        "sentence": gone.sentence,
    })
}

fn step_json(step: &Step) -> Value {
    json!({
        "way": step.way,
        "also": step.also,
        "gains": step.gains,
        "witness": request_json(&step.witness),
        "layers": layers_json(&step.witness),
        "notes": step.witness.notes,
        "replay": step.witness.replay,
        "statements": step.statements.iter().map(statement_json).collect::<Vec<_>>(),
    })
}

fn routes_json(routes: &Routes) -> Value {
    let node = |n: &Node| json!({"arn": n.arn, "changed": n.is_changed, "moves": n.moves});
    let edge = |e: &Edge| json!({"from": e.from, "to": e.to, "ways": e.ways});
    json!({
        "nodes": routes.nodes.iter().map(node).collect::<Vec<_>>(),
        "edges": routes.edges.iter().map(edge).collect::<Vec<_>>(),
    })
}

/// A request as `keyaki simulate --request` reads it.
pub fn request_json(witness: &Witness) -> Value {
    let proof = crate::proof::Witness {
        request: witness.request.clone(),
        resource_account: witness.resource_account.clone(),
        absent: witness.absent.clone(),
        statements: Vec::new(),
        notes: Vec::new(),
        assumed: Vec::new(),
    };
    crate::proof::witness_json(&proof)
}

fn layers_json(witness: &Witness) -> Vec<Value> {
    let layer = |(name, says): &(String, &str)| json!({"layer": name, "says": says});
    witness.layers.iter().map(layer).collect()
}

/// A statement with its place.
pub fn statement_json(statement: &Statement) -> Value {
    json!({
        "layer": statement.layer,
        "file": statement.file,
        "pointer": statement.pointer,
        "policy": statement.policy,
        "statement": statement.index,
        "sid": statement.sid,
        "lines": statement.lines,
        "text": statement.excerpt.join("\n"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_a_shell_would_split_are_quoted() {
        let words = ["keyaki", "a b", "it's", "a=b:c/d#/e", "*"].map(str::to_owned);
        assert_eq!(shell(&words), r"keyaki 'a b' 'it'\''s' a=b:c/d#/e '*'");
    }
}
