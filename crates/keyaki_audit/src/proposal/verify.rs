//! Whether a policy allows what was used, and nothing that the policies before it do not.

use std::collections::BTreeSet;

use keyaki_account::{Principal, Stored};
use keyaki_analyze::{Access, Answer, Subject, access_of, no_new_access_of};
use keyaki_eval::{Caller, Context, Document, Evaluator, Policies, Request, Verdict, complete};

use crate::Auditor;
use crate::proposal::{Allowed, Need, Used, Within};

pub(crate) struct Verifier<'v> {
    pub(crate) arn: &'v str,
    pub(crate) policy: &'v Stored,
    pub(crate) auditor: &'v Auditor<'v>,
}

impl Verifier<'_> {
    /// What was used of a need, each with whether it is allowed; without what nothing granted.
    pub(crate) fn used(&self, need: &Need, missing: &BTreeSet<&(String, String)>) -> Vec<Used> {
        let is_granted = |r: &&String| !missing.contains(&(need.action.clone(), (*r).clone()));
        let used = |resource: &String| Used {
            action: need.action.clone(),
            resource: resource.clone(),
            allowed: self.allows(need, resource),
        };
        need.used.iter().filter(is_granted).map(used).collect()
    }

    fn document(&self) -> Document {
        Document { name: "proposal".to_owned(), policy: self.policy.policy.clone() }
    }

    fn allows(&self, need: &Need, resource: &str) -> Allowed {
        if let Some(defect) = &self.policy.defect {
            return Allowed::No(format!("the policy is broken: {defect}"));
        }
        let Ok(caller) = Caller::parse(self.arn) else {
            return Allowed::No("its ARN names no user or role".to_owned());
        };
        if self.is_plainly_allowed(&caller, need, resource) {
            return Allowed::Always;
        }
        let subject = Subject::identity(vec![self.document()]);
        let resources = if resource == "*" { Vec::new() } else { vec![resource.to_owned()] };
        let access = [Access { actions: vec![need.action.clone()], resources }];
        match access_of(&subject, &caller, true, &access, &self.auditor.asker()) {
            Answer::Refuted(_) => Allowed::When,
            Answer::Proved { .. } => Allowed::No("no such request is allowed".to_owned()),
            Answer::Undecided(why) => Allowed::No(why),
        }
    }

    /// Whether the evaluator allows the request with the keys that are known of it.
    fn is_plainly_allowed(&self, caller: &Caller, need: &Need, resource: &str) -> bool {
        let mut context = Context::new();
        for condition in &need.conditions {
            if let Some(value) = condition.values.first() {
                context.set(&condition.key, value.clone());
            }
        }
        let request = Request {
            caller: caller.clone(),
            action: need.action.clone(),
            resource: literal(resource),
            resource_account: None,
            context,
        };
        let policies = Policies { identity: vec![self.document()], ..Policies::default() };
        let evaluator = Evaluator::new(&policies, self.auditor.profile, self.auditor.catalog);
        let full = complete(&request).map(|c| c.request);
        full.is_ok_and(|full| evaluator.decide(&full).verdict == Verdict::Allow)
    }

    /// Whether the identity policies of a principal allow all that this one does.
    pub(crate) fn within(&self, principal: &Principal) -> Within {
        let Ok(caller) = Caller::parse(self.arn) else {
            return Within::Undecided("its ARN names no user or role".to_owned());
        };
        let (old, _) = self.auditor.snapshot.identity_of(principal);
        let sound = old.into_iter().filter(|s| s.defect.is_none());
        let document =
            |s: &std::sync::Arc<Stored>| Document { name: s.place(), policy: s.policy.clone() };
        let old = Subject::identity(sound.map(document).collect());
        let new = Subject::identity(vec![self.document()]);
        match no_new_access_of(&old, &new, &caller, true, &self.auditor.asker()) {
            Answer::Proved { .. } => Within::Proved,
            Answer::Refuted(witness) => {
                let request = &witness.request;
                Within::Refuted(format!("{} on {}", request.action, request.resource))
            }
            Answer::Undecided(why) => Within::Undecided(why),
        }
    }
}

/// A resource that a pattern matches.
fn literal(pattern: &str) -> String {
    if pattern == "*" {
        return pattern.to_owned();
    }
    let mut text = String::with_capacity(pattern.len());
    let mut rest = pattern;
    while let Some(c) = rest.chars().next() {
        let escape = ["${*}", "${?}", "${$}"].into_iter().find(|e| rest.starts_with(e));
        match (escape, c) {
            (Some(escape), _) => {
                text.push_str(escape.get(2..3).unwrap_or_default());
                rest = rest.get(escape.len()..).unwrap_or_default();
                continue;
            }
            (None, '*' | '?') => text.push('x'),
            (None, c) => text.push(c),
        }
        rest = rest.get(c.len_utf8()..).unwrap_or_default();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_has_a_resource_that_it_matches() {
        assert_eq!(literal("arn:aws:s3:::b/${*}/*-??"), "arn:aws:s3:::b/*/x-xx");
        assert_eq!(literal("*"), "*");
    }
}
