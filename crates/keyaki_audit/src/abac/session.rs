//! Who can choose the tags of a session.

use keyaki_account::{Kind, Principal};
use keyaki_analyze::{Access, Answer, KeyIs};
use keyaki_eval::{Caller, Forms};
use keyaki_ir::arn::{Segment, is_account_id};
use keyaki_ir::{Arn, Effect, Principal as Named, Statement};

use super::{Case, NAME, REQUEST_TAG, Way, first};
use crate::escalation::is_service_linked;
use crate::finding::{Outcome, Severity};
use crate::layered::{Layered, matches_action};
use crate::target::{Target, partition};

/// An account that nobody has.
const STRANGER: &str = "999988887777";

impl Case<'_> {
    /// Whether some user or role of the snapshot can choose the tag of a session of the role.
    pub(super) fn session_tag(&self) -> Outcome {
        let trust = self.principal.trust.iter().filter(|t| t.defect.is_none());
        let letting: Vec<&Statement> = trust
            .flat_map(|t| &t.policy.statements)
            .filter(|s| s.effect() == Some(Effect::Allow) && matches_action(s, "sts:TagSession"))
            .collect();
        if letting.is_empty() {
            return Outcome::default();
        }
        let target = Target::of_role(self.principal);
        let sentence = format!("can be assumed with another tag `{}` of the session", self.tag);
        let way = Way {
            sentence: &sentence,
            condition: format!("{} can be chosen", self.own_key()),
            remedy: "Let in with `sts:TagSession` only who may choose the tag, or ask for the right value in the trust policy (`aws:RequestTag` is `${aws:PrincipalTag}`).",
            severity: Severity::Medium,
        };
        let mut outcome = self.session_by_others(&letting, &target, &way);
        let all = self.auditor.snapshot.described_principals();
        for other in all.filter(|p| !is_service_linked(&p.arn)) {
            let Ok(caller) = Caller::parse(&other.arn) else { continue };
            let names =
                |s: &&Statement| keyaki_eval::names(s, Forms::ALL, &caller, self.auditor.profile);
            if !letting.iter().any(names) {
                continue;
            }
            let found = self.session_by(other, &caller, &target, &way);
            let is_found = !found.findings.is_empty();
            outcome.add(found);
            if is_found {
                break;
            }
        }
        outcome
    }

    /// Whether a user or role can choose it. Administrators can do that in any case.
    fn session_by(
        &self,
        other: &Principal,
        caller: &Caller,
        target: &Target,
        way: &Way<'_>,
    ) -> Outcome {
        let snapshot = self.auditor.snapshot;
        let (own, _) = Layered::default().with_principal(snapshot, other);
        let layered = own.clone().with_target(snapshot, target);
        let found = self.session_of(Some(other), caller, &layered, target, way);
        let is_admin = || crate::admin::is_admin(other, own, self.auditor).unwrap_or(false);
        if found.findings.is_empty() || !is_admin() { found } else { Outcome::default() }
    }

    /// Whether a caller can assume the role with another tag.
    fn session_of(
        &self,
        by: Option<&Principal>,
        caller: &Caller,
        layered: &Layered,
        target: &Target,
        way: &Way<'_>,
    ) -> Outcome {
        let case = Case {
            principal: self.principal,
            by,
            caller,
            layered,
            key: self.key.clone(),
            tag: self.tag.clone(),
            value: None,
            auditor: self.auditor,
        };
        case.chosen("sts:AssumeRole", &target.arn, self.given(&self.tag, layered), way)
    }

    /// Whether a session can be begun by an action with one of these values as the tag.
    fn chosen(&self, action: &str, resource: &str, values: Vec<String>, way: &Way<'_>) -> Outcome {
        let to = |action: &str| {
            [Access { actions: vec![action.to_owned()], resources: vec![resource.to_owned()] }]
        };
        let owner = Some(&self.principal.account);
        first(values, |value| {
            let keys = vec![(format!("{REQUEST_TAG}{}", self.tag), KeyIs::Value(value))];
            match self.find(owner, &to(action), &keys, self.layered) {
                Answer::Proved { .. } => Outcome::default(),
                Answer::Undecided(why) => {
                    let who = self.caller.principal_arn().unwrap_or_default();
                    let why = format!("{}, by {who}: {why}", way.condition);
                    Outcome::not(NAME, &self.principal.arn, why)
                }
                Answer::Refuted(_) => self.ask(&to("sts:TagSession"), &keys, self.layered, way),
            }
        })
    }

    /// Whether a user can choose the tag of a federated session of its own.
    pub(super) fn federated_tag(&self) -> Outcome {
        if self.principal.kind != Kind::User {
            return Outcome::default();
        }
        let (partition, account) = (partition(&self.principal.arn), &self.principal.account);
        let session = format!("arn:{partition}:sts::{account}:federated-user/*");
        let sentence = format!("can begin a federated session with another tag `{}`", self.tag);
        let way = Way {
            sentence: &sentence,
            condition: format!("{} of federated sessions can be chosen", self.own_key()),
            remedy: "Take `sts:TagSession` or `sts:GetFederationToken` from it, or ask there for the right value (`aws:RequestTag` is `${aws:PrincipalTag}`).",
            severity: Severity::Medium,
        };
        let values = self.given(&self.tag, self.layered);
        self.chosen("sts:GetFederationToken", &session, values, &way)
    }

    /// Whether somebody of whom the snapshot tells nothing can choose it: whom the trust policy
    /// names.
    fn session_by_others(&self, letting: &[&Statement], target: &Target, way: &Way<'_>) -> Outcome {
        let entries = letting.iter().flat_map(|s| s.principal_elements()).flat_map(|p| p.entries());
        let mut named: Vec<(Named, &str)> = entries.map(|(_, e)| (e.principal, &*e.text)).collect();
        named.sort_by_key(|(_, text)| *text);
        named.dedup_by_key(|(_, text)| *text);
        let mut outcome = Outcome::default();
        for (principal, text) in named {
            match principal {
                Named::Any => outcome.add(self.session_by_account(STRANGER, "anyone", target, way)),
                Named::Account
                | Named::User
                | Named::Role
                | Named::AssumedRole
                | Named::FederatedUser => {
                    let account = Arn::plain(text).map_or(text, |a| a.get(text, Segment::Account));
                    let known = self.auditor.snapshot.accounts.get(account);
                    if is_account_id(account) && known.is_none_or(|a| !a.has_identities) {
                        outcome.add(self.session_by_account(account, text, target, way));
                    }
                }
                Named::AnyFederated
                | Named::SamlProvider
                | Named::OidcProvider
                | Named::WebIdentity
                | Named::Service
                | Named::CanonicalUser
                | Named::UserId
                | Named::RoleId
                | Named::Unknown => {
                    let why = format!(
                        "{}: which tags {text} gives to sessions is not known",
                        way.condition
                    );
                    outcome.add(Outcome::not(NAME, &self.principal.arn, why));
                }
            }
        }
        outcome
    }

    /// Whether an account that may do everything can choose it: as whom the trust policy names.
    fn session_by_account(
        &self,
        account: &str,
        name: &str,
        target: &Target,
        way: &Way<'_>,
    ) -> Outcome {
        let example = format!("arn:{}:iam::{account}:role/example", partition(&target.arn));
        let is_one = name.contains(":user/") || name.contains(":role/") || name.contains(":sts:");
        let Ok(caller) = Caller::parse(if is_one { name } else { &example }) else {
            let why = format!("{}: who {name} is was not understood", way.condition);
            return Outcome::not(NAME, &self.principal.arn, why);
        };
        let layered =
            Layered::default().with_target(self.auditor.snapshot, target).with_everything();
        let sentence = format!("{}, by {name}, of whom the snapshot tells nothing", way.sentence);
        let condition = format!("{}, by {name}", way.condition);
        let way = Way { sentence: &sentence, condition, ..*way };
        self.session_of(None, &caller, &layered, target, &way)
    }
}
