//! What works without a second factor, for users with passwords and access keys.
//!
//! A session of a password alone has `aws:MultiFactorAuthPresent` as `false`; a request that is
//! signed with an access key does not have the key at all, so that `Bool` does not see it and
//! `BoolIfExists` does. Both are asked, over all layers; the answer is the exact set of actions
//! for which some such request is allowed, of those that write, change permissions or tags, or
//! read what is secret.
//! Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html>.

use std::collections::BTreeMap;

use keyaki_account::{Credentials, Kind, Principal};
use keyaki_analyze::{Access, Answer, KeyIs, Subject, access_with, actions_with};
use keyaki_catalog::{AccessLevel, Catalog};
use keyaki_eval::Caller;

use crate::finding::{Finding, FindingKind, Outcome, Severity};
use crate::layered::Layered;
use crate::reach::{own, settle};
use crate::{Auditor, replay, sentence};

const NAME: &str = "mfa";
const PRESENT: &str = "aws:MultiFactorAuthPresent";
const AGE: &str = "aws:MultiFactorAuthAge";

/// What reads secrets.
const SECRETS: [&str; 9] = [
    "codeartifact:GetAuthorizationToken",
    "ecr:GetAuthorizationToken",
    "kms:Decrypt",
    "lambda:GetFunction",
    "s3:GetObject",
    "secretsmanager:GetSecretValue",
    "ssm:GetParameter",
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
    "sts:GetSessionToken",
];

/// How somebody comes without a second factor.
#[derive(Clone, Copy)]
enum By {
    Password,
    AccessKey,
}

impl By {
    fn words(self) -> &'static str {
        match self {
            By::Password => "the password",
            By::AccessKey => "an access key",
        }
    }

    fn keys(self) -> Vec<(String, KeyIs)> {
        let present = match self {
            By::Password => KeyIs::Value("false".to_owned()),
            By::AccessKey => KeyIs::Absent,
        };
        vec![(PRESENT.to_owned(), present), (AGE.to_owned(), KeyIs::Absent)]
    }

    fn condition(self) -> String {
        match self {
            By::Password => format!("{PRESENT} is false"),
            By::AccessKey => format!("{PRESENT} is absent"),
        }
    }
}

/// What a user may do with a password or an access key alone.
pub fn without_mfa(user: &Principal, auditor: &Auditor<'_>) -> Outcome {
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
    let Ok(caller) = Caller::parse(&user.arn) else {
        return Outcome::not(NAME, &user.arn, "its ARN names no user");
    };
    let (layered, missing) = Layered::default().with_principal(auditor.snapshot, user);
    let mut outcome = Outcome::default();
    let ways = ways(credentials);
    if !ways.is_empty() {
        outcome.add(Outcome::lacking(NAME, &user.arn, &missing));
    }
    let asked = Alone { user, caller, layered, auditor };
    for by in ways {
        outcome.add(asked.by(by));
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

struct Alone<'a> {
    user: &'a Principal,
    caller: Caller,
    layered: Layered,
    auditor: &'a Auditor<'a>,
}

impl Alone<'_> {
    fn by(&self, by: By) -> Outcome {
        let subject = Subject { policies: self.layered.policies.clone(), layer: None };
        let (keys, asker) = (by.keys(), self.auditor.asker());
        let mut actions = actions_with(&subject, &self.caller, true, &[], &keys, &asker);
        actions.retain(|a| matters(a, self.auditor.catalog));
        // What changes permissions shows the most.
        actions.sort_by_key(|a| !changes_permissions(a, self.auditor.catalog));
        for action in &actions {
            let access = [Access { actions: vec![action.clone()], resources: Vec::new() }];
            match access_with(&subject, &self.caller, true, &access, &keys, &asker) {
                Answer::Proved { .. } => {}
                Answer::Undecided(why) => return Outcome::not(NAME, &self.user.arn, why),
                Answer::Refuted(witness) => {
                    let mut request = witness.request.clone();
                    own(&mut request, Some(&self.user.account));
                    let absent = settle(&mut request, &witness.absent, &keys);
                    let (profile, catalog) = (self.auditor.profile, self.auditor.catalog);
                    let shown = replay::shown(&request, &absent, &self.layered, profile, catalog);
                    return match shown {
                        Ok(shown) => Outcome::of(self.finding(by, actions, shown)),
                        Err(why) => Outcome::not(NAME, &self.user.arn, why),
                    };
                }
            }
        }
        Outcome::default()
    }

    fn finding(&self, by: By, actions: Vec<String>, shown: crate::ShownRequest) -> Finding {
        let catalog = self.auditor.catalog;
        let number = actions.len();
        let severity = match actions.iter().any(|a| changes_permissions(a, catalog)) {
            true => Severity::Medium,
            false => Severity::Low,
        };
        let classes = classes(actions, catalog);
        let actions_that = if number == 1 { "action that matters" } else { "actions that matter" };
        let sentence = format!(
            "{} alone lets {} take {number} {actions_that}, without a second factor: {}",
            by.words(),
            self.user.arn,
            sentence::list(&classes)
        );
        let sentence = sentence::raised(&sentence);
        let statements =
            replay::granting(&shown.request, &shown.absent, &self.layered, self.auditor);
        let remedy = "Deny everything but what it takes to get a second factor while `aws:MultiFactorAuthPresent` is not true, with `BoolIfExists`, so that access keys are meant, too.";
        Finding {
            actions: classes,
            conditions: vec![by.condition()],
            request: Some(shown),
            statements,
            ..Finding::about(self.user, FindingKind::WithoutMfa, severity, sentence, remedy)
        }
    }
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
