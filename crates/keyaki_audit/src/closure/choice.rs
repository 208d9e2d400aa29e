//! The boundaries that somebody may choose from, and whether it may make one of its own.

use std::collections::BTreeSet;

use keyaki_account::Principal;
use keyaki_analyze::KeyIs;
use keyaki_eval::Layer;
use keyaki_ir::BaseOperator;
use keyaki_ir::glob::{self, Case};

use super::{Holder, KEY, NAME, Wanted, way_out};
use crate::Auditor;
use crate::finding::{Finding, Outcome, Step};
use crate::layered::Layered;
use crate::target::partition;

/// What the identity policies and the boundary of somebody say of the boundaries of users and roles.
#[derive(Debug, Default)]
pub(super) struct Named {
    /// The boundaries, by ARN. Patterns stand for the policies of the account that fit them.
    pub(super) arns: BTreeSet<String>,
    /// The patterns, with wildcards in place of variables.
    pub(super) patterns: BTreeSet<String>,
    /// What no policy of the snapshot is named like.
    pub(super) unknown: BTreeSet<String>,
    /// Whether they say anything of boundaries.
    pub(super) is_asked: bool,
}

impl Named {
    pub(super) fn of(principal: &Principal, layered: &Layered, auditor: &Auditor<'_>) -> Named {
        let statements = [Layer::Identity, Layer::Boundary]
            .into_iter()
            .flat_map(|layer| layered.policies.statements(layer))
            .map(|(_, statement)| statement);
        let entries = statements.flat_map(|s| s.condition_entries()).filter(|(_, e)| e.is(KEY));
        let own = format!("::{}:policy/", principal.account);
        let managed: Vec<&String> =
            auditor.snapshot.managed.keys().filter(|arn| arn.contains(&own)).collect();
        let mut named = Named::default();
        for (block, entry) in entries {
            named.is_asked = true;
            let is_null = block.operator.operator.is_some_and(|o| o.base == BaseOperator::Null);
            let texts = entry.values.iter().map(|v| v.text()).filter(|_| !is_null);
            for text in texts {
                let text = text.replace("${aws:PrincipalAccount}", &principal.account);
                named.add(&text, &managed);
            }
        }
        named
    }

    fn add(&mut self, text: &str, managed: &[&String]) {
        let pattern = widened(text);
        if !pattern.contains(['*', '?']) {
            self.arns.insert(pattern);
            return;
        }
        let fits = |arn: &&&String| glob::matches(&pattern, arn, Case::Sensitive);
        let fitting: Vec<String> = managed.iter().filter(fits).map(|a| (**a).clone()).collect();
        if fitting.is_empty() {
            self.unknown.insert(text.to_owned());
        }
        self.arns.extend(fitting);
        self.patterns.insert(pattern);
    }

    /// Any other boundary than those.
    pub(super) fn another(&self) -> KeyIs {
        KeyIs::Other(self.arns.iter().chain(&self.patterns).cloned().collect())
    }

    /// Whether a policy is one of the boundaries.
    pub(super) fn has(&self, arn: &str) -> bool {
        self.arns.contains(arn)
    }

    /// Whether it may choose a boundary that limits nothing: any, one that fits a pattern, or one
    /// that it makes itself.
    pub(super) fn chosen(&self, holder: &Holder<'_>) -> Outcome {
        let names_none = self.arns.is_empty() && self.patterns.is_empty();
        if !self.is_asked || (self.patterns.is_empty() && !names_none) {
            return Outcome::default();
        }
        let unlimited =
            format!("arn:{}:iam::aws:policy/AdministratorAccess", partition(&holder.principal.arn));
        let mut outcome = Outcome::default();
        match within(holder, &unlimited) {
            Ok(None) => {}
            Ok(Some(step)) => return Outcome::of(finding(holder, CHOOSE, vec![step])),
            Err(why) => outcome.add(Outcome::not(NAME, &holder.principal.arn, why)),
        }
        for pattern in &self.patterns {
            match made(holder, pattern) {
                Ok(None) => {}
                Ok(Some(steps)) => return Outcome::of(finding(holder, MAKE, steps)),
                Err(why) => outcome.add(Outcome::not(NAME, &holder.principal.arn, why)),
            }
        }
        outcome.and(self.fitting_of_aws(holder))
    }

