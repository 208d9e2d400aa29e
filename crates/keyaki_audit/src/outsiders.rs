//! Who comes in under another's name: services on behalf of strangers, third parties without an
//! external id, and whoever an identity provider vouches for.
//!
//! Each question is about one caller whom a policy names, and about requests in which the keys
//! that tell a stranger hold values that no policy fixes: another account as the source, no
//! external id, a subject that nobody has. What is found is such a request.

use std::collections::BTreeSet;

use keyaki_analyze::{Access, Answer, KeyIs, Subject, access_with};
use keyaki_eval::Caller;
use keyaki_ir::arn::{Segment, is_account_id};
use keyaki_ir::{Arn, Effect, Principal, PrincipalEntry};

use crate::finding::{Finding, FindingKind, Outcome, Severity};
use crate::layered::Layered;
use crate::reach::{own, settle};
use crate::target::{Target, partition};
use crate::{Auditor, ZoneOfTrust, replay};

/// An account, an organisation and a subject that nobody has.
const STRANGER: &str = "999988887777";
const STRANGE_ORGANIZATION: &str = "o-nobodysorg";
const STRANGE_SUBJECT: &str = "nobody-whom-a-policy-names";

/// Identity providers that vouch for people of many organisations, with the key that tells whose.
/// Sources: <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_oidc_secure-by-default.html>,
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html>.
const SHARED: [(&str, &str); 7] = [
    ("token.actions.githubusercontent.com", "sub"),
    ("gitlab.com", "sub"),
    ("app.terraform.io", "sub"),
    ("accounts.google.com", "aud"),
    ("cognito-identity.amazonaws.com", "aud"),
    ("graph.facebook.com", "app_id"),
    ("www.amazon.com", "app_id"),
];

/// Services that may call a resource on behalf of anybody's resources.
///
/// Trust policies of roles are not asked: whoever hands a role to a service needs `iam:PassRole`,
/// which reaches the roles of its own account alone.
pub fn deputies(target: &Target, auditor: &Auditor<'_>) -> Outcome {
    if target.kind == "role" {
        return Outcome::default();
    }
    let is_service = |e: &PrincipalEntry| e.principal == Principal::Service;
    let mut outcome = Outcome::default();
    for host in named(target, is_service) {
        let caller = Caller::Service { host: host.clone() };
        let keys = vec![
            ("aws:SourceAccount".to_owned(), KeyIs::Value(STRANGER.to_owned())),
            ("aws:SourceArn".to_owned(), KeyIs::Arn(format!("arn:*:*:*:{STRANGER}:*"))),
            ("aws:SourceOrgID".to_owned(), KeyIs::Value(STRANGE_ORGANIZATION.to_owned())),
            ("aws:SourceOrgPaths".to_owned(), KeyIs::Absent),
        ];
        let case = Case { kind: FindingKind::ConfusedDeputy, target, auditor };
        outcome.add(case.ask(&caller, &keys, &format!("{}:*", target.service()), || Told {
            severity: Severity::Medium,
            principal: host.clone(),
            sentence: format!(
                "{host} can be made by anybody's account to act on {}: nothing asks for whom it acts",
                target.arn
            ),
            remedy: "Add a condition on `aws:SourceArn`, `aws:SourceAccount`, `aws:SourceOrgID` or `aws:SourceOrgPaths`, if the service sends it.".to_owned(),
        }));
    }
    outcome
}

/// Accounts outside of the zone of trust that can assume a role without an external id.
pub fn third_parties(target: &Target, zone: &ZoneOfTrust, auditor: &Auditor<'_>) -> Outcome {
    let Some(owner) = target.account.as_ref().filter(|_| target.kind == "role") else {
        return Outcome::default();
    };
    let trusted = zone.around(owner, auditor.snapshot).accounts;
    let is_account = |e: &PrincipalEntry| {
        matches!(e.principal, Principal::Account | Principal::User | Principal::Role)
    };
    let mut outcome = Outcome::default();
    for name in named(target, is_account) {
        let account = Arn::plain(&name).map_or(name.as_str(), |a| a.get(&name, Segment::Account));
        if trusted.iter().any(|t| t == account) || !is_account_id(account) {
            continue;
        }
        let partition = partition(&target.arn);
        let is_whole = is_account_id(&name) || name.ends_with(":root");
        let somebody = format!("arn:{partition}:iam::{account}:role/example");
        let Ok(caller) = Caller::parse(if is_whole { &somebody } else { &name }) else { continue };
        let keys = vec![("sts:ExternalId".to_owned(), KeyIs::Absent)];
        let case = Case { kind: FindingKind::ThirdParty, target, auditor };
        outcome.add(case.ask(&caller, &keys, "sts:AssumeRole", || Told {
            severity: Severity::Medium,
            principal: name.clone(),
            sentence: format!(
                "{name}, outside of the zone of trust, can assume {} without an external id",
                target.arn
            ),
            remedy: "If the account is a third party's, ask for `sts:ExternalId` in the trust policy, with a value that it chose for you alone.".to_owned(),
        }));
    }
    outcome
}

