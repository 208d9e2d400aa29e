//! What somebody can do.

use std::collections::BTreeMap;

use keyaki_account::Principal;
use keyaki_analyze::{Access, actions_with};
use keyaki_eval::{Caller, Forms, ResourceRole};
use keyaki_ir::{Effect, Statement};

use crate::Auditor;
use crate::finding::NotAnalysed;
use crate::known::Known;
use crate::layered::Layered;
use crate::target::{Target, targets};

/// What a user or role can do.
#[derive(Clone, Debug, Default)]
pub struct WhatCan {
    /// The actions on resources of its own account, by service. Which resources, and under which
    /// conditions, the policies tell.
    pub own_account: BTreeMap<String, Vec<String>>,
    /// The actions that policies of resources grant it, by the resource's ARN.
    pub by_resource: BTreeMap<String, Vec<String>>,
    /// The condition keys of which the snapshot could tell the value and does not, and why: they
    /// are chosen freely.
    pub free: Vec<String>,
    /// What was not looked at.
    pub not_analysed: Vec<NotAnalysed>,
}

/// What a user or role can do: each action for which some request is allowed.
pub fn what_can(principal: &Principal, auditor: &Auditor<'_>) -> WhatCan {
    let mut can = WhatCan::default();
    let not = |about: &str, why: String| NotAnalysed {
        analysis: "what-can",
        about: about.to_owned(),
        why,
    };
    let Ok(caller) = Caller::parse(&principal.arn) else {
        can.not_analysed.push(not(&principal.arn, "its ARN names no user or role".to_owned()));
        return can;
    };
    let (layered, missing) = Layered::default().with_principal(auditor.snapshot, principal);
    can.not_analysed
        .extend(missing.iter().map(|m| not(m, "the policy is missing or broken".to_owned())));
    let known = Known::of(principal, Some(&principal.account), &layered.policies, auditor);
    let subject = known.subject(layered.policies.clone(), &caller);
    for action in actions_with(&subject, &caller, true, &[], known.keys(), &auditor.asker()) {
        let service = action.split(':').next().unwrap_or_default().to_owned();
        can.own_account.entry(service).or_default().push(action);
    }
    can.free = known.free;
    for target in targets(auditor.snapshot) {
        let Some(policy) = &target.policy else { continue };
        if let Some(defect) = &policy.defect {
            can.not_analysed.push(not(&target.arn, format!("its policy is broken: {defect}")));
            continue;
        }
        let same_account = target.account.as_deref() == Some(&principal.account);
        let spelled = granted_by(&target, principal, &caller, auditor);
        if spelled.is_empty() {
            continue;
        }
        if let Some(why) = target.doubt() {
            can.not_analysed.push(not(&target.arn, why));
        }
        let both = layered.clone().with_target(auditor.snapshot, &target);
        let known = Known::of(principal, target.account.as_ref(), &both.policies, auditor);
        let subject = known.subject(both.policies, &caller);
        let access = [Access { actions: spelled, resources: target.patterns() }];
        let asker = auditor.asker();
        let actions = actions_with(&subject, &caller, same_account, &access, known.keys(), &asker);
        if !actions.is_empty() {
            can.free.extend(known.free);
            can.by_resource.insert(target.arn.clone(), actions);
        }
    }
    can.free.sort_unstable();
    can.free.dedup();
    can
}

/// The actions, as they are spelled, that the policy of a resource grants somebody by itself, or
/// as far as it has to.
pub(crate) fn granted_by(
    target: &Target,
    principal: &Principal,
    caller: &Caller,
    auditor: &Auditor<'_>,
) -> Vec<String> {
    // Naming the account grants nothing to its own users and roles, but with a role or a key.
    let forms = match target.role {
        ResourceRole::Ordinary if target.account.as_deref() == Some(&principal.account) => NAMED,
        ResourceRole::Ordinary | ResourceRole::Role | ResourceRole::Key => Forms::ALL,
    };
    let names = |s: &&Statement| {
        s.effect() == Some(Effect::Allow) && keyaki_eval::names(s, forms, caller, auditor.profile)
    };
    let policy = target.policy.iter().filter(|p| p.defect.is_none());
    let granting = policy.flat_map(|p| &p.policy.statements).filter(names);
    granting.flat_map(|s| spelled(s, target)).collect()
}

/// The ways of naming somebody that need no policy of the account.
const NAMED: Forms = Forms::EVERYBODY.and(Forms::USER).and(Forms::ROLE).and(Forms::SESSION);

/// The actions that a statement spells, of the resource's service where it spells all.
fn spelled(statement: &Statement, target: &Target) -> Vec<String> {
    let all = || format!("{}*:*", target.service());
    let entries = statement.action.iter().flat_map(|e| &e.entries);
    let spell = |text: &str| if text == "*" { all() } else { text.to_owned() };
    let spelled = entries.map(|a| spell(&a.text));
    spelled.chain(statement.not_action.is_some().then(all)).collect()
}
