//! What works without a second factor, for users with passwords and access keys.
//!
//! A session of a password alone has `aws:MultiFactorAuthPresent` as `false`; a request that is
//! signed with an access key does not have the key at all, so that `Bool` does not see it and
//! `BoolIfExists` does; a session that the key begins with `sts:GetSessionToken`, which needs no
//! permission, has it as `false`, but may not use IAM. All are asked, over all layers; the answer
//! is the exact set of actions for which some such request is allowed, of those that write, change
//! permissions or tags, or read what is secret.
//!
//! So are policies of resources that grant the user something, and trust policies that let it, or a
//! role that it came to so, assume a role: without a second factor, the sessions have none either.
//! Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html>.

mod granted;

use std::collections::BTreeMap;

use keyaki_account::{Credentials, Kind, Principal};
use keyaki_analyze::{Access, Answer, KeyIs, access_with, actions_with};
use keyaki_catalog::{AccessLevel, Catalog};
use keyaki_eval::{AskedKeys, Caller};
use keyaki_ir::{Effect, Statement};

use crate::asked::guarded;
use crate::finding::{Finding, FindingKind, Outcome, Severity, Shown, ShownRequest};
use crate::known::Known;
use crate::layered::{Layered, everything, matches_action};
use crate::reach::{own, settle};
use crate::target::Target;
use crate::{Auditor, replay, sentence};

const NAME: &str = "mfa";
const PRESENT: &str = "aws:MultiFactorAuthPresent";
const AGE: &str = "aws:MultiFactorAuthAge";

/// What reads secrets.
const SECRETS: [&str; 12] = [
    "codeartifact:GetAuthorizationToken",
    "ec2:GetPasswordData",
    "ecr:GetAuthorizationToken",
    "kms:Decrypt",
    "lambda:GetFunction",
    "s3:GetObject",
    "s3:GetObjectVersion",
    "secretsmanager:GetSecretValue",
    "ssm:GetParameter",
    "ssm:GetParameterHistory",
    "ssm:GetParameters",
    "ssm:GetParametersByPath",
];

/// What one needs to get a second factor, and what everybody may:
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_examples_aws_my-sec-creds-self-manage-mfa-only.html>.
const TO_GET_ONE: [&str; 5] = [
    "iam:ChangePassword",
    "iam:CreateVirtualMFADevice",
    "iam:EnableMFADevice",
    "iam:ResyncMFADevice",
    GET_SESSION,
];

const GET_SESSION: &str = "sts:GetSessionToken";

/// How somebody comes without a second factor.
#[derive(Clone, Copy, PartialEq, Eq)]
enum By {
    Password,
    AccessKey,
    /// A session that an access key began with `sts:GetSessionToken`, which needs no permission.
    KeySession,
}

impl By {
    fn words(self) -> &'static str {
        match self {
            By::Password => "the password",
            By::AccessKey => "an access key",
            By::KeySession => "a session of an access key (`sts:GetSessionToken`)",
        }
    }

    fn keys(self) -> Vec<(String, KeyIs)> {
        let present = match self {
            By::Password | By::KeySession => KeyIs::Value("false".to_owned()),
            By::AccessKey => KeyIs::Absent,
        };
        vec![(PRESENT.to_owned(), present), (AGE.to_owned(), KeyIs::Absent)]
    }

    /// Whether policies may allow it more so than otherwise: a session of an access key is asked
    /// about beside the key, from which it differs in one condition key.
    fn may_matter(self, layered: &Layered) -> bool {
        let asked = AskedKeys::of(&layered.policies);
        self != By::KeySession || asked.iter().any(|key| key.eq_ignore_ascii_case(PRESENT))
    }

    fn condition(self) -> String {
        match self {
            By::Password | By::KeySession => format!("{PRESENT} is false"),
            By::AccessKey => format!("{PRESENT} is absent"),
        }
    }
}

/// What a user may do with a password or an access key alone.
pub fn without_mfa(user: &Principal, targets: &[Target], auditor: &Auditor<'_>) -> Outcome {
    if user.kind != Kind::User {
        return Outcome::default();
    }
    let Some(credentials) = &user.credentials else {
        let account = auditor.snapshot.accounts.get(&user.account);
        let has_report = account.is_some_and(|a| a.has_credential_report);
        let why = "the credential report of its account does not name it";
        let not = || Outcome::not(NAME, &user.arn, why);
        return if has_report { not() } else { Outcome::default() };
    };
    let mut ways = ways(credentials);
    if ways.is_empty() {
        return Outcome::default();
    }
    let Some((asked, missing)) = Alone::of(user, targets, auditor) else {
        return Outcome::not(NAME, &user.arn, "its ARN names no user");
    };
    let mut outcome = Outcome::lacking(NAME, &user.arn, &missing).and(asked.not_held(&ways));
    match asked.may_begin_session() {
        Ok(false) => {}
        Ok(true) if ways.contains(&By::Password) || !ways.contains(&By::AccessKey) => {}
        Ok(true) => ways.push(By::KeySession),
        Err(why) => outcome.add(Outcome::not(NAME, &user.arn, why)),
    }
    for by in ways {
        outcome.add(asked.own(by));
        outcome.add(asked.given(by));
        outcome.add(asked.assumed(by));
    }
    outcome
}

