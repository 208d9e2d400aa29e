//! What nobody can change any more: policies of resources, boundaries, and all of an account's
//! users and roles.
//!
//! Asked are the users and roles that there are, one by one, over all layers, with whatever
//! condition keys help; then the root user. Somebody who could, if one of the policies did not
//! refuse it, is shown with the request that is refused, and with what refuses it.
//!
//! Where no policy refuses and nobody was given the permission, nobody is locked out.

mod given;
mod mending;

use std::collections::BTreeSet;

use keyaki_account::{Principal, Snapshot};
use keyaki_analyze::{Access, Answer, access_with};
use keyaki_eval::{Caller, Context, Evaluator, Layer, Policies, Request, ResourceRole, Verdict};
use keyaki_ir::{Arn, Effect, arn::Segment};

use crate::asked::Asked;
use crate::escalation::is_service_linked;
use crate::finding::{Finding, FindingKind, Outcome, Severity, Shown, ShownRequest};
use crate::known::Known;
use crate::layered::{Layered, known_identity, matches_action};
use crate::reach::{Reach, may_allow, own, who_can};
use crate::target::{Target, partition, targets};
use crate::{Auditor, replay};

use mending::{MENDING, ROOT_MENDS};

const NAME: &str = "lock-out";

/// What can be locked: resources with policies, boundaries of the accounts' own, and accounts.
pub fn lockable(snapshot: &Snapshot) -> Vec<Target> {
    let mut all = targets(snapshot);
    all.retain(|t| t.kind != "role" && t.policy.is_some());
    let named = snapshot.described_principals().filter_map(|p| p.boundary.as_ref());
    let boundaries: BTreeSet<&String> =
        named.filter(|b| !b.contains(":iam::aws:") && snapshot.managed.contains_key(*b)).collect();
    let account_of = |arn: &str| Arn::plain(arn).map(|a| a.get(arn, Segment::Account).to_owned());
    all.extend(boundaries.into_iter().map(|arn| bare(arn, "boundary", account_of(arn))));
    for (id, _) in snapshot.accounts.iter().filter(|(_, a)| a.has_identities) {
        let partition = partition_of(snapshot, id);
        let arn = format!("arn:{partition}:iam::{id}:root");
        all.push(bare(&arn, "account", Some(id.clone())));
    }
    all
}

fn bare(arn: &str, kind: &'static str, account: Option<String>) -> Target {
    Target {
        arn: arn.to_owned(),
        kind,
        resource_type: None,
        account,
        role: ResourceRole::Ordinary,
        policy: None,
        restricts_public_buckets: false,
    }
}

/// The partition of an account: that of its users and roles.
fn partition_of<'s>(snapshot: &'s Snapshot, account: &str) -> &'s str {
    let first = snapshot.principals.values().find(|p| p.account == account);
    first.and_then(|p| p.arn.split(':').nth(1)).unwrap_or("aws")
}

/// Whether somebody of its account can still change what guards it.
pub fn lock_out(target: &Target, auditor: &Auditor<'_>) -> Outcome {
    let not = |why: String| Outcome::not(NAME, &target.arn, why);
    if let Some(why) = target.unreadable() {
        return not(why);
    }
    let known = MENDING.iter().find(|(kind, _)| *kind == target.kind);
    let Some((_, actions)) = known else {
        let mut statements = target.policy.iter().flat_map(|p| &p.policy.statements);
        let denies = statements.any(|s| s.effect() == Some(Effect::Deny));
        let why = || not("which actions change the policies of its kind is not known".to_owned());
        return if denies { why() } else { Outcome::default() };
    };
    let Some(owner) = &target.account else {
        return not("nothing tells which account owns it".to_owned());
    };
    let lock = Lock { target, owner, actions, auditor };
    let is_read = auditor.snapshot.accounts.get(owner).is_some_and(|a| a.has_identities);
    if !is_read || !lock.is_guarded() {
        return Outcome::default();
    }
    let is_open = lock.is_open().and_then(|open| Ok(open || lock.is_open_to_tagged()?));
    match is_open {
        Ok(true) => Outcome::default(),
        Ok(false) => match target.sessions() {
            Some(why) => not(why),
            None => lock.shut().and_then(|o| lock.unless_given(o)).unwrap_or_else(not),
        },
        Err(why) => not(why),
    }
}

