//! Who outside of the zone of trust has access, and what everybody has.

use keyaki_analyze::{Answer, Extent, Findings, Question, Subject, Zone, ask, findings_of_all};
use keyaki_eval::{Caller, Document, Layer, Policies};
use keyaki_ir::glob::{self, Case};
use keyaki_ir::{ResourceType, Statement};

use crate::finding::{Finding, FindingKind, Outcome, Severity, Shown};
use crate::layered::Layered;
use crate::reach::own;
use crate::target::Target;
use crate::{Auditor, ZoneOfTrust, replay, sentence, zone};

/// The access of principals outside of the zone of trust to one resource or role.
pub fn external(target: &Target, zone: &ZoneOfTrust, auditor: &Auditor<'_>) -> Outcome {
    const NAME: &str = "external";
    let Some(policy) = &target.policy else { return Outcome::default() };
    if let Some(why) = target.unreadable() {
        return Outcome::not(NAME, &target.arn, why);
    }
    let Some(account) = &target.account else {
        return Outcome::not(NAME, &target.arn, "nothing tells which account owns it");
    };
    let zone = zone.around(account, auditor.snapshot);
    if !zone::names_outsiders(policy, &zone) || is_blocked(target) {
        return Outcome::default();
    }
    let doubt = doubted(NAME, target);
    let layered = Layered::default().with_target(auditor.snapshot, target).with_everything();
    let subjects = subjects(target, &layered, auditor);
    let refs: Vec<&Subject> = subjects.iter().collect();
    let extent = Extent { resources: target.patterns(), without_services: true };
    doubt.and(match findings_of_all(&refs, &extent, &zone, &auditor.asker()) {
        Ok(found) => told(target, &layered, &found, &zone, auditor),
        Err(why) => Outcome::not(NAME, &target.arn, why),
    })
}

/// That statements of the policy are about something else.
fn doubted(name: &'static str, target: &Target) -> Outcome {
    let why = target.elsewhere();
    why.map_or_else(Outcome::default, |why| Outcome::not(name, &target.arn, why))
}

/// Whether Block Public Access leaves nobody outside of the account anything.
pub(crate) fn is_blocked(target: &Target) -> bool {
    let policy = target.policy.as_ref();
    target.restricts_public_buckets && policy.is_some_and(|p| keyaki_eval::is_public(&p.policy))
}

/// The policy of the resource, and each level of RCPs that reaches it.
pub(crate) fn subjects(target: &Target, layered: &Layered, auditor: &Auditor<'_>) -> Vec<Subject> {
    let own = &layered.policies;
    let resource = Policies {
        resource: own.resource.clone(),
        resource_role: own.resource_role,
        ..Policies::default()
    };
    let mut subjects = vec![Subject { policies: resource, layer: Some(Layer::Resource) }];
    if target.has_rcps(auditor.catalog) {
        let levels = own.rcp.as_deref().unwrap_or_default();
        for (at, level) in levels.iter().enumerate() {
            let Some(level) = reaching(level, target) else { continue };
            let mut rcp = vec![Vec::new(); at];
            rcp.push(level);
            let policies = Policies { rcp: Some(rcp), ..Policies::default() };
            subjects.push(Subject { policies, layer: Some(Layer::Rcp(at)) });
        }
    }
    subjects
}

/// A level of RCPs with the statements alone that are about the service; none if there is none.
fn reaching(level: &[Document], target: &Target) -> Option<Vec<Document>> {
    let all = format!("{}:*", target.service());
    let is_about = |s: &Statement| {
        let mut entries = s.action.iter().flat_map(|e| &e.entries);
        s.not_action.is_some()
            || entries.any(|e| glob::intersects(&e.text, &all, Case::Insensitive))
    };
    let mut level = level.to_vec();
    level.iter_mut().for_each(|d| d.policy.statements.retain(is_about));
    level.retain(|d| !d.policy.statements.is_empty());
    if level.is_empty() {
        return None;
    }
    let policy = full_access().policy.clone();
    level.push(Document { name: "p-RCPFullAWSAccess".to_owned(), policy });
    Some(level)
}

/// What AWS attaches at every level.
pub(crate) fn full_access() -> &'static keyaki_account::Stored {
    static TEXT: std::sync::OnceLock<keyaki_account::Stored> = std::sync::OnceLock::new();
    TEXT.get_or_init(|| {
        let text = r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}]}"#;
        keyaki_account::Stored::of_text("p-RCPFullAWSAccess", text)
    })
}

