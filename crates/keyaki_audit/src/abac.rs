//! Whether tags keep apart what policies mean to keep apart by them.
//!
//! A statement that compares a tag of the resource with a tag of the principal
//! (`aws:ResourceTag/team` is `${aws:PrincipalTag/team}`, or is not, where it denies) means that
//! whoever has one value cannot reach what has another. For each such pair of tags three things
//! are asked of all layers: is something allowed on a resource with another value, by whatever
//! statement; can the principal take another value; can it give a resource of another value its
//! own.
//!
//! Values that no policy names stand for all: one that is another altogether, and one that begins
//! with the other, for patterns such as `${aws:PrincipalTag/team}*`. A principal without the tag is
//! asked about, too, where nothing tells that it has one. Resources without the tag are left out.

mod pair;

use keyaki_account::{Kind, Principal};
use keyaki_analyze::{Access, Answer, KeyIs, Subject, access_with};
use keyaki_eval::{AskedKeys, Caller, Forms};
use keyaki_ir::{Effect, Statement};

use crate::escalation::is_service_linked;
use crate::finding::{Finding, FindingKind, Outcome, Severity};
use crate::layered::{Layered, matches_action};
use crate::reach::{own, settle};
use crate::target::Target;
use crate::{Auditor, replay};

use pair::{Meant, is_of_request, pairs, tagging};

const NAME: &str = "abac";
const PRINCIPAL_TAG: &str = "aws:PrincipalTag/";
const REQUEST_TAG: &str = "aws:RequestTag/";

/// Values of tags that no policy names; the second begins with the first.
const OWN_VALUE: &str = "own-team";
const OTHER_VALUES: [&str; 2] = ["own-team-of-others", "another-team"];

/// The ways around the tags by which the policies of a user or role keep resources apart.
pub fn abac(principal: &Principal, auditor: &Auditor<'_>) -> Outcome {
    let (layered, missing) = Layered::default().with_principal(auditor.snapshot, principal);
    let pairs = pairs(&layered);
    let mut outcome = Outcome::default();
    if pairs.is_empty() {
        return outcome;
    }
    let Ok(caller) = Caller::parse(&principal.arn) else {
        return Outcome::not(NAME, &principal.arn, "its ARN names no user or role");
    };
    outcome.add(Outcome::lacking(NAME, &principal.arn, &missing));
    for ((key, tag), meant) in pairs {
        let value = tag_of(principal, &tag);
        let case = Case { principal, caller: &caller, layered: &layered, key, tag, value, auditor };
        outcome.add(case.isolation(&meant));
        outcome.add(case.own_tag());
        outcome.add(case.session_tag());
        if !is_of_request(&case.key) {
            outcome.add(case.resource_tag(&meant));
        }
    }
    outcome
}

fn tag_of(principal: &Principal, name: &str) -> Option<String> {
    let mut tags = principal.tags.iter();
    tags.find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.clone())
}

struct Case<'a> {
    principal: &'a Principal,
    caller: &'a Caller,
    layered: &'a Layered,
    /// The key of the resource's tag.
    key: String,
    /// The tag of the principal.
    tag: String,
    /// Its value, where the snapshot tells it.
    value: Option<String>,
    auditor: &'a Auditor<'a>,
}

type Keys = Vec<(String, KeyIs)>;

/// A way around, in words.
struct Way<'w> {
    sentence: &'w str,
    condition: String,
    remedy: &'static str,
    severity: Severity,
}

