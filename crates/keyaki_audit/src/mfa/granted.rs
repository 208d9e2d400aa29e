//! What policies of resources and trust policies give without a second factor.

use std::collections::{BTreeSet, VecDeque};

use keyaki_account::{Kind, Principal};
use keyaki_analyze::Access;
use keyaki_eval::ResourceRole;
use keyaki_ir::Effect;

use super::{Alone, By, Granted, NAME};
use crate::asked::guarded;
use crate::finding::{Finding, Outcome, Step};
use crate::layered::matches_action;
use crate::target::Target;
use crate::what_can::granted_by;

/// A role that was come to, with the requests that led there.
struct Reached<'a> {
    alone: Alone<'a>,
    steps: Vec<Step>,
}

impl<'a> Alone<'a> {
    /// What policies of resources grant it, beyond what its own policies allow.
    pub(super) fn given(&self, by: By) -> Outcome {
        let (mut outcome, mut first) = (Outcome::default(), None);
        let (mut all, mut conditions) = (BTreeSet::new(), vec![by.condition()]);
        for (target, actions) in self.grants(by) {
            let Some(action) = actions.first() else { continue };
            match self.find(action, Some(target), by) {
                Ok(None) => continue,
                Ok(Some(granted)) => first = first.or(Some(granted)),
                Err(why) => {
                    let about = format!("{}: {why}", target.arn);
                    outcome.add(Outcome::not(NAME, &self.principal.arn, about));
                    continue;
                }
            }
            all.extend(actions);
            conditions.push(format!("the policy of {} grants it", target.arn));
        }
        let Some(granted) = first else { return outcome };
        let what = match conditions.get(1..).unwrap_or_default() {
            [_] => "use a resource by its policy, without a second factor".to_owned(),
            more => {
                format!("use {} resources by their policies, without a second factor", more.len())
            }
        };
        let remedy = "In the policies of these resources, deny what comes without a second factor (`BoolIfExists` on `aws:MultiFactorAuthPresent` is `false`), or grant it to a role that asks for one.";
        let actions = all.into_iter().collect();
        outcome.and(Outcome::of(self.finding(by, &what, actions, conditions, granted, remedy)))
    }

