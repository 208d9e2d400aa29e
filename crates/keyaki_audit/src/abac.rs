//! Whether tags keep apart what policies mean to keep apart by them.
//!
//! A statement that compares a tag of the resource with a tag of the principal
//! (`aws:ResourceTag/team` is `${aws:PrincipalTag/team}`, or is not, where it denies) means that
//! whoever has one value cannot reach what has another. For each such pair of tags three things
//! are asked of all layers: is something allowed on a resource with another value, by whatever
//! statement; can the principal take another value; can it give a resource of another value its
//! own.
//!
//! Values that no policy names stand for all: one that is another altogether, and those that a
//! pattern around the variable takes for the principal's own (`team-${aws:PrincipalTag/team}-*`).
//! Beside them stand the values that policies spell out. A principal without the tag is asked
//! about, too, where nothing tells that it has one. Resources without the tag are left out.

mod change;
mod pair;
mod session;
mod value;

use keyaki_account::Principal;
use keyaki_analyze::{Access, Answer, KeyIs, access_with};
use keyaki_eval::{AskedKeys, Caller};

use crate::finding::{Finding, FindingKind, Outcome, Severity};
use crate::known::{Known, tag_of};
use crate::layered::Layered;
use crate::reach::{own, settle};
use crate::target::Target;
use crate::what_can::granted_by;
use crate::{Auditor, replay};

use pair::{Meant, is_of_request, is_same_tag, meant_on, pairs};
use value::{Apart, OTHER, OWN};

const NAME: &str = "abac";
const PRINCIPAL_TAG: &str = "aws:PrincipalTag/";
const REQUEST_TAG: &str = "aws:RequestTag/";

/// The ways around the tags by which the policies of a user or role keep resources apart.
pub fn abac(principal: &Principal, targets: &[Target], auditor: &Auditor<'_>) -> Outcome {
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
        let value = told_tag(principal, &tag);
        let (by, caller, layered) = (Some(principal), &caller, &layered);
        let case = Case { principal, by, caller, layered, key, tag, value, auditor };
        for text in &meant.odd {
            let why = format!(
                "`{text}` is not judged: it holds more than one variable, or stands round the resource's tag"
            );
            outcome.add(Outcome::not(NAME, &principal.arn, why));
        }
        let isolation = case.isolation(&meant);
        if isolation.findings.is_empty() {
            outcome.add(case.spelled(&meant));
            outcome.add(case.by_resources(&meant, targets));
        }
        outcome.add(isolation);
        outcome.add(case.own_tag());
        outcome.add(case.own_untagged(&meant));
        outcome.add(case.session_tag());
        outcome.add(case.federated_tag());
        if !is_of_request(&case.key) {
            outcome.add(case.resource_tag(&meant));
        }
    }
    outcome
}

fn told_tag(principal: &Principal, name: &str) -> Option<String> {
    let mut tags = principal.tags.iter();
    tags.find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.clone())
}

struct Case<'a> {
    /// Whose tag it is.
    principal: &'a Principal,
    /// Who makes the requests, where the snapshot holds it.
    by: Option<&'a Principal>,
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

/// What is found of the first of some that anything is found of; else what was not found out of
/// all of them.
fn first<T>(all: impl IntoIterator<Item = T>, ask: impl Fn(T) -> Outcome) -> Outcome {
    let mut outcome = Outcome::default();
    for one in all {
        let found = ask(one);
        if !found.findings.is_empty() {
            return found;
        }
        outcome.add(found);
    }
    outcome
}

