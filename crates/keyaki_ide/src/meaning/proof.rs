//! Findings that are proved rather than seen: the slower source beside the rules.
//!
//! Each is decided by the engine for all requests: a grant to the public comes with a request that
//! the evaluator allowed, a statement that grants nothing of its own with a proof. What was not
//! decided is no finding; whether a policy is public then stays open, and says so.

use keyaki_analyze::words::in_words;
use keyaki_analyze::{Answer, Asker, Question, Subject, Witness, ask};
use keyaki_diag::{Finding, Place, RuleMeta, TextRange};
use keyaki_eval::{Profile, StatementRef};
use keyaki_ir::{Effect, Policy, PolicyKind, Statement};
use keyaki_lint::{PUBLIC_ACCESS, likely_type};
use keyaki_syntax::NodeId;
use keyaki_workspace::{REDUNDANT_GRANT, ReadPolicy};

use super::{Wanted, asker, subject};
use crate::Document;

/// Longer policies take longer than anybody waits.
const MOST_STATEMENTS: usize = 60;

/// Whether a policy grants to the public.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Exposure {
    /// It does, by the principals at this place.
    Public(TextRange),
    /// It does not.
    NotPublic,
    /// That was not found out.
    Undecided(String),
}

/// What was proved of a document.
#[derive(Debug, Default)]
pub struct Proofs {
    findings: Vec<Finding>,
    exposures: Vec<(NodeId, Exposure)>,
    /// The policies of which it was not found out whether all statements grant something of their
    /// own, and why not.
    unsettled: Vec<(NodeId, String)>,
}

impl Proofs {
    /// What was found, in order of position.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// Whether there is anything to show.
    pub fn is_empty(&self) -> bool {
        self.findings.is_empty() && self.exposures.is_empty() && self.unsettled.is_empty()
    }

    /// Why it was not found out whether all statements of a policy grant something of their own.
    pub(super) fn unsettled(&self, read: &ReadPolicy) -> Option<&str> {
        let of = |(origin, _): &&(NodeId, String)| *origin == read.policy.origin;
        self.unsettled.iter().find(of).map(|(_, reason)| &**reason)
    }

    /// Whether a policy grants to the public, where that was asked.
    pub(super) fn exposure(&self, read: &ReadPolicy) -> Option<&Exposure> {
        let of = |(origin, _): &&(NodeId, Exposure)| *origin == read.policy.origin;
        self.exposures.iter().find(of).map(|(_, exposure)| exposure)
    }
}

/// Proves what can be proved of a document; none where it was told to stop on the way.
pub fn proofs(document: &Document, goes_on: &dyn Fn() -> bool) -> Option<Proofs> {
    let profile = Profile::documented();
    let wanted = Wanted(goes_on);
    let asker = Asker { decider: &wanted, ..asker(document.catalog(), &profile) };
    let mut proofs = Proofs::default();
    for read in document.policies() {
        let Ok(subject) = subject::subject(document, read) else { continue };
        if read.policy.statements.len() > MOST_STATEMENTS {
            let reason = format!("it has more than {MOST_STATEMENTS} statements");
            proofs.unsettled.push((read.policy.origin, reason.clone()));
            if is_attached_to_resource(read.kind) {
                proofs.exposures.push((read.policy.origin, Exposure::Undecided(reason)));
            }
            continue;
        }
        if !goes_on() {
            return None;
        }
        if is_attached_to_resource(read.kind) {
            expose(document, read, &subject, &asker, &mut proofs);
        }
        let Redundant { statements, undecided } = redundant(&subject, &asker, goes_on)?;
        proofs.unsettled.extend(undecided.map(|reason| (read.policy.origin, reason)));
        let findings = statements.iter().map(|at| redundant_grant(document, &read.policy, *at));
        proofs.findings.extend(findings.flatten());
    }
    proofs.findings.retain(|finding| document.settings.shows(finding.rule));
    // What was given up says nothing.
    if !goes_on() {
        return None;
    }
    let by_rules = by_rules(document);
    proofs.findings.retain(|own| !by_rules.iter().any(|found| says_the_same(found, own)));
    proofs.findings.extend(by_rules);
    proofs.findings.sort_by_key(Finding::range);
    Some(proofs)
}

/// What the rules find that ask the engine, but for the one whose question was asked here.
fn by_rules(document: &Document) -> Vec<Finding> {
    let Some(provers) = &document.settings.provers else { return Vec::new() };
    let names = provers.rules().iter().map(|rule| rule.meta.name);
    let names: Vec<&str> = names.filter(|name| *name != PUBLIC_ACCESS.name).collect();
    if names.is_empty() {
        return Vec::new();
    }
    let mut findings = document.findings_of(provers);
    findings.retain(|finding| names.contains(&finding.rule.name));
    findings
}

/// Whether a rule tells of the same statement why it grants nothing of its own.
fn says_the_same(found: &Finding, own: &Finding) -> bool {
    own.rule.name == REDUNDANT_GRANT.name
        && ["subsumed-statement", "shadowed-allow"].contains(&found.rule.name)
        && found.range() == own.range()
}