    /// That policies of AWS's fit a pattern.
    fn fitting_of_aws(&self, holder: &Holder<'_>) -> Outcome {
        let all = holder.auditor.catalog.managed_policies();
        let fits =
            |pattern: &&String| all.iter().any(|p| glob::matches(pattern, p.arn, Case::Sensitive));
        let Some(pattern) = self.patterns.iter().find(fits) else { return Outcome::default() };
        let why = format!("policies of AWS's fit `{pattern}`, too; they are not asked about");
        Outcome::not(NAME, &holder.principal.arn, why)
    }
}

/// That an SCP asks for boundaries, if one does: nobody is looked at because of that alone.
pub(super) fn asked_by_scp(principal: &Principal, layered: &Layered) -> Outcome {
    let layers = layered.policies.layers().into_iter();
    let scps = layers.filter(|layer| matches!(layer, Layer::Scp(_)));
    let mut statements = scps.flat_map(|l| layered.policies.statements(l)).map(|(_, s)| s);
    match statements.any(|s| s.condition_entries().any(|(_, e)| e.is(KEY))) {
        true => {
            let why = "an SCP asks for boundaries; users and roles whose own policies do not are not looked at";
            Outcome::not(NAME, &principal.account, why)
        }
        false => Outcome::default(),
    }
}

/// A text with wildcards in place of its variables.
fn widened(text: &str) -> String {
    let mut parts = text.split("${");
    let mut wide = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        wide.push('*');
        wide.push_str(part.split_once('}').map_or("", |(_, rest)| rest));
    }
    wide
}

/// A request that creates a role or a user with a boundary, if there is one.
fn within(holder: &Holder<'_>, boundary: &str) -> Result<Option<Step>, String> {
    let own = &holder.principal;
    for (kind, action) in [("role", "iam:CreateRole"), ("user", "iam:CreateUser")] {
        let pattern = format!("arn:{}:iam::{}:{kind}/*", partition(&own.arn), own.account);
        let key = Some(KeyIs::Value(boundary.to_owned()));
        let wanted = Wanted { action, resource: &pattern, boundary: key, target: None };
        if let Some(witness) = holder.find(&wanted)? {
            let gains = format!("{} with the boundary {boundary}", witness.request.resource);
            return holder.step("create", gains, &wanted, &witness).map(Some);
        }
    }
    Ok(None)
}

/// The requests that make a policy that fits a pattern, and something that has it as its boundary.
fn made(holder: &Holder<'_>, pattern: &str) -> Result<Option<Vec<Step>>, String> {
    let own = &holder.principal;
    let all = format!("arn:{}:iam::{}:policy/*", partition(&own.arn), own.account);
    // What fits both: the shorter pattern has nothing that the account's policies do not have.
    let resource = if pattern.starts_with("arn:") { pattern } else { &all };
    let wanted = Wanted { action: "iam:CreatePolicy", resource, boundary: None, target: None };
    let Some(witness) = holder.find(&wanted)? else { return Ok(None) };
    let arn = witness.request.resource.clone();
    let is_there = holder.auditor.snapshot.managed.contains_key(&arn);
    if is_there || !glob::matches(pattern, &arn, Case::Sensitive) || !arn.contains(&own.account) {
        return Err(format!(
            "whether it can make a policy that fits `{pattern}` was not found out"
        ));
    }
    let Some(second) = within(holder, &arn)? else { return Ok(None) };
    let gains = format!("{arn}, with whatever it is to allow");
    let first = holder.step("make", gains, &wanted, &witness)?;
    Ok(Some(vec![first, second]))
}

/// What it can do, behind "can", and what helps.
type Words = (&'static str, &'static str);

const CHOOSE: Words = (
    "choose a boundary that limits nothing",
    "Name the boundary (`StringEquals` on `iam:PermissionsBoundary`) in every statement that allows `iam:CreateRole` or `iam:CreateUser`.",
);

const MAKE: Words = (
    "make the boundary itself",
    "Name the boundary without wildcards, or deny `iam:CreatePolicy` for names that fit it.",
);

fn finding(holder: &Holder<'_>, (words, remedy): Words, steps: Vec<Step>) -> Finding {
    let own = &holder.principal;
    let last = steps.last().map(|s| &s.request.request);
    let boundary = last.and_then(|r| r.context.one(KEY)).unwrap_or_default();
    let sentence = format!(
        "{} may create users or roles only within a boundary, and can {words}: {boundary}",
        own.arn
    );
    way_out(own, own, words, (sentence, remedy.to_owned()), steps)
}
