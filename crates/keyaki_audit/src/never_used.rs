//! What is granted and was never used, action by action.

use std::collections::{BTreeMap, BTreeSet};

use keyaki_account::Principal;
use keyaki_analyze::{Subject, actions_of};
use keyaki_eval::Caller;
use keyaki_trail::{PrincipalUse, Usage, is_data_action};

use crate::escalation::is_service_linked;
use crate::finding::{Finding, FindingKind, Outcome, Severity};
use crate::layered::Layered;
use crate::proposal::{Proposal, proposal};
use crate::{Auditor, sentence};

const NAME: &str = "unused";

/// What a user or role may do and did not do in a time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NeverUsed {
    /// By service: the actions that were not used, and how many it may use there.
    pub services: BTreeMap<String, (BTreeSet<String>, usize)>,
    /// Actions of which nothing tells whether they were used: CloudTrail does not record them, or
    /// no trail asked for such data events.
    pub not_recorded: BTreeSet<String>,
}

/// What a user or role may do and did not do, as far as events tell.
pub fn never_used(
    principal: &Principal,
    caller: &Caller,
    usage: &Usage,
    auditor: &Auditor<'_>,
) -> NeverUsed {
    let (layered, _) = Layered::default().with_principal(auditor.snapshot, principal);
    let subject = Subject { policies: layered.policies, layer: None };
    let mut never = NeverUsed::default();
    let nothing = PrincipalUse::default();
    let used = usage.principals.get(&principal.arn).unwrap_or(&nothing);
    let passes = used.actions.values().any(|u| !u.passed.is_empty());
    for action in actions_of(&subject, caller, true, &[], &auditor.asker()) {
        if keyaki_trail::is_free(&action) {
            continue;
        }
        let service = action.split(':').next().unwrap_or_default().to_owned();
        let is_used = used.actions.contains_key(&action) || (passes && action == "iam:PassRole");
        if !is_used && !is_recorded(&action, &service, usage, auditor) {
            never.not_recorded.insert(action);
            continue;
        }
        let (unused, all) = never.services.entry(service).or_default();
        *all += 1;
        if !is_used {
            unused.insert(action);
        }
    }
    never.services.retain(|_, (unused, _)| !unused.is_empty());
    never
}

/// Whether a use would be among the events.
fn is_recorded(action: &str, service: &str, usage: &Usage, auditor: &Auditor<'_>) -> bool {
    let known = auditor.catalog.action(action);
    let has_no_event = known.and_then(|a| a.permission_only()) == Some(true);
    let has_no_data = is_data_action(action) && !usage.data_services.contains(service);
    action == "iam:PassRole" || !(has_no_event || has_no_data)
}

impl NeverUsed {
    /// The actions in classes: all of a service, or one by one.
    pub fn classes(&self) -> Vec<String> {
        let mut classes = Vec::new();
        for (service, (unused, all)) in &self.services {
            match unused.len() == *all {
                true => classes.push(format!("{service}:*")),
                false => classes.extend(unused.iter().cloned()),
            }
        }
        classes
    }
}

/// The finding about what a user or role never used, with a policy that grants the rest.
pub fn unused_actions(
    principal: &Principal,
    usage: &Usage,
    auditor: &Auditor<'_>,
) -> (Outcome, Option<Proposal>) {
    if is_service_linked(&principal.arn) {
        return Default::default();
    }
    let Ok(caller) = Caller::parse(&principal.arn) else {
        return (Outcome::not(NAME, &principal.arn, "its ARN names no user or role"), None);
    };
    // What did nothing at all is an unused role or user, and needs no smaller policy.
    let Some(used) = usage.principals.get(&principal.arn).filter(|u| !u.actions.is_empty()) else {
        return Default::default();
    };
    let never = never_used(principal, &caller, usage, auditor);
    let mut outcome = Outcome::default();
    if !never.not_recorded.is_empty() {
        let names: Vec<String> = never.not_recorded.iter().cloned().collect();
        let why = format!(
            "whether it used {} is not recorded: {}",
            sentence::count(names.len(), "action", "actions"),
            sentence::list(&names)
        );
        outcome.add(Outcome::not(NAME, &principal.arn, why));
    }
    if never.services.is_empty() {
        return (outcome, None);
    }
    let proposal = proposal(&principal.arn, used, Some(principal), auditor);
    outcome.add(Outcome::of(finding(principal, &never, usage)));
    (outcome, Some(proposal))
}

fn finding(principal: &Principal, never: &NeverUsed, usage: &Usage) -> Finding {
    let number: usize = never.services.values().map(|(unused, _)| unused.len()).sum();
    let classes = never.classes();
    let times = usage
        .times
        .as_ref()
        .map_or_else(String::new, |(first, last)| format!(" from {first} to {last}"));
    let sentence = format!(
        "{} may take {} that it did not take in the events{times}: {}",
        principal.arn,
        sentence::count(number, "action", "actions"),
        sentence::list(&classes)
    );
    let remedy = "Replace its policies by the one proposed here, after a look at what happens seldom; `keyaki generate` writes it with its proof.";
    let kind = FindingKind::UnusedAction;
    let found = Finding::about(principal, kind, Severity::Low, sentence, remedy);
    Finding { actions: classes, ..found }
}