/// Where a second factor is set up, the password does not let in without it.
fn ways(credentials: &Credentials) -> Vec<By> {
    let by_password = credentials.has_password == Some(true) && credentials.has_mfa != Some(true);
    let by_key = credentials.keys.iter().any(|k| k.is_active);
    let ways = [(by_password, By::Password), (by_key, By::AccessKey)];
    ways.into_iter().filter_map(|(is_there, by)| is_there.then_some(by)).collect()
}

/// A user, or a session of a role, without a second factor.
struct Alone<'a> {
    principal: &'a Principal,
    caller: Caller,
    layered: Layered,
    targets: &'a [Target],
    auditor: &'a Auditor<'a>,
}

/// A request that is allowed, with the statements that allow it.
type Granted = (ShownRequest, Vec<Shown>);

impl<'a> Alone<'a> {
    /// With the policies that the snapshot lacks of it.
    fn of(
        principal: &'a Principal,
        targets: &'a [Target],
        auditor: &'a Auditor<'a>,
    ) -> Option<(Alone<'a>, Vec<String>)> {
        let caller = Caller::parse(&principal.arn).ok()?;
        let (layered, missing) = Layered::default().with_principal(auditor.snapshot, principal);
        Some((Alone { principal, caller, layered, targets, auditor }, missing))
    }

    /// What its own policies allow.
    fn own(&self, by: By) -> Outcome {
        let mut actions = self.own_actions(by);
        // What changes permissions shows the most.
        actions.sort_by_key(|a| !changes_permissions(a, self.auditor.catalog));
        for action in &actions {
            match self.find(action, None, by) {
                Ok(None) => {}
                Err(why) => return Outcome::not(NAME, &self.principal.arn, why),
                Ok(Some(granted)) => return Outcome::of(self.own_finding(by, actions, granted)),
            }
        }
        Outcome::default()
    }

    /// The actions that matter that its own policies allow, but those that need the policy of a
    /// role or a key.
    fn own_actions(&self, by: By) -> Vec<String> {
        let guarded = guarded("*", self.auditor.catalog);
        let mut actions = self.actions(&[], None, by);
        actions.retain(|a| !guarded.contains(a));
        actions
    }

    /// The actions that matter, of this access if any is named, on a target if one is.
    fn actions(&self, access: &[Access], target: Option<&Target>, by: By) -> Vec<String> {
        let (layered, known) = self.layers(target);
        if !by.may_matter(&layered) {
            return Vec::new();
        }
        let keys = [by.keys(), known.keys().to_vec()].concat();
        let subject = known.subject(layered.policies, &self.caller);
        let (near, asker) = (self.is_near(target), self.auditor.asker());
        let mut actions = actions_with(&subject, &self.caller, near, access, &keys, &asker);
        actions.retain(|a| matters(a, self.auditor.catalog));
        if by == By::KeySession {
            let without = self.actions(access, target, By::AccessKey);
            actions.retain(|a| is_for_sessions(a) && !without.contains(a));
        }
        actions
    }

    /// Whether no policy denies it a session without a second factor, which needs no permission.
    fn may_begin_session(&self) -> Result<bool, String> {
        let layers = self.layered.policies.layers();
        let mut statements = layers.iter().flat_map(|l| self.layered.policies.statements(*l));
        let is_about =
            |s: &Statement| s.effect() == Some(Effect::Deny) && matches_action(s, GET_SESSION);
        if !statements.any(|(_, s)| is_about(s)) {
            return Ok(true);
        }
        // Only what denies it counts, whichever layer it stands in.
        let stored = layers.iter().flat_map(|l| self.layered.stored(*l));
        let all: Vec<_> = stored.chain([everything()]).cloned().collect();
        let layered = Layered::default().changed(&all, None, false);
        let asked = Alone { layered, caller: self.caller.clone(), ..*self };
        Ok(asked.find(GET_SESSION, None, By::AccessKey)?.is_some())
    }

    fn layers(&self, target: Option<&Target>) -> (Layered, Known) {
        let layered = self.layered.clone();
        let layered = match target {
            Some(target) => layered.with_target(self.auditor.snapshot, target),
            None => layered,
        };
        let owner = self.owner(target);
        let known = Known::of(self.principal, Some(owner), &layered.policies, self.auditor);
        (layered, known)
    }