    /// The resources and keys whose policies grant it actions that matter.
    fn grants(&self, by: By) -> Vec<(&'a Target, Vec<String>)> {
        let of = |target: &'a Target| {
            let spelled = granted_by(target, self.principal, &self.caller, self.auditor);
            if target.role == ResourceRole::Role || spelled.is_empty() {
                return None;
            }
            let access = [Access { actions: spelled, resources: target.patterns() }];
            let mut actions = self.actions(&access, Some(target), by);
            if target.role == ResourceRole::Ordinary && self.is_near(Some(target)) {
                let alone = self.actions(&access, None, by);
                actions.retain(|a| !alone.contains(a));
            }
            (!actions.is_empty()).then_some((target, actions))
        };
        self.targets.iter().filter_map(of).collect()
    }

    /// The roles that it can assume, one after another, and that may do something that matters.
    pub(super) fn assumed(&self, by: By) -> Outcome {
        let mut outcome = Outcome::default();
        let (mut found, mut all) = (Vec::new(), BTreeSet::new());
        let mut reached = self.reached(by, &mut outcome);
        if by == By::KeySession && !reached.is_empty() {
            let without = self.reached(By::AccessKey, &mut Outcome::default());
            let is_new = |r: &Reached<'_>| {
                without.iter().all(|w| w.alone.principal.arn != r.alone.principal.arn)
            };
            reached.retain(is_new);
        }
        for reached in reached {
            // A session that came without a second factor says so, as one of a password does.
            let mut actions = reached.alone.own_actions(By::Password);
            let grants = reached.alone.grants(By::Password);
            actions.extend(grants.into_iter().flat_map(|(_, actions)| actions));
            if !actions.is_empty() {
                all.extend(actions);
                found.push(reached);
            }
        }
        let Some(first) = found.first() else { return outcome };
        let roles = found.iter().map(|r| format!("by {}", r.alone.principal.arn));
        let conditions = [by.condition()].into_iter().chain(roles).collect();
        let what = match found.as_slice() {
            [one] => {
                format!("assume {}, without a second factor, which may", one.alone.principal.arn)
            }
            more => format!("assume {} roles, without a second factor, which may", more.len()),
        };
        let Some(granted) = first.steps.first() else { return outcome };
        let granted: Granted = (granted.request.clone(), granted.statements.clone());
        let remedy = "Ask for a second factor in the trust policy of the role (`Bool` on `aws:MultiFactorAuthPresent` is `true`).";
        let actions = all.into_iter().collect();
        let finding = self.finding(by, &what, actions, conditions, granted, remedy);
        let steps = if first.steps.len() > 1 { first.steps.clone() } else { Vec::new() };
        outcome.and(Outcome::of(Finding { steps, ..finding }))
    }

    /// The roles that it comes to by assuming roles without a second factor.
    fn reached(&self, by: By, outcome: &mut Outcome) -> Vec<Reached<'a>> {
        let mut known = BTreeSet::from([self.principal.arn.as_str()]);
        let mut reached: Vec<Reached<'a>> = Vec::new();
        let mut open = VecDeque::from([None]);
        while let Some(at) = open.pop_front() {
            let from = at.and_then(|at: usize| reached.get(at));
            let (alone, by) = from.map_or((self, by), |r| (&r.alone, By::Password));
            let before = from.map(|r| r.steps.clone()).unwrap_or_default();
            let mut next = Vec::new();
            for (target, role) in alone.trusting() {
                let is_open = by.may_matter(&alone.layers(Some(target)).0);
                if known.contains(role.arn.as_str()) || !is_open {
                    continue;
                }
                match alone.find("sts:AssumeRole", Some(target), by) {
                    Ok(None) => {}
                    Ok(Some(granted)) => next.push((role, granted)),
                    Err(why) => {
                        let about = format!("{}: {why}", role.arn);
                        outcome.add(Outcome::not(NAME, &self.principal.arn, about));
                    }
                }
            }
            for (role, (request, statements)) in next {
                let Some((alone, missing)) = Alone::of(role, self.targets, self.auditor) else {
                    continue;
                };
                if !known.insert(&role.arn) {
                    continue;
                }
                outcome.add(Outcome::lacking(NAME, &role.arn, &missing));
                let gains = format!("a session of {}", role.arn);
                let step = Step { way: "assume", also: Vec::new(), gains, request, statements };
                let steps = before.iter().cloned().chain([step]).collect();
                open.push_back(Some(reached.len()));
                reached.push(Reached { alone, steps });
            }
        }
        reached
    }

    /// The roles whose trust policies name it.
    fn trusting(&self) -> impl Iterator<Item = (&'a Target, &'a Principal)> {
        let snapshot = self.auditor.snapshot;
        let roles = self.targets.iter().filter(|t| t.role == ResourceRole::Role);
        let names =
            |t: &&Target| !granted_by(t, self.principal, &self.caller, self.auditor).is_empty();
        roles.filter(names).filter_map(|t| Some((t, snapshot.principals.get(&t.arn)?)))
    }

    /// Whether its own policies allow something of KMS keys.
    fn may_use_keys(&self, ways: &[By]) -> bool {
        let access =
            [Access { actions: guarded("kms:*", self.auditor.catalog), resources: Vec::new() }];
        ways.iter().any(|by| !self.actions(&access, None, *by).is_empty())
    }

    /// Roles that its policies name, and keys, that the snapshot does not hold.
    pub(super) fn not_held(&self, ways: &[By]) -> Outcome {
        let identity = self.layered.policies.statements(keyaki_eval::Layer::Identity);
        let allows = identity
            .map(|(_, s)| s)
            .filter(|s| s.effect() == Some(Effect::Allow) && matches_action(s, "sts:AssumeRole"));
        let entries = allows.flat_map(|s| &s.resource).flat_map(|e| &e.entries);
        let snapshot = self.auditor.snapshot;
        let is_unknown = |arn: &&str| {
            let known = snapshot.principals.get(*arn).filter(|p| p.kind == Kind::Role);
            arn.contains(":role/") && known.is_none_or(|p| p.trust.is_none())
        };
        let unknown: BTreeSet<&str> = entries.map(|e| e.text()).filter(is_unknown).collect();
        let (patterns, unknown): (Vec<&str>, Vec<&str>) =
            unknown.into_iter().partition(|arn| arn.contains(['*', '?', '$']));
        let mut outcome = Outcome::default();
        let is_key = |t: &&Target| t.role == ResourceRole::Key;
        let own = |t: &Target| t.account.as_deref() == Some(&self.principal.account);
        if !self.targets.iter().filter(is_key).any(own) && self.may_use_keys(ways) {
            let why = "the snapshot holds no KMS keys of its account, whose policies decide who may use them";
            outcome.add(Outcome::not(NAME, &self.principal.arn, why));
        }
        for pattern in patterns.into_iter().filter(|p| !self.is_in_read_account(p)) {
            let why = format!(
                "`{pattern}` fits roles of accounts that the snapshot may not hold; they are not asked about"
            );
            outcome.add(Outcome::not(NAME, &self.principal.arn, why));
        }
        for arn in unknown {
            let why = format!("the snapshot does not hold the trust policy of {arn}");
            outcome.add(Outcome::not(NAME, &self.principal.arn, why));
        }
        outcome
    }

    /// Whether a pattern is of roles of one account, and the snapshot holds its roles.
    fn is_in_read_account(&self, pattern: &str) -> bool {
        let account = pattern.split(':').nth(4).unwrap_or_default();
        let account = account.replace("${aws:PrincipalAccount}", &self.principal.account);
        self.auditor.snapshot.accounts.get(&account).is_some_and(|a| a.has_identities)
    }
}
