//! Findings as plain data for the renderers.

use std::collections::BTreeMap;

use keyaki_account::{Snapshot, coverage};
use keyaki_audit::{Clock, Finding, FindingKind, Outcome, Picture, Shown, ShownRequest, Step};
use keyaki_report::audit as view;
use keyaki_report::simulation::Request;
use keyaki_syntax::{FormatOptions, Tree};

/// How the analyses were made.
pub(crate) struct About {
    pub(crate) folder: String,
    pub(crate) analyses: Vec<&'static str>,
    pub(crate) zone: String,
    pub(crate) clock: Clock,
    pub(crate) profile: String,
    pub(crate) catalog_date: String,
}

/// `proposals` are policies by the ARN of the user or role that they are for.
pub(crate) fn audit(
    outcome: &Outcome,
    about: &About,
    proposals: &BTreeMap<String, String>,
    snapshot: &Snapshot,
) -> view::Audit {
    let not_analysed = outcome.not_analysed.iter();
    view::Audit {
        folder: about.folder.clone(),
        analyses: about.analyses.clone(),
        zone: about.zone.clone(),
        now: about.clock.now.calendar().unwrap_or_default(),
        now_millis: i64::try_from(about.clock.now.0 / 1_000_000).unwrap_or_default(),
        days: about.clock.days,
        counts: coverage(snapshot).counts,
        findings: outcome.findings.iter().map(|f| finding(f, proposals)).collect(),
        resolved: Vec::new(),
        archived: 0,
        not_analysed: not_analysed
            .map(|n| (n.analysis.to_owned(), n.about.clone(), n.why.clone()))
            .collect(),
        routes: None,
        profile: about.profile.clone(),
        versions: [env!("CARGO_PKG_VERSION").to_owned(), about.catalog_date.clone()],
    }
}

/// A finding as the renderers show it.
pub(crate) fn finding(finding: &Finding, proposals: &BTreeMap<String, String>) -> view::Finding {
    let is_about_use = finding.kind == FindingKind::UnusedAction;
    let proposal = is_about_use.then(|| proposals.get(&finding.resource)).flatten();
    view::Finding {
        status: None,
        proposal: proposal.cloned(),
        id: finding.fingerprint(),
        kind: finding.kind.name(),
        severity: finding.severity.name(),
        account: finding.account.clone(),
        resource: finding.resource.clone(),
        resource_kind: finding.resource_kind,
        principal: finding.principal.clone(),
        actions: finding.actions.clone(),
        conditions: finding.conditions.clone(),
        sentence: finding.sentence.clone(),
        witness: finding.request.as_ref().map(witness),
        steps: finding.steps.iter().map(step).collect(),
        statements: finding.statements.iter().filter_map(statement).collect(),
        remedy: finding.remedy.clone(),
    }
}

fn step(step: &Step) -> view::Step {
    view::Step {
        way: step.way,
        also: step.also.clone(),
        gains: step.gains.clone(),
        witness: witness(&step.request),
        statements: step.statements.iter().filter_map(statement).collect(),
    }
}

/// Who gets where, for a drawing.
pub(crate) fn routes(picture: &Picture) -> view::Routes {
    let node = |n: &keyaki_audit::PictureNode| view::Node {
        arn: n.arn.clone(),
        is_changed: n.is_changed,
        moves: n.moves,
    };
    let edge =
        |e: &keyaki_audit::PictureEdge| view::Edge { from: e.from, to: e.to, ways: e.ways.clone() };
    view::Routes {
        nodes: picture.nodes.iter().map(node).collect(),
        edges: picture.edges.iter().map(edge).collect(),
    }
}

/// A request as the renderers show it.
pub(crate) fn witness(shown: &ShownRequest) -> view::Witness {
    let request = &shown.request;
    let context = request.context.iter();
    view::Witness {
        request: Request {
            principal: keyaki_analyze::words::principal(&request.caller),
            action: request.action.clone(),
            resource: request.resource.clone(),
            context: context.map(|(k, v)| (k.to_owned(), v.as_slice().to_vec())).collect(),
        },
        resource_account: request.resource_account.clone(),
        absent: shown.absent.clone(),
        layers: shown.layers.iter().map(|l| (l.layer.clone(), l.says)).collect(),
        replay: shown.replay.clone(),
        notes: shown.notes.clone(),
    }
}

/// A statement with its text as it stands in its file, or laid out where it stands in a string.
pub(crate) fn statement(shown: &Shown) -> Option<view::Statement> {
    let policy = &shown.policy;
    let statement = policy.policy.statements.get(shown.statement)?;
    let range = policy.tree.range(statement.origin);
    let source = policy.tree.source();
    let text = source.get(range.start as usize..range.end as usize)?;
    let before = source.get(..range.start as usize)?;
    let first = before.bytes().filter(|b| *b == b'\n').count() + 1;
    let lines = (!policy.is_in_string).then(|| [first, first + text.matches('\n').count()]);
    let indent = before.rsplit('\n').next().unwrap_or_default();
    let indent = indent.len() - indent.trim_start().len();
    Some(view::Statement {
        layer: shown.layer.clone(),
        file: policy.file.to_string(),
        pointer: policy.pointer.clone(),
        policy: policy.name.clone(),
        lines,
        index: statement.index,
        sid: statement.sid.as_ref().map(|s| s.value.to_string()),
        excerpt: excerpt(text, indent),
    })
}

fn excerpt(text: &str, indent: usize) -> Vec<String> {
    const LONG: usize = 100;
    if text.lines().any(|line| line.len() > LONG) {
        let laid_out = keyaki_syntax::format(&Tree::parse(text), &FormatOptions::default());
        return laid_out.unwrap_or_else(|_| text.to_owned()).lines().map(str::to_owned).collect();
    }
    let dedent = |line: &str| {
        let white = line.len() - line.trim_start().len();
        line.get(white.min(indent)..).unwrap_or(line).to_owned()
    };
    text.lines().map(dedent).collect()
}