fn is_attached_to_resource(kind: PolicyKind) -> bool {
    match kind {
        PolicyKind::Resource | PolicyKind::Trust => true,
        PolicyKind::Identity
        | PolicyKind::Boundary
        | PolicyKind::Session
        | PolicyKind::Scp
        | PolicyKind::Rcp
        | PolicyKind::VpcEndpoint => false,
    }
}

/// Finds out whether a policy grants to the public.
fn expose(
    document: &Document,
    read: &ReadPolicy,
    subject: &Subject,
    asker: &Asker<'_>,
    proofs: &mut Proofs,
) {
    let resource_type = likely_type(read.kind, read.resource_type, &read.policy);
    let exposure = match ask(&Question::NoPublicAccess { subject, resource_type }, asker) {
        Answer::Proved { .. } => Exposure::NotPublic,
        Answer::Undecided(reason) => Exposure::Undecided(reason),
        Answer::Refuted(witness) => {
            let finding = public_access(document, &read.policy, &witness);
            let range = finding.range();
            proofs.findings.push(finding);
            Exposure::Public(range)
        }
    };
    proofs.exposures.push((read.policy.origin, exposure));
}

fn public_access(document: &Document, policy: &Policy, witness: &Witness) -> Finding {
    let allows = |at: StatementRef| {
        policy.statements.get(at.statement).filter(|s| s.effect() == Some(Effect::Allow))
    };
    let statements: Vec<_> =
        witness.responsible.iter().filter_map(|responsible| allows(responsible.at)).collect();
    let origins = statements.iter().map(|statement| whom(statement));
    let places: Vec<_> = origins.map(|origin| place(document, origin)).collect();
    let request = &witness.request;
    let message = format!("the public is allowed `{}`", request.action);
    let notes = vec![format!("for instance {}", in_words(witness))];
    let places = if places.is_empty() { vec![place(document, policy.origin)] } else { places };
    finding(PUBLIC_ACCESS, message, places, notes)
}

/// The element that says whom a statement names.
fn whom(statement: &Statement) -> NodeId {
    statement.principal_elements().next().map_or(statement.origin, |element| element.origin)
}

fn place(document: &Document, origin: NodeId) -> Place {
    let (range, pointer) = (document.range(origin), document.tree.pointer(origin));
    Place { range, pointer, label: String::new() }
}

fn finding(
    rule: &'static RuleMeta,
    message: String,
    places: Vec<Place>,
    notes: Vec<String>,
) -> Finding {
    let (level, confidence, fixes) = (rule.level, rule.confidence, Vec::new());
    Finding { rule, level, confidence, message, places, notes, fixes }
}

/// The statements that can be left out together without any request being refused.
#[derive(Default)]
struct Redundant {
    statements: Vec<usize>,
    /// Why one of the others was not decided, if that is so.
    undecided: Option<String>,
}

/// Finds out which statements can be left out; none where it was told to stop.
fn redundant(whole: &Subject, asker: &Asker<'_>, goes_on: &dyn Fn() -> bool) -> Option<Redundant> {
    let mut rest = whole.clone();
    let mut redundant = Redundant::default();
    let number = statements(&mut rest).map_or(0, |statements| statements.len());
    for at in (0..number).rev().filter(|_| number > 1) {
        if !goes_on() {
            return None;
        }
        let mut without = rest.clone();
        let Some(list) = statements(&mut without) else { continue };
        let statement = list.remove(at);
        if statement.effect() != Some(Effect::Allow) {
            continue;
        }
        let question = Question::NoNewAccess { old: &without, new: &rest };
        match ask(&question, asker) {
            Answer::Proved { .. } => {
                rest = without;
                redundant.statements.push(at);
            }
            Answer::Undecided(reason) => redundant.undecided = Some(reason),
            Answer::Refuted(_) => {}
        }
    }
    redundant.statements.reverse();
    Some(redundant)
}

/// The statements of the only document of a subject.
pub(super) fn statements(subject: &mut Subject) -> Option<&mut Vec<Statement>> {
    let policies = &mut subject.policies;
    let document = policies.identity.first_mut().or(policies.resource.as_mut())?;
    Some(&mut document.policy.statements)
}

/// The finding about a statement, unless a rule says the same.
fn redundant_grant(document: &Document, policy: &Policy, at: usize) -> Option<Finding> {
    let statement = policy.statements.get(at)?;
    let place = place(document, statement.origin);
    let mut known = document.findings().iter().filter(|f| f.rule.name.starts_with("redundant-"));
    if known.any(|finding| finding.range() == place.range) {
        return None;
    }
    let message = "the policy grants the same without this statement".to_owned();
    let note = "what it allows, other statements allow or deny".to_owned();
    Some(finding(&REDUNDANT_GRANT, message, vec![place], vec![note]))
}