impl Case<'_> {
    fn own_key(&self) -> String {
        format!("{PRINCIPAL_TAG}{}", self.tag)
    }

    /// The name of the resource's tag.
    fn resource_tag_name(&self) -> &str {
        self.key.rsplit_once('/').map_or(&self.key, |(_, name)| name)
    }

    /// The values that the principal may have, each with another that resources may have.
    fn values(&self) -> Vec<(KeyIs, String)> {
        let own = self.value.clone();
        let others = |own: &str| match own == OWN_VALUE {
            true => OTHER_VALUES.map(str::to_owned),
            false => [format!("{own}-of-others"), OTHER_VALUES[1].to_owned()],
        };
        let value = own.clone().unwrap_or_else(|| OWN_VALUE.to_owned());
        let with = others(&value).map(|other| (KeyIs::Value(value.clone()), other));
        let without = own.is_none().then(|| (KeyIs::Absent, OTHER_VALUES[1].to_owned()));
        with.into_iter().chain(without).collect()
    }

    /// The keys of a request for a resource with another value.
    fn keys(&self, own: &KeyIs, other: &str) -> Keys {
        let other = KeyIs::Value(other.to_owned());
        let mut keys = vec![(self.own_key(), own.clone()), (self.key.clone(), other)];
        if !is_of_request(&self.key) {
            keys.extend(self.creating());
        }
        keys
    }

    /// The keys that tell by which action a new resource gets its tags. Where a resource has tags
    /// already, it is not new, and requests about it do not have them:
    /// <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/supported-iam-actions-tagging.html>.
    fn creating(&self) -> Keys {
        let asked = AskedKeys::of(&self.layered.policies);
        let creating = asked.iter().filter(|key| key.ends_with(":createaction"));
        creating.map(|key| (key.to_owned(), KeyIs::Absent)).collect()
    }

    /// Whether something that the statements are about is allowed on a resource of another value.
    fn isolation(&self, meant: &Meant) -> Outcome {
        let mut outcome = Outcome::default();
        for (own, other) in self.values() {
            let who = match &own {
                KeyIs::Value(value) => format!("with `{}` `{value}`", self.tag),
                KeyIs::Absent | KeyIs::Arn(_) | KeyIs::Other(_) => {
                    format!("without `{}`", self.tag)
                }
            };
            let what = match is_of_request(&self.key) {
                true => "can give something",
                false => "can reach a resource that has",
            };
            let name = self.resource_tag_name();
            let sentence = format!("{who}, {what} `{other}` as its tag `{name}`");
            let way = Way {
                sentence: &sentence,
                condition: format!("{} is another", self.key),
                remedy: "Take the statement that allows it back, or ask for the tag there, too; compare with `StringEquals`, without wildcards and without `IfExists`, or deny what has another value.",
                severity: Severity::High,
            };
            let found = self.ask(&meant.access, &self.keys(&own, &other), self.layered, &way);
            if !found.findings.is_empty() {
                return found;
            }
            outcome.add(found);
        }
        outcome
    }

    /// Whether it can change its own tag.
    fn own_tag(&self) -> Outcome {
        let action = match self.principal.kind {
            Kind::User => "iam:TagUser",
            Kind::Role => "iam:TagRole",
        };
        let access = [Access {
            actions: vec![action.to_owned()],
            resources: vec![self.principal.arn.clone()],
        }];
        let mut keys =
            vec![(format!("{REQUEST_TAG}{}", self.tag), KeyIs::Value(OTHER_VALUES[1].to_owned()))];
        keys.extend(self.value.iter().map(|v| (self.own_key(), KeyIs::Value(v.clone()))));
        let sentence = format!("can change its own tag `{}`", self.tag);
        let way = Way {
            sentence: &sentence,
            condition: format!("{} can be changed", self.own_key()),
            remedy: "Deny the actions that tag users and roles for this tag (`aws:TagKeys`) to all but those who administer it.",
            severity: Severity::High,
        };
        self.ask(&access, &keys, self.layered, &way)
    }

    /// Whether some user or role of the snapshot can choose the tag of a session of the role.
    fn session_tag(&self) -> Outcome {
        let role = &self.principal.arn;
        let trust = self.principal.trust.iter().filter(|t| t.defect.is_none());
        let letting: Vec<&Statement> = trust
            .flat_map(|t| &t.policy.statements)
            .filter(|s| s.effect() == Some(Effect::Allow) && matches_action(s, "sts:TagSession"))
            .collect();
        if letting.is_empty() {
            return Outcome::default();
        }
        let target = Target::of_role(self.principal);
        let sentence = format!("can be assumed with any tag `{}` of the session", self.tag);
        let way = Way {
            sentence: &sentence,
            condition: format!("{} can be chosen", self.own_key()),
            remedy: "Let in with `sts:TagSession` only who may choose the tag, or ask for the right value in the trust policy (`aws:RequestTag` is `${aws:PrincipalTag}`).",
            severity: Severity::Medium,
        };
        let mut outcome = Outcome::default();
        let all = self.auditor.snapshot.described_principals();
        for other in all.filter(|p| p.arn != *role && !is_service_linked(&p.arn)) {
            let Ok(caller) = Caller::parse(&other.arn) else { continue };
            let names =
                |s: &&Statement| keyaki_eval::names(s, Forms::ALL, &caller, self.auditor.profile);
            if !letting.iter().any(names) {
                continue;
            }
            let found = self.session_by(other, &caller, &target, &way);
            if !found.findings.is_empty() {
                return found;
            }
            outcome.add(found);
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
        let case = Case {
            principal: self.principal,
            caller,
            layered: &layered,
            key: self.key.clone(),
            tag: self.tag.clone(),
            value: None,
            auditor: self.auditor,
        };
        let to = |action: &str| {
            [Access { actions: vec![action.to_owned()], resources: vec![target.arn.clone()] }]
        };
        let tag = format!("{REQUEST_TAG}{}", self.tag);
        let keys = vec![(tag, KeyIs::Value(OTHER_VALUES[1].to_owned()))];
        match case.find(&to("sts:AssumeRole"), &keys, &layered) {
            Answer::Proved { .. } => return Outcome::default(),
            Answer::Undecided(why) => {
                let why = format!("{}, by {}: {why}", way.condition, other.arn);
                return Outcome::not(NAME, &self.principal.arn, why);
            }
            Answer::Refuted(_) => {}
        }
        let found = case.ask(&to("sts:TagSession"), &keys, &layered, way);
        let is_admin = || crate::admin::is_admin(other, own, self.auditor).unwrap_or(false);
        if found.findings.is_empty() || !is_admin() { found } else { Outcome::default() }
    }

    /// Whether it can give a resource of another value its own.
    fn resource_tag(&self, meant: &Meant) -> Outcome {
        let actions = tagging(meant, self.auditor.catalog);
        if actions.is_empty() {
            return Outcome::default();
        }
        let own = self.value.clone().unwrap_or_else(|| OWN_VALUE.to_owned());
        let other = OTHER_VALUES[1];
        let mut keys = self.keys(&KeyIs::Value(own.clone()), other);
        let name = self.resource_tag_name();
        keys.push((format!("aws:ResourceTag/{name}"), KeyIs::Value(other.to_owned())));
        keys.push((format!("{REQUEST_TAG}{name}"), KeyIs::Value(own)));
        keys.dedup_by(|one, two| one.0.eq_ignore_ascii_case(&two.0));
        let sentence = format!("can give a resource of another value its own as the tag `{name}`");
        let way = Way {
            sentence: &sentence,
            condition: format!("{} can be changed", self.key),
            remedy: "Allow what changes tags only on resources that have the principal's own value already, or on new ones (`ec2:CreateAction` and its like).",
            severity: Severity::High,
        };
        let access = [Access { actions, resources: Vec::new() }];
        self.ask(&access, &keys, self.layered, &way)
    }

    fn find(&self, access: &[Access], keys: &Keys, layered: &Layered) -> Answer {
        let subject = Subject { policies: layered.policies.clone(), layer: None };
        let is_near = self.caller.account() == Some(&self.principal.account);
        access_with(&subject, self.caller, is_near, access, keys, &self.auditor.asker())
    }

    fn ask(&self, access: &[Access], keys: &Keys, layered: &Layered, way: &Way<'_>) -> Outcome {
        let arn = &self.principal.arn;
        match self.find(access, keys, layered) {
            Answer::Proved { .. } => Outcome::default(),
            Answer::Undecided(why) => Outcome::not(NAME, arn, format!("{}: {why}", way.condition)),
            Answer::Refuted(witness) => {
                let mut request = witness.request.clone();
                own(&mut request, Some(&self.principal.account));
                settle(&mut request, &[], keys);
                let (profile, catalog) = (self.auditor.profile, self.auditor.catalog);
                match replay::shown(&request, &witness.absent, layered, profile, catalog) {
                    Ok(shown) => Outcome::of(self.finding(shown, layered, way)),
                    Err(why) => Outcome::not(NAME, arn, format!("{}: {why}", way.condition)),
                }
            }
        }
    }

    fn finding(&self, shown: crate::ShownRequest, layered: &Layered, way: &Way<'_>) -> Finding {
        let arn = &self.principal.arn;
        let by = keyaki_analyze::words::principal(&shown.request.caller);
        let statements = replay::granting(&shown.request, &shown.absent, layered, self.auditor);
        let comma = if way.sentence.starts_with("with") { ", " } else { " " };
        let sentence = format!("{arn}{comma}{}", way.sentence);
        let (kind, severity) = (FindingKind::TagIsolation, way.severity);
        Finding {
            principal: Some(by),
            actions: vec![shown.request.action.clone()],
            conditions: vec![way.condition.clone()],
            request: Some(shown),
            statements,
            ..Finding::about(self.principal, kind, severity, sentence, way.remedy)
        }
    }
}