/// Identity providers that let in subjects whom no policy names.
pub fn federation(target: &Target, auditor: &Auditor<'_>) -> Outcome {
    if target.kind != "role" {
        return Outcome::default();
    }
    let is_provider = |e: &PrincipalEntry| {
        matches!(e.principal, Principal::OidcProvider | Principal::WebIdentity)
    };
    let mut outcome = Outcome::default();
    for provider in named(target, is_provider) {
        let host = provider.split_once("oidc-provider/").map_or(provider.as_str(), |(_, h)| h);
        let name = host.split('/').next().unwrap_or(host);
        let shared = SHARED.iter().find(|(known, _)| *known == name);
        let (key, severity) = match shared {
            Some((_, key)) => (*key, Severity::High),
            None => ("sub", Severity::Medium),
        };
        let key = format!("{host}:{key}");
        let caller = Caller::WebIdentity { provider: provider.clone() };
        let keys = vec![(key.clone(), KeyIs::Value(subject(name).to_owned()))];
        let case = Case { kind: FindingKind::Federation, target, auditor };
        outcome.add(case.ask(&caller, &keys, "sts:AssumeRoleWithWebIdentity", || Told {
            severity,
            principal: provider.clone(),
            sentence: format!("whoever {host} vouches for can assume {}, whatever `{key}` says", target.arn),
            remedy: format!("Ask for `{key}` in the trust policy, with the subjects that are meant and wildcards behind what is yours alone."),
        }));
    }
    outcome
}

/// A subject of another organisation, in the form that the provider gives it.
fn subject(host: &str) -> &'static str {
    match host {
        "token.actions.githubusercontent.com" => {
            "repo:nobody-whom-a-policy-names/any:ref:refs/heads/main"
        }
        "gitlab.com" => "project_path:nobody-whom-a-policy-names/any:ref_type:branch:ref:main",
        "app.terraform.io" => {
            "organization:nobody-whom-a-policy-names:project:any:workspace:any:run_phase:apply"
        }
        _ => STRANGE_SUBJECT,
    }
}

/// Whom `Allow` statements of the policy name, each once.
fn named(target: &Target, counts: impl Fn(&PrincipalEntry) -> bool) -> BTreeSet<String> {
    let sound = target.policy.iter().filter(|p| p.defect.is_none());
    let allows =
        sound.flat_map(|p| &p.policy.statements).filter(|s| s.effect() == Some(Effect::Allow));
    let entries = allows.flat_map(|s| &s.principal).flat_map(|p| p.entries()).map(|(_, e)| e);
    entries.filter(|e| counts(e)).map(|e| e.text.to_string()).collect()
}

struct Case<'c> {
    kind: FindingKind,
    target: &'c Target,
    auditor: &'c Auditor<'c>,
}

/// What is said of a request that is found.
struct Told {
    severity: Severity,
    principal: String,
    sentence: String,
    remedy: String,
}

impl Case<'_> {
    fn ask(
        &self,
        caller: &Caller,
        keys: &[(String, KeyIs)],
        action: &str,
        told: impl FnOnce() -> Told,
    ) -> Outcome {
        let (name, arn) = (self.kind.name(), &self.target.arn);
        let layered = Layered::default().with_target(self.auditor.snapshot, self.target);
        let layered = if caller.account().is_some() { layered.with_everything() } else { layered };
        let subject = Subject { policies: layered.policies.clone(), layer: None };
        let access =
            [Access { actions: vec![action.to_owned()], resources: self.target.patterns() }];
        match access_with(&subject, caller, false, &access, keys, &self.auditor.asker()) {
            Answer::Proved { .. } => Outcome::default(),
            Answer::Undecided(why) => Outcome::not(name, arn, why),
            Answer::Refuted(witness) => {
                let mut request = witness.request.clone();
                own(&mut request, self.target.account.as_ref());
                settle(&mut request, &[], keys);
                let (profile, catalog) = (self.auditor.profile, self.auditor.catalog);
                match replay::shown(&request, &witness.absent, &layered, profile, catalog) {
                    Err(why) => Outcome::not(name, arn, why),
                    Ok(shown) => Outcome::of(self.finding(shown, &layered, told())),
                }
            }
        }
    }

    fn finding(&self, shown: crate::ShownRequest, layered: &Layered, told: Told) -> Finding {
        let statements = replay::granting(&shown.request, &shown.absent, layered, self.auditor);
        let statements: Vec<_> = statements.into_iter().filter(|s| s.layer == "resource").collect();
        let Told { severity, principal, sentence, remedy } = told;
        Finding {
            principal: Some(principal),
            actions: vec![shown.request.action.clone()],
            conditions: crate::reach::conditions(&statements),
            request: Some(shown),
            statements,
            ..Finding::about(self.target, self.kind, severity, sentence, remedy)
        }
    }
}