fn told(
    target: &Target,
    layered: &Layered,
    found: &Findings,
    zone: &Zone,
    auditor: &Auditor<'_>,
) -> Outcome {
    let mut outcome = Outcome::default();
    for number in &found.cover {
        let Some(cell) = found.all.get(*number) else { continue };
        match of_cell(target, layered, cell, auditor) {
            Ok(finding) => outcome.findings.push(finding),
            Err(why) => outcome.add(Outcome::not("external", &target.arn, why)),
        }
    }
    for (bounds, why) in &found.unconfirmed {
        let who = bounds.principal.as_ref().map_or("anyone", |(_, name)| &**name);
        let why = format!("whether {who} has access was not found out: {why}");
        outcome.add(Outcome::not("external", &target.arn, why));
    }
    for left_out in &found.approximations {
        outcome.add(Outcome::not("external", &target.arn, left_out.clone()));
    }
    debug_assert!(!zone.accounts.is_empty(), "the owner is trusted");
    outcome
}

fn of_cell(
    target: &Target,
    layered: &Layered,
    cell: &keyaki_analyze::Finding,
    auditor: &Auditor<'_>,
) -> Result<Finding, String> {
    let principal = match &cell.bounds.principal {
        Some((_, name)) if &**name != "*" => name.to_string(),
        Some(_) | None => "anyone".to_owned(),
    };
    let who = if principal == "anyone" { "Anyone" } else { &principal };
    let conditions: Vec<String> =
        cell.bounds.conditions.iter().map(|(key, c)| sentence::cell(key, c)).collect();
    let actions = spelled(cell, target);
    let mut request = cell.witness.request.clone();
    own(&mut request, target.account.as_ref());
    let shown =
        replay::shown(&request, &cell.witness.absent, layered, auditor.profile, auditor.catalog)?;
    let of_resource = cell.statements.iter().filter(|at| at.layer == Layer::Resource);
    let statements: Vec<Shown> = of_resource.filter_map(|at| layered.shown(*at)).collect();
    let mut shown = shown;
    shown.notes = notes(&cell.witness, &request.caller);
    let sentence = format!(
        "{who} can {} {} ({}){}",
        verb(target),
        target.arn,
        sentence::list(&actions),
        sentence::when(&conditions)
    );
    let severity = severity(&principal, &conditions);
    let remedy = remedy(target, &principal, &request.caller);
    Ok(Finding {
        principal: Some(principal),
        actions,
        conditions,
        request: Some(shown),
        statements,
        ..Finding::about(target, FindingKind::External, severity, sentence, remedy)
    })
}

/// What access to it comes to.
fn verb(target: &Target) -> &'static str {
    if target.kind == "role" { "assume" } else { "use" }
}

/// The actions as the policy spells them; what a `NotAction` leaves is `*`.
fn spelled(cell: &keyaki_analyze::Finding, target: &Target) -> Vec<String> {
    let statements = || target.policy.iter().flat_map(|p| &p.policy.statements);
    let is_spelled = |action: &str| {
        let mut entries = statements().flat_map(|s| &s.action).flat_map(|e| &e.entries);
        let by_not = || action == "*" && statements().any(|s| s.not_action.is_some());
        entries.any(|e| e.text.eq_ignore_ascii_case(action)) || by_not()
    };
    cell.actions.iter().filter(|a| is_spelled(a)).map(|a| a.to_string()).collect()
}

fn notes(witness: &keyaki_analyze::Witness, caller: &Caller) -> Vec<String> {
    let mut notes = Vec::new();
    if !witness.is_known {
        notes.push("the catalogue does not know the action".to_owned());
    } else if !witness.is_realistic {
        notes.push(
            "the catalogue knows no such action on such a resource with such keys".to_owned(),
        );
    }
    if matches!(
        caller,
        Caller::User { .. } | Caller::RoleSession { .. } | Caller::FederatedUser { .. }
    ) {
        notes.push("the principal's own account is taken to allow the request".to_owned());
    }
    notes
}

fn severity(principal: &str, conditions: &[String]) -> Severity {
    match (principal, conditions.is_empty()) {
        ("anyone", true) => Severity::High,
        _ => Severity::Medium,
    }
}