/// How often it may depend on something that is not known, before nobody else is asked about.
const MOST_DOUBTS: usize = 64;

/// Somebody, with a request and the keys that it must not have.
type WouldBe<'a> = (&'a Principal, Request, Vec<String>);

/// The type of what an action of IAM that changes permissions is about.
fn acted_on(action: &str) -> &'static str {
    match action {
        "iam:CreatePolicyVersion" | "iam:SetDefaultPolicyVersion" => "policy",
        group if group.contains("Group") => "group",
        user if user.contains("User") => "user",
        _ => "role",
    }
}

fn not_found_out(arn: &str, why: &str) -> String {
    format!("whether {arn} can change it was not found out: {why}")
}

struct Lock<'a> {
    target: &'a Target,
    owner: &'a str,
    actions: &'static [&'static str],
    auditor: &'a Auditor<'a>,
}

impl Lock<'_> {
    /// Whether some policy may refuse what would change it.
    fn is_guarded(&self) -> bool {
        let is_asked = matches!(self.target.kind, "kms-key" | "account" | "boundary");
        if is_asked || self.people().all(|p| p.boundary.is_some()) {
            return true;
        }
        let layered = self.layers(self.target);
        let about = |layer: Layer, effect: Effect| {
            let of = layered.policies.statements(layer).map(|(_, s)| s);
            of.filter(|s| s.effect() == Some(effect))
                .filter(|s| effect == Effect::Deny || s.condition.is_none())
                .any(|s| self.actions.iter().any(|action| matches_action(s, action)))
        };
        let is_cap = |layer: Layer| matches!(layer, Layer::Scp(_));
        let lets = |layer: Layer| about(layer, Effect::Allow);
        let mut layers = layered.policies.layers().into_iter();
        layers.any(|l| about(l, Effect::Deny) || (is_cap(l) && !lets(l)))
    }

    /// The layers that count whoever of the account it is.
    fn layers(&self, target: &Target) -> Layered {
        let snapshot = self.auditor.snapshot;
        Layered::default().with_guardrails(snapshot, self.owner).with_target(snapshot, target)
    }

    /// The users and roles of the account.
    fn people(&self) -> impl Iterator<Item = &Principal> {
        let all = self.auditor.snapshot.described_principals();
        all.filter(|p| p.account == self.owner && !is_service_linked(&p.arn))
    }

    /// Whether a user or role can change it.
    ///
    /// # Errors
    /// Of whom that was not found out, and why.
    fn is_open(&self) -> Result<bool, String> {
        let (mut open, mut doubts) = (None, 0);
        let asked = self.asked(false);
        for principal in self.people() {
            for can in asked.iter().filter_map(|a| who_can(a, principal, self.auditor)) {
                let arn = &principal.arn;
                let why = match &can.reach {
                    Reach::Always(_) | Reach::When(..) if can.free.is_empty() => return Ok(true),
                    Reach::Always(_) | Reach::When(..) => {
                        doubts += 1;
                        let free = can.free.join("; ");
                        format!("whether {arn} can change it depends on {free}")
                    }
                    Reach::Unknown(why) => not_found_out(arn, why),
                    Reach::Never => not_found_out(arn, "the snapshot lacks policies of it"),
                };
                open.get_or_insert(why);
            }
            if doubts >= MOST_DOUBTS {
                break;
            }
        }
        open.map_or(Ok(false), Err)
    }

    /// What is asked: each of the actions.
    fn asked(&self, any_tags: bool) -> Vec<Asked> {
        let (resource, catalog) = (self.pattern(), self.auditor.catalog);
        let of = |action: &&str| {
            let mut asked =
                Asked::within(self.target, self.owner, action, resource.clone(), catalog);
            asked.any_tags = any_tags;
            asked
        };
        self.actions.iter().map(of).collect()
    }

    fn pattern(&self) -> String {
        self.target.patterns().into_iter().next().unwrap_or_default()
    }

    /// What nobody can do, if policies are the reason.
    fn shut(&self) -> Result<Outcome, String> {
        let root = self.root_can()?;
        let refused = match self.would_be()? {
            Some((principal, request, absent)) => Some(self.refused(principal, &request, &absent)?),
            // A key that its own account is not given is locked whoever is there.
            None if root.is_none() => Some(self.refused_root()?),
            None => None,
        };
        Ok(refused.map_or_else(Outcome::default, |(shown, statements)| {
            Outcome::of(self.finding(root.as_deref(), shown, statements))
        }))
    }

    /// Whether the root user can change it: if so, with the keys on which that depends and of which
    /// the snapshot does not tell the value.
    fn root_can(&self) -> Result<Option<Vec<String>>, String> {
        let mut target = self.target.clone();
        if ROOT_MENDS.contains(&target.kind) {
            target.policy = None;
        }
        let policies = self.layers(&target).policies;
        let known = Known::of_root(self.owner, &policies, self.auditor);
        let subject = known.subject(policies, &self.root());
        let actions = self.actions.iter().map(|a| (*a).to_owned()).collect();
        let access = [Access { actions, resources: vec![self.pattern()] }];
        let asker = self.auditor.asker();
        match access_with(&subject, &self.root(), true, &access, known.keys(), &asker) {
            Answer::Proved { .. } => Ok(None),
            Answer::Refuted(_) => Ok(Some(known.free)),
            Answer::Undecided(why) => Err(why),
        }
    }

    fn root(&self) -> Caller {
        let partition = partition(&self.target.arn).to_owned();
        Caller::Root { partition, account: self.owner.to_owned() }
    }

    fn request(&self, caller: Caller, action: &str) -> Request {
        let resource = match self.target.kind {
            "account" => {
                let start = self.target.arn.trim_end_matches("root");
                format!("{start}{}/example", acted_on(action))
            }
            _ => self.target.arn.clone(),
        };
        let mut request = Request {
            caller,
            action: action.to_owned(),
            resource,
            resource_account: None,
            context: Context::new(),
        };
        own(&mut request, self.target.account.as_ref());
        request
    }

    /// A user or role whose own policies allow it, with a request that they allow and the keys that
    /// it must not have.
    fn would_be(&self) -> Result<Option<WouldBe<'_>>, String> {
        let mut open = None;
        let asked = self.asked(false);
        for principal in self.people() {
            let Ok(caller) = Caller::parse(&principal.arn) else { continue };
            let (stored, _) = known_identity(self.auditor.snapshot, principal);
            let is_named = |asked: &&Asked| {
                stored.iter().any(|p| may_allow(p, &asked.action, |s| asked.may_be_about(s)))
            };
            let named: Vec<&Asked> = asked.iter().filter(is_named).collect();
            if named.is_empty() {
                continue;
            }
            let (layered, _) = Layered::default().with_principal(self.auditor.snapshot, principal);
            let identity = layered.policies.identity;
            let policies = Policies { identity, ..Policies::default() };
            let owner = self.target.account.as_ref();
            let known = Known::of(principal, owner, &policies, self.auditor);
            for asked in named {
                match self.allowed_alone(&caller, &asked.action, &policies, &known) {
                    Ok(Some((request, absent))) => return Ok(Some((principal, request, absent))),
                    Ok(None) => {}
                    Err(why) => {
                        open.get_or_insert(not_found_out(&principal.arn, &why));
                    }
                }
            }
        }
        open.map_or(Ok(None), Err)
    }

    /// A request that these policies allow: the plain one, or another.
    fn allowed_alone(
        &self,
        caller: &Caller,
        action: &str,
        policies: &Policies,
        known: &Known,
    ) -> Result<Option<(Request, Vec<String>)>, String> {
        let mut plain = self.request(caller.clone(), action);
        let absent = known.settle(&mut plain, &[]);
        let evaluator = Evaluator::new(policies, self.auditor.profile, self.auditor.catalog);
        if evaluator.decide(&plain).verdict == Verdict::Allow {
            return Ok(Some((plain, absent)));
        }
        let subject = known.subject(policies.clone(), caller);
        let access = [Access { actions: vec![action.to_owned()], resources: vec![self.pattern()] }];
        match access_with(&subject, caller, true, &access, known.keys(), &self.auditor.asker()) {
            Answer::Proved { .. } => Ok(None),
            Answer::Undecided(why) => Err(why),
            Answer::Refuted(witness) => {
                let mut request = witness.request.clone();
                own(&mut request, self.target.account.as_ref());
                let absent = known.settle(&mut request, &witness.absent);
                Ok(Some((request, absent)))
            }
        }
    }

    fn refused(
        &self,
        principal: &Principal,
        request: &Request,
        absent: &[String],
    ) -> Result<(ShownRequest, Vec<Shown>), String> {
        let (layered, _) = Layered::default().with_principal(self.auditor.snapshot, principal);
        let layered = layered.with_target(self.auditor.snapshot, self.target);
        let owner = self.target.account.as_ref();
        let known = Known::of(principal, owner, &layered.policies, self.auditor);
        let mut request = request.clone();
        let absent = known.settle(&mut request, absent);
        replay::refused(&request, &absent, &layered, self.auditor)
    }

    fn refused_root(&self) -> Result<(ShownRequest, Vec<Shown>), String> {
        let action = self.actions.first().copied().unwrap_or_default();
        let layered = self.layers(self.target);
        let known = Known::of_root(self.owner, &layered.policies, self.auditor);
        let mut request = self.request(self.root(), action);
        let absent = known.settle(&mut request, &[]);
        replay::refused(&request, &absent, &layered, self.auditor)
    }

    fn finding(
        &self,
        root: Option<&[String]>,
        shown: ShownRequest,
        statements: Vec<Shown>,
    ) -> Finding {
        let (arn, owner) = (&self.target.arn, self.owner);
        let what = match self.target.kind {
            "account" => format!("what users and roles of {owner} may do"),
            "boundary" => format!("the boundary {arn}"),
            _ => format!("the policy of {arn}"),
        };
        let (but, severity) = match root {
            Some([]) => ("only its root user can".to_owned(), Severity::Medium),
            Some(free) => {
                let free = free.join("; ");
                (format!("whether its root user can depends on {free}"), Severity::Medium)
            }
            None => ("its root user cannot either".to_owned(), Severity::High),
        };
        let sentence = format!("No user and no role of {owner} can change {what} any more; {but}");
        let remedy = match (root.is_some(), self.target.kind) {
            (true, _) => {
                "Let the root user take back what refuses it, and then except those who administer it (`ArnNotEquals` on `aws:PrincipalArn`)."
            }
            (false, "kms-key") => {
                "If an SCP or RCP refuses it, change that from the management account; else ask AWS Support. In key policies, let the account (`arn:aws:iam::ACCOUNT:root`) call `kms:PutKeyPolicy`."
            }
            (false, _) => {
                "If an SCP or RCP refuses it, change that from the management account; else ask AWS Support. Except those who administer it from every statement that denies everybody."
            }
        };
        Finding {
            actions: self.actions.iter().map(|a| (*a).to_owned()).collect(),
            conditions: crate::reach::conditions(&statements),
            request: Some(shown),
            statements,
            ..Finding::about(self.target, FindingKind::LockOut, severity, sentence, remedy)
        }
    }
}
