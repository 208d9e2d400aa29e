//! What runs with a role that has no boundary, and may be made to do something else.

use std::collections::BTreeSet;

use keyaki_account::{Principal, RoleName, Workload};

use super::{Created, Delegation, Holder, Wanted};
use crate::escalation::{Gain, Way, ways};
use crate::finding::{Outcome, Step};

impl<'a> Delegation<'a> {
    /// Requests by which something that runs with such a role does what the holder wants, if there
    /// are some.
    pub(super) fn by_running(&self, holder: &Holder<'_>) -> Result<Option<Vec<Step>>, String> {
        for (way, kind, with_agent) in runs() {
            if !self.may_begin(way, holder)? {
                continue;
            }
            for (workload, role) in self.running(kind) {
                if role.arn == holder.principal.arn || (with_agent && !self.has_agent(role)?) {
                    continue;
                }
                // Whether the role may do more is asked only of what can be had.
                if let Some(steps) = self.changed(way, workload, holder)?
                    && self.exceeds(role)?
                {
                    return Ok(Some(steps));
                }
            }
        }
        Ok(None)
    }

    /// The requests of a way, all of them allowed.
    fn changed(
        &self,
        way: &'static Way,
        workload: &Workload,
        holder: &Holder<'_>,
    ) -> Result<Option<Vec<Step>>, String> {
        let mut steps = Vec::new();
        for action in &way.needs {
            let on = |resource| Wanted { action, resource, boundary: None, target: None };
            let mut wanted = on(&workload.arn);
            let mut witness = holder.find(&wanted)?;
            if witness.is_none() && !self.takes(action, &workload.arn) {
                wanted = on("*");
                witness = holder.find(&wanted)?;
            }
            let Some(witness) = witness else { return Ok(None) };
            let gains = format!("more than {} allows", self.arn);
            steps.push(holder.step("escape", gains, &wanted, &witness)?);
        }
        Ok(Some(steps))
    }

    /// Whether an action is about such a resource, as the catalogue has it.
    fn takes(&self, action: &str, arn: &str) -> bool {
        let known = self.auditor.catalog.action(action);
        let mut types = known.into_iter().flat_map(|a| a.resources()).map(|r| r.resource_type());
        types.any(|t| {
            let case = keyaki_ir::glob::Case::Sensitive;
            t.arns().any(|pattern| keyaki_ir::glob::matches(pattern.glob(), arn, case))
        })
    }

    fn may_begin(&self, way: &Way, holder: &Holder<'_>) -> Result<bool, String> {
        way.needs.first().map_or(Ok(false), |action| self.may(action, holder))
    }

    /// What of a kind is in the account.
    fn of_kind(&self, kind: &str) -> impl Iterator<Item = &'a Workload> {
        let account = &self.delegate.principal.account;
        let all = self.auditor.snapshot.workloads.values();
        all.filter(move |w| w.kind == kind && w.account == *account)
    }

    /// The role that something runs with, if the snapshot holds it.
    fn role_of(&self, workload: &Workload) -> Option<&'a Principal> {
        let snapshot = self.auditor.snapshot;
        match workload.role.as_ref()? {
            RoleName::Role(arn) => snapshot.principals.get(arn),
            RoleName::Profile(name) => snapshot
                .principals
                .values()
                .find(|p| p.account == workload.account && p.instance_profiles.contains(name)),
        }
    }

    /// What runs with a role of the account that does not have the boundary.
    fn running(&self, kind: &str) -> Vec<(&'a Workload, &'a Principal)> {
        let with_role = self.of_kind(kind).filter_map(|w| Some((w, self.role_of(w)?)));
        let is_unbound =
            |role: &Principal| role.boundary.as_ref().is_none_or(|b| !self.named.has(b));
        with_role.filter(|(_, role)| is_unbound(role)).collect()
    }

    /// Whether a role lets the agent of Systems Manager connect.
    fn has_agent(&self, role: &Principal) -> Result<bool, String> {
        let Some(holder) = Holder::of(role, self.auditor) else { return Ok(false) };
        let action = "ssmmessages:CreateControlChannel";
        let wanted = Wanted { action, resource: "*", boundary: None, target: None };
        Ok(holder.find(&wanted)?.is_some())
    }

    /// What is not judged of the ways out.
    pub(super) fn left_out(&self, made: Option<&Created<'a>>) -> Result<Outcome, String> {
        let mut outcome = Outcome::default();
        let holders = [Some(&self.delegate), made.map(|m| &m.holder)];
        for holder in holders.into_iter().flatten() {
            outcome.add(self.unjudged(holder)?);
            let kinds = self.unread(holder)?;
            if !kinds.is_empty() {
                let kinds: Vec<&str> = kinds.into_iter().collect();
                let why = format!(
                    "what runs with roles that do not have the boundary and can be changed is not in the snapshot: {}",
                    kinds.join(", ")
                );
                outcome.add(self.not(&why));
            }
            for workload in self.unclear(holder)? {
                let why = format!("the snapshot does not hold the role that {workload} runs with");
                outcome.add(self.not(&why));
            }
            if let Some(arn) = self.older(holder)? {
                let why = format!(
                    "whether older versions of {arn} allow more is not looked at (`iam:SetDefaultPolicyVersion`)"
                );
                outcome.add(self.not(&why));
            }
        }
        outcome.sort();
        Ok(outcome)
    }

    /// What it could change and runs with a role that the snapshot does not hold.
    fn unclear(&self, holder: &Holder<'_>) -> Result<BTreeSet<&'a str>, String> {
        let mut unclear = BTreeSet::new();
        for (way, kind, _) in runs() {
            let is_unclear = |w: &&Workload| w.role.is_some() && self.role_of(w).is_none();
            for workload in self.of_kind(kind).filter(is_unclear) {
                if self.changed(way, workload, holder)?.is_some() {
                    unclear.insert(workload.arn.as_str());
                }
            }
        }
        Ok(unclear)
    }

    /// The kinds of what it could change that were not read.
    fn unread(&self, holder: &Holder<'_>) -> Result<BTreeSet<&'static str>, String> {
        let account = &self.delegate.principal.account;
        let mut unread = BTreeSet::new();
        for (way, kind, _) in runs() {
            let is_read = self.auditor.snapshot.workload_kinds.contains(&(account.clone(), kind));
            if !is_read && !unread.contains(kind) && self.may_begin(way, holder)? {
                unread.insert(kind);
            }
        }
        Ok(unread)
    }
}

/// The known ways that make use of what runs already, each with its kind and whether it takes the
/// agent of Systems Manager.
fn runs() -> impl Iterator<Item = (&'static Way, &'static str, bool)> {
    ways().iter().filter_map(|way| {
        let Gain::Run { kind, with_agent } = &way.gain else { return None };
        Some((way, *kind, *with_agent))
    })
}