fn remedy(target: &Target, principal: &str, caller: &Caller) -> String {
    let intended = "If this is not intended,";
    if matches!(caller, Caller::WebIdentity { .. } | Caller::Saml { .. }) {
        return format!(
            "{intended} remove {principal} from the trust policy; else bind it to the subjects that need it with a condition on `sub` or `aud`."
        );
    }
    match (principal, target.kind) {
        ("anyone", _) => format!(
            "{intended} name the principals, or add a condition that outsiders cannot meet, such as `aws:PrincipalOrgID`, to the statement."
        ),
        (_, "role") => format!(
            "{intended} remove {principal} from the trust policy; if it is a third party, require an `sts:ExternalId`."
        ),
        _ => format!("{intended} remove {principal} from the policy, or narrow its actions."),
    }
}

/// What everybody has of one resource or role.
pub fn public(target: &Target, auditor: &Auditor<'_>) -> Outcome {
    const NAME: &str = "public";
    let Some(policy) = &target.policy else { return Outcome::default() };
    if let Some(why) = target.unreadable() {
        return Outcome::not(NAME, &target.arn, why);
    }
    if !zone::names_everybody(policy) || is_blocked(target) {
        return Outcome::default();
    }
    let doubt = doubted(NAME, target);
    let layered = Layered::default().with_target(auditor.snapshot, target).with_everything();
    let mut subject = Subject { policies: layered.policies.clone(), layer: None };
    with_full_access(&mut subject, target.has_rcps(auditor.catalog));
    // Types that AWS's check does not know have no keys of their own that outsiders cannot choose.
    let resource_type = target.resource_type.unwrap_or(ResourceType::SqsQueue);
    let question = Question::NoPublicAccess { subject: &subject, resource_type };
    doubt.and(match ask(&question, &auditor.asker()) {
        Answer::Proved { .. } => Outcome::default(),
        Answer::Undecided(why) => Outcome::not(NAME, &target.arn, why),
        Answer::Refuted(witness) => match of_public(target, &layered, &witness, auditor) {
            Ok(finding) => Outcome::of(finding),
            Err(why) => Outcome::not(NAME, &target.arn, why),
        },
    })
}

/// Each level of RCPs with what AWS attaches there; none where they do not reach the service.
fn with_full_access(subject: &mut Subject, reaches: bool) {
    match &mut subject.policies.rcp {
        Some(levels) if reaches => levels.iter_mut().for_each(|level| {
            let policy = full_access().policy.clone();
            level.push(Document { name: "p-RCPFullAWSAccess".to_owned(), policy });
        }),
        rcp => *rcp = None,
    }
}

fn of_public(
    target: &Target,
    layered: &Layered,
    witness: &keyaki_analyze::Witness,
    auditor: &Auditor<'_>,
) -> Result<Finding, String> {
    let mut request = witness.request.clone();
    if !target.has(&request.resource) {
        // The policy says `*`, or names something in it.
        request.resource.clone_from(&target.arn);
    }
    own(&mut request, target.account.as_ref());
    let mut shown =
        replay::shown(&request, &witness.absent, layered, auditor.profile, auditor.catalog)?;
    shown.notes = notes(witness, &request.caller);
    let statements = witness.responsible.iter().filter_map(|r| layered.shown(r.at));
    let statements: Vec<Shown> = statements.filter(|s| s.layer == "resource").collect();
    let actions = actions_of(&statements);
    let remedy = match target.kind {
        "s3-bucket" => "Turn on Block Public Access, or name the principals in the statement.",
        _ => "Name the principals in the statement, or add a condition that outsiders cannot meet.",
    };
    let what = sentence::list(&actions);
    let sentence = format!("Anyone can {} {} ({what})", verb(target), target.arn);
    Ok(Finding {
        principal: Some("anyone".to_owned()),
        actions,
        request: Some(shown),
        statements,
        ..Finding::about(target, FindingKind::Public, Severity::High, sentence, remedy)
    })
}

fn actions_of(statements: &[Shown]) -> Vec<String> {
    let mut actions = Vec::new();
    for shown in statements {
        let Some(statement) = shown.policy.policy.statements.get(shown.statement) else { continue };
        let entries = statement.action.iter().flat_map(|e| &e.entries);
        actions.extend(entries.map(|a| a.text.to_string()));
        if statement.not_action.is_some() {
            actions.push("*".to_owned());
        }
    }
    actions.sort_unstable();
    actions.dedup();
    actions
}