    /// Who owns a target; where nothing tells, it is taken to be the principal's own account.
    fn owner<'t>(&'t self, target: Option<&'t Target>) -> &'t String {
        target.and_then(|t| t.account.as_ref()).unwrap_or(&self.principal.account)
    }

    fn is_near(&self, target: Option<&Target>) -> bool {
        *self.owner(target) == self.principal.account
    }

    /// A request for an action without a second factor that is allowed, if there is one.
    fn find(
        &self,
        action: &str,
        target: Option<&Target>,
        by: By,
    ) -> Result<Option<Granted>, String> {
        let (layered, known) = self.layers(target);
        let keys = [by.keys(), known.keys().to_vec()].concat();
        let subject = known.subject(layered.policies.clone(), &self.caller);
        let resources = target.map(Target::patterns).unwrap_or_default();
        let access = [Access { actions: vec![action.to_owned()], resources }];
        let (near, asker) = (self.is_near(target), self.auditor.asker());
        let witness = match access_with(&subject, &self.caller, near, &access, &keys, &asker) {
            Answer::Proved { .. } => return Ok(None),
            Answer::Undecided(why) => return Err(format!("{action}: {why}")),
            Answer::Refuted(witness) => witness,
        };
        let mut request = witness.request.clone();
        own(&mut request, Some(self.owner(target)));
        let absent = settle(&mut request, &witness.absent, &by.keys());
        let absent = known.settle(&mut request, &absent);
        let (profile, catalog) = (self.auditor.profile, self.auditor.catalog);
        let mut shown = replay::shown(&request, &absent, &layered, profile, catalog)?;
        shown.notes.extend(known.free.iter().map(|key| format!("left free: {key}")));
        let statements = replay::granting(&shown.request, &shown.absent, &layered, self.auditor);
        Ok(Some((shown, statements)))
    }

    fn own_finding(&self, by: By, actions: Vec<String>, granted: Granted) -> Finding {
        let number = actions.len();
        let actions_that = if number == 1 { "action that matters" } else { "actions that matter" };
        let what = format!("take {number} {actions_that}, without a second factor");
        let remedy = "Deny everything but what it takes to get a second factor while `aws:MultiFactorAuthPresent` is not true, with `BoolIfExists`, so that access keys are meant, too.";
        self.finding(by, &what, actions, vec![by.condition()], granted, remedy)
    }

    fn finding(
        &self,
        by: By,
        what: &str,
        actions: Vec<String>,
        conditions: Vec<String>,
        (shown, statements): Granted,
        remedy: &str,
    ) -> Finding {
        let catalog = self.auditor.catalog;
        let severity = match actions.iter().any(|a| changes_permissions(a, catalog)) {
            true => Severity::Medium,
            false => Severity::Low,
        };
        let actions = classes(actions, catalog);
        let (arn, list) = (&self.principal.arn, sentence::list(&actions));
        let sentence = format!("{} alone lets {arn} {what}: {list}", by.words());
        let sentence = sentence::raised(&sentence);
        Finding {
            actions,
            conditions,
            request: Some(shown),
            statements,
            ..Finding::about(self.principal, FindingKind::WithoutMfa, severity, sentence, remedy)
        }
    }
}

/// Whether sessions of `sts:GetSessionToken` without a second factor may take an action:
/// <https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html>.
fn is_for_sessions(action: &str) -> bool {
    let is_sts = action.starts_with("sts:") && action != "sts:AssumeRole";
    !is_sts && !action.starts_with("iam:")
}

/// Whether it writes, changes permissions or tags, or reads what is secret.
fn matters(action: &str, catalog: &Catalog) -> bool {
    let level = catalog.action(action).and_then(|a| a.access_level());
    let writes = matches!(
        level,
        Some(AccessLevel::Write | AccessLevel::Tagging | AccessLevel::PermissionsManagement)
    );
    (writes || SECRETS.contains(&action)) && !TO_GET_ONE.contains(&action)
}

fn changes_permissions(action: &str, catalog: &Catalog) -> bool {
    let level = catalog.action(action).and_then(|a| a.access_level());
    level == Some(AccessLevel::PermissionsManagement)
}

/// The actions in classes: all that matter of a service as `service:*`, or one by one.
fn classes(actions: Vec<String>, catalog: &Catalog) -> Vec<String> {
    let mut by_service: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for action in actions {
        let service = action.split(':').next().unwrap_or_default().to_owned();
        by_service.entry(service).or_default().push(action);
    }
    let class = |(service, mut actions): (String, Vec<String>)| {
        let all = catalog.service(&service).into_iter().flat_map(|s| s.actions());
        let all = all.filter(|a| matters(&a.full_name(), catalog)).count();
        actions.sort_unstable();
        if actions.len() == all { vec![format!("{service}:*")] } else { actions }
    };
    by_service.into_iter().flat_map(class).collect()
}
