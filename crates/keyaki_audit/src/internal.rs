//! Who inside of the zone of trust can reach chosen resources.

use keyaki_account::Principal;
use keyaki_analyze::{Access, actions_with};
use keyaki_eval::Caller;

use crate::asked::Asked;
use crate::finding::{About, Finding, FindingKind, Outcome, Severity};
use crate::known::Known;
use crate::layered::Layered;
use crate::reach::{Can, Reach, who_can};
use crate::target::Target;
use crate::{Auditor, ZoneOfTrust, sentence};

const NAME: &str = "internal";

/// The users and roles inside of the zone of trust that have access to one resource.
///
/// As with AWS's analyzer for internal access, every user and role of every account in the zone
/// is asked about, over identity policies, boundary, SCPs, RCPs and the policy of the resource.
/// Root users are left out.
pub fn internal(target: &Target, zone: &ZoneOfTrust, auditor: &Auditor<'_>) -> Outcome {
    let Some(owner) = &target.account else {
        return Outcome::not(NAME, &target.arn, "nothing tells which account owns it");
    };
    if let Some(defect) = target.policy.as_ref().and_then(|p| p.defect.as_ref()) {
        return Outcome::not(NAME, &target.arn, format!("its policy is broken: {defect}"));
    }
    let accounts = zone.around(owner, auditor.snapshot).accounts;
    let mut outcome = Outcome::default();
    for principal in auditor.snapshot.described_principals() {
        if accounts.contains(&principal.account) && principal.arn != target.arn {
            outcome.add(of_principal(target, owner, principal, auditor));
        }
    }
    for account in accounts {
        let is_read = auditor.snapshot.accounts.get(&account).is_some_and(|a| a.has_identities);
        if !is_read {
            let why = format!("users and roles of {account} are not in the snapshot");
            outcome.add(Outcome::not(NAME, &target.arn, why));
        }
    }
    outcome
}

fn of_principal(
    target: &Target,
    owner: &str,
    principal: &Principal,
    auditor: &Auditor<'_>,
) -> Outcome {
    let mut outcome = Outcome::default();
    for resource in target.patterns() {
        let actions = format!("{}:*", target.service());
        let asked = Asked::within(target, owner, &actions, resource, auditor.catalog);
        let Some(can) = who_can(&asked, principal, auditor) else { continue };
        if !can.missing.is_empty() {
            let why = format!(
                "{} lacks policies in the snapshot: {}",
                principal.arn,
                sentence::list(&can.missing)
            );
            outcome.add(Outcome::not(NAME, &target.arn, why));
        }
        match &can.reach {
            Reach::Never => {}
            Reach::Unknown(why) => {
                let why = format!("whether {} has access was not found out: {why}", principal.arn);
                outcome.add(Outcome::not(NAME, &target.arn, why));
            }
            Reach::Always(_) | Reach::When(..) => {
                let found = access(target, owner, principal, auditor);
                let finding =
                    found.map(|(actions, can)| finding(target, owner, principal, actions, can));
                outcome.findings.extend(finding);
                return outcome;
            }
        }
    }
    outcome
}

/// The actions on a resource that somebody can take, and a request for one of them; none where
/// only actions are allowed that take no such resource.
pub(crate) fn access(
    target: &Target,
    owner: &str,
    principal: &Principal,
    auditor: &Auditor<'_>,
) -> Option<(Vec<String>, Can)> {
    let actions = actions(target, owner, principal, auditor);
    let asked = actions.iter().flat_map(|action| {
        let patterns = target.patterns().into_iter();
        patterns.map(|resource| Asked::within(target, owner, action, resource, auditor.catalog))
    });
    let mut found = asked.filter_map(|a| who_can(&a, principal, auditor));
    let can = found.find(|c| matches!(c.reach, Reach::Always(_) | Reach::When(..)))?;
    Some((actions, can))
}

fn finding(
    target: &Target,
    owner: &str,
    principal: &Principal,
    actions: Vec<String>,
    can: Can,
) -> Finding {
    let (mut request, conditions) = match can.reach {
        Reach::Always(request) => (Some(*request), Vec::new()),
        Reach::When(request, conditions) => (Some(*request), conditions),
        Reach::Never | Reach::Unknown(_) => (None, Vec::new()),
    };
    let notes = request.iter_mut().map(|r| &mut r.notes);
    notes.for_each(|notes| notes.extend(can.free.iter().map(|key| format!("left free: {key}"))));
    let whose = match principal.account == owner {
        true => "of its account",
        false => "of another account inside of the zone of trust",
    };
    let when = sentence::when(&conditions);
    let what = sentence::list(&actions);
    let arn = &principal.arn;
    let kind = principal.kind.name();
    let sentence = format!("{arn}, a {kind} {whose}, has access to {}: {what}{when}", target.arn);
    let remedy = "Leave the access if it is meant; else take it out of the statements that allow it, or deny it in the resource's policy to all but those who need it.";
    let about = About { account: Some(owner), ..About::from(target) };
    Finding {
        principal: Some(arn.clone()),
        actions,
        conditions,
        request,
        statements: can.statements,
        ..Finding::about(about, FindingKind::Internal, Severity::Low, sentence, remedy)
    }
}

/// The actions that are allowed on the resource or on something in it, under whatever conditions.
fn actions(
    target: &Target,
    owner: &str,
    principal: &Principal,
    auditor: &Auditor<'_>,
) -> Vec<String> {
    let Ok(caller) = Caller::parse(&principal.arn) else { return Vec::new() };
    let (layered, _) = Layered::default().with_principal(auditor.snapshot, principal);
    let policies = layered.with_target(auditor.snapshot, target).policies;
    let known = Known::of(principal, target.account.as_ref(), &policies, auditor);
    let subject = known.subject(policies, &caller);
    let access =
        [Access { actions: vec![format!("{}:*", target.service())], resources: target.patterns() }];
    let is_near = principal.account == owner;
    let all = actions_with(&subject, &caller, is_near, &access, known.keys(), &auditor.asker());
    all.into_iter().filter(|a| takes(target, a, auditor)).collect()
}

/// Whether an action takes such a resource, as far as the catalogue knows.
fn takes(target: &Target, action: &str, auditor: &Auditor<'_>) -> bool {
    let known = auditor.catalog.action(action);
    let mut globs = known.into_iter().flat_map(|a| a.resources()).flat_map(|r| {
        r.resource_type().arns().map(|arn| arn.glob().to_owned()).collect::<Vec<_>>()
    });
    let patterns = target.patterns();
    globs.any(|glob| {
        let case = keyaki_ir::glob::Case::Sensitive;
        patterns.iter().any(|p| keyaki_ir::glob::intersects(p, &glob, case))
    })
}