impl Case<'_> {
    fn own_key(&self) -> String {
        format!("{PRINCIPAL_TAG}{}", self.tag)
    }

    /// The name of the resource's tag.
    fn resource_tag_name(&self) -> &str {
        self.key.rsplit_once('/').map_or(&self.key, |(_, name)| name)
    }

    /// The keys of a request for a resource with another value.
    fn keys(&self, own: &KeyIs, other: &str) -> Keys {
        let mut keys = vec![(self.own_key(), own.clone())];
        let asked = AskedKeys::of(&self.layered.policies);
        let aliases = asked.iter().filter(|k| is_same_tag(k, &self.key));
        let aliases = aliases.filter(|k| !k.eq_ignore_ascii_case(&self.key)).map(str::to_owned);
        let all = [self.key.clone()].into_iter().chain(aliases);
        keys.extend(all.map(|key| (key, KeyIs::Value(other.to_owned()))));
        // The keys that tell by which action a new resource gets its tags. Where a resource has
        // tags already, it is not new, and requests about it do not have them:
        // <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/supported-iam-actions-tagging.html>.
        if !is_of_request(&self.key) {
            let creating = asked.iter().filter(|key| key.ends_with(":createaction"));
            keys.extend(creating.map(|key| (key.to_owned(), KeyIs::Absent)));
        }
        keys
    }

    /// Whether something that the statements are about is allowed on a resource of another value.
    fn isolation(&self, meant: &Meant) -> Outcome {
        let others = value::others(self.value.as_deref(), &meant.templates);
        first(others, |apart| self.apart(meant, &apart, format!("{} is another", self.key)))
    }

    /// The same, of values that policies spell out: each is told.
    fn spelled(&self, meant: &Meant) -> Outcome {
        let mut outcome = Outcome::default();
        for apart in self.values_spelled(meant) {
            let of_resource = format!("{} is {}", self.key, apart.other);
            let of_principal = meant.own_spelled.iter().find(|own| apart.is_of(own));
            let condition = match of_principal.filter(|_| self.value.is_none()) {
                Some(own) => format!("{} is {own}, {of_resource}", self.own_key()),
                None => of_resource,
            };
            outcome.add(self.apart(meant, &apart, condition));
        }
        outcome
    }

    fn values_spelled(&self, meant: &Meant) -> Vec<Apart> {
        let is_known = tag_of(self.principal, &self.tag).is_ok();
        value::spelled(self.value.as_deref(), meant, !is_known)
    }

    fn apart(&self, meant: &Meant, apart: &Apart, condition: String) -> Outcome {
        let Apart { own, other, severity } = apart;
        let (who, name) = (self.who(own), self.resource_tag_name());
        let what = match is_of_request(&self.key) {
            true => "can give something",
            false => "can reach a resource that has",
        };
        let sentence = format!("{who}, {what} `{other}` as its tag `{name}`");
        let way = Way {
            sentence: &sentence,
            condition,
            remedy: "Take the statement that allows it back, or ask for the tag there, too; compare with `StringEquals`, without wildcards and without `IfExists`, or deny what has another value.",
            severity: *severity,
        };
        self.ask(&meant.access, &self.keys(own, other), self.layered, &way)
    }

    fn who(&self, own: &KeyIs) -> String {
        match own {
            KeyIs::Value(value) => format!("with `{}` `{value}`", self.tag),
            KeyIs::Absent | KeyIs::Arn(_) | KeyIs::Begins(_) | KeyIs::Other(_) => {
                format!("without `{}`", self.tag)
            }
        }
    }

    /// Whether policies of resources grant it what has another value.
    fn by_resources(&self, meant: &Meant, targets: &[Target]) -> Outcome {
        let mut outcome = Outcome::default();
        let own = KeyIs::Value(self.value.clone().unwrap_or_else(|| OWN.to_owned()));
        for target in targets.iter().filter(|t| t.kind != "role") {
            let access = meant_on(meant, target);
            let grants = || granted_by(target, self.principal, self.caller, self.auditor);
            if access.is_empty() || grants().is_empty() {
                continue;
            }
            let (who, name) = (self.who(&own), self.resource_tag_name());
            let arn = &target.arn;
            let sentence = format!(
                "{who}, can reach {arn} by its policy, even if its tag `{name}` is another"
            );
            let way = Way {
                sentence: &sentence,
                condition: format!("{} is another, by the policy of {arn}", self.key),
                remedy: "Ask for the tag in the policy of the resource, too, or deny there what has another value.",
                severity: Severity::Medium,
            };
            let layered = self.layered.clone().with_target(self.auditor.snapshot, target);
            let owner = target.account.as_ref();
            outcome.add(self.ask_of(owner, &access, &self.keys(&own, OTHER), &layered, &way));
        }
        outcome
    }

    /// The keys of a request, with what else is known of whoever makes it.
    fn known(&self, keys: &Keys, owner: Option<&String>, layered: &Layered) -> Known {
        let known = self.by.map(|by| Known::of(by, owner, &layered.policies, self.auditor));
        known.unwrap_or_default().but(keys)
    }

    fn find(
        &self,
        owner: Option<&String>,
        access: &[Access],
        keys: &Keys,
        layered: &Layered,
    ) -> Answer {
        let known = self.known(keys, owner, layered);
        let subject = known.subject(layered.policies.clone(), self.caller);
        let is_near = self.caller.account() == owner.map(String::as_str);
        let keys = [keys.as_slice(), known.keys()].concat();
        access_with(&subject, self.caller, is_near, access, &keys, &self.auditor.asker())
    }

    fn ask(&self, access: &[Access], keys: &Keys, layered: &Layered, way: &Way<'_>) -> Outcome {
        self.ask_of(Some(&self.principal.account), access, keys, layered, way)
    }

    /// Asks for something of an account.
    fn ask_of(
        &self,
        owner: Option<&String>,
        access: &[Access],
        keys: &Keys,
        layered: &Layered,
        way: &Way<'_>,
    ) -> Outcome {
        let arn = &self.principal.arn;
        let not = |why: String| Outcome::not(NAME, arn, format!("{}: {why}", way.condition));
        match self.find(owner, access, keys, layered) {
            Answer::Proved { .. } => Outcome::default(),
            Answer::Undecided(why) => not(why),
            Answer::Refuted(witness) => {
                let mut request = witness.request.clone();
                own(&mut request, owner);
                let absent = settle(&mut request, &witness.absent, keys);
                let absent = self.known(keys, owner, layered).settle(&mut request, &absent);
                let (profile, catalog) = (self.auditor.profile, self.auditor.catalog);
                match replay::shown(&request, &absent, layered, profile, catalog) {
                    Ok(shown) => Outcome::of(self.finding(shown, layered, way)),
                    Err(why) => not(why),
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
