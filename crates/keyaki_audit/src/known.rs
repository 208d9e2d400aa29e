//! What the snapshot knows of the condition keys of a user's or role's requests.
//!
//! Each request of a user has the user's id and tags; each of a session of a role has the role's id
//! before the name of the session, and the role's tags, as long as its trust policy lets nobody
//! tag sessions. The account tells the organisation, if it is in one of the snapshot's. A request
//! is made now or later. What the snapshot could tell and does not stays free, and is told.
//! Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html>.

use keyaki_account::{Kind, Principal, Stored};
use keyaki_analyze::{KeyIs, Subject};
use keyaki_eval::{AskedKeys, Caller, Document, Policies, Request};
use keyaki_ir::date::Instant;
use keyaki_ir::{Effect, Family};

use crate::Auditor;
use crate::layered::matches_action;
use crate::reach::settle;

/// What is known of the keys that some policies ask for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Known {
    keys: Vec<(String, KeyIs)>,
    /// The keys of the time, with what they hold now.
    now: Vec<(String, String)>,
    /// What the snapshot could tell and does not, in words.
    pub(crate) free: Vec<String>,
}

/// A key's value, or why it is not known.
type Told = Result<KeyIs, String>;

impl Known {
    /// Of requests of a user or role for something of an account.
    pub(crate) fn of(
        principal: &Principal,
        owner: Option<&String>,
        policies: &Policies,
        auditor: &Auditor<'_>,
    ) -> Known {
        Known::among(Some(principal), &principal.account, owner, policies, auditor)
    }

    /// Of requests of the root user of an account.
    pub(crate) fn of_root(account: &str, policies: &Policies, auditor: &Auditor<'_>) -> Known {
        Known::among(None, account, Some(&account.to_owned()), policies, auditor)
    }

    fn among(
        principal: Option<&Principal>,
        account: &str,
        owner: Option<&String>,
        policies: &Policies,
        auditor: &Auditor<'_>,
    ) -> Known {
        let mut known = Known::default();
        for key in AskedKeys::of(policies).iter() {
            let (name, told) = match (key, principal) {
                ("aws:currenttime", _) => {
                    known.add_time("aws:CurrentTime", auditor.now, policies);
                    continue;
                }
                ("aws:epochtime", _) => {
                    known.add_time("aws:EpochTime", auditor.now, policies);
                    continue;
                }
                ("aws:principalorgid", _) => {
                    ("aws:PrincipalOrgID".to_owned(), organization(account, auditor))
                }
                ("aws:resourceorgid", _) => {
                    let told = owner.ok_or_else(|| "nothing tells the owner".to_owned());
                    let told = told.and_then(|owner| organization(owner, auditor));
                    ("aws:ResourceOrgID".to_owned(), told)
                }
                ("aws:principalorgpaths", _) => {
                    let why = "the place in the organisation is not looked at";
                    ("aws:PrincipalOrgPaths".to_owned(), Err(why.to_owned()))
                }
                ("aws:userid", Some(principal)) => ("aws:userid".to_owned(), user_id(principal)),
                (key, Some(principal)) => match key.strip_prefix("aws:principaltag/") {
                    Some(tag) => (tag_name(principal, tag), tag_of(principal, tag)),
                    None => continue,
                },
                (_, None) => continue,
            };
            known.add(name, told);
        }
        known
    }

    fn add(&mut self, name: String, told: Told) {
        match told {
            Ok(is) => self.keys.push((name, is)),
            Err(why) => self.free.push(format!("{name}, as {why}")),
        }
    }

    fn add_time(&mut self, key: &str, now: Option<Instant>, policies: &Policies) {
        let text = now.and_then(|now| match key {
            "aws:EpochTime" => Some(now.0.div_euclid(1_000_000_000).to_string()),
            _ => now.calendar(),
        });
        if reads_otherwise(policies, key) {
            self.free.push(format!("{key}, as it is not compared as a time alone"));
        }
        match text {
            Some(text) => self.now.push((key.to_owned(), text)),
            None => self.free.push(format!("{key}, as no time counts as now")),
        }
    }

    /// The same, without keys that are asked about with values of their own.
    pub(crate) fn but(mut self, asked: &[(String, KeyIs)]) -> Known {
        let is_asked = |key: &str| asked.iter().any(|(k, _)| k.eq_ignore_ascii_case(key));
        self.keys.retain(|(key, _)| !is_asked(key));
        self.now.retain(|(key, _)| !is_asked(key));
        self
    }

    /// The keys with examples of values that are known in part, if there are some.
    pub(crate) fn examples(&self) -> Option<Vec<(String, KeyIs)>> {
        let is_part = |is: &KeyIs| matches!(is, KeyIs::Begins(_));
        let example = |(key, is): &(String, KeyIs)| match is {
            KeyIs::Begins(start) => (key.clone(), KeyIs::Value(format!("{start}session"))),
            KeyIs::Absent | KeyIs::Value(_) | KeyIs::Arn(_) | KeyIs::Other(_) => {
                (key.clone(), is.clone())
            }
        };
        let has_part = self.keys.iter().any(|(_, is)| is_part(is));
        has_part.then(|| self.keys.iter().map(example).collect())
    }

    /// The keys but those of the time.
    pub(crate) fn keys(&self) -> &[(String, KeyIs)] {
        &self.keys
    }

    /// Whether policies ask for the time, and it is known.
    pub(crate) fn tells_time(&self) -> bool {
        !self.now.is_empty()
    }

    /// The same, with tags as they may come to be.
    pub(crate) fn with_any_tags(mut self) -> Known {
        self.keys.retain(|(key, _)| !key.starts_with(TAG));
        self
    }

    /// What is asked about: the policies, and a `Deny` of all that is over.
    pub(crate) fn subject(&self, mut policies: Policies, caller: &Caller) -> Subject {
        let is_root = matches!(caller, Caller::Root { .. });
        match (self.tells_time(), is_root) {
            (false, _) => {}
            // No identity policy counts for a root user.
            (true, true) => policies.scp.get_or_insert_default().push(vec![self.past(true)]),
            (true, false) => policies.identity.push(self.past(false)),
        }
        Subject { policies, layer: None }
    }

    /// A policy that denies what is over, and allows the rest or nothing.
    fn past(&self, allows: bool) -> Document {
        let deny = |(key, now): &(String, String)| {
            let condition = format!(r#"{{"DateLessThan": {{"{key}": "{now}"}}}}"#);
            format!(
                r#"{{"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": {condition}}}"#
            )
        };
        let allow = r#"{"Effect": "Allow", "Action": "*", "Resource": "*"}"#.to_owned();
        let statements = self.now.iter().map(deny).chain(allows.then_some(allow));
        let statements: Vec<String> = statements.collect();
        let text =
            format!(r#"{{"Version": "2012-10-17", "Statement": [{}]}}"#, statements.join(", "));
        Document { name: "now".to_owned(), policy: Stored::of_text("now", &text).policy }
    }

    /// Gives a request what it lacks. Gives the keys that it must not have.
    pub(crate) fn settle(&self, request: &mut Request, absent: &[String]) -> Vec<String> {
        for (key, now) in &self.now {
            request.context.set_if_absent(key, now.as_str());
        }
        settle(request, absent, &self.keys)
    }

    /// As [`Known::settle`], of a request that may hold something else.
    pub(crate) fn correct(&self, request: &mut Request, absent: &[String]) -> Vec<String> {
        for (key, is) in &self.keys {
            let holds = request.context.one(key);
            let is_so = match is {
                KeyIs::Begins(start) => holds.is_some_and(|v| v.starts_with(start)),
                KeyIs::Value(value) => holds.is_some_and(|v| v == value),
                KeyIs::Absent | KeyIs::Arn(_) | KeyIs::Other(_) => false,
            };
            if !is_so {
                request.context.remove(key);
            }
        }
        self.now.iter().for_each(|(key, _)| request.context.remove(key));
        let is_held = |key: &String| {
            let own = self.keys.iter().find(|(own, _)| own.eq_ignore_ascii_case(key));
            own.is_some_and(|(_, is)| *is != KeyIs::Absent)
        };
        let absent: Vec<String> = absent.iter().filter(|key| !is_held(key)).cloned().collect();
        self.settle(request, &absent)
    }
}

const TAG: &str = "aws:PrincipalTag/";

/// Whether a key of the time is compared with something else than times, which the engine does not
/// relate to them.
fn reads_otherwise(policies: &Policies, key: &str) -> bool {
    let statements =
        policies.layers().into_iter().flat_map(|l| policies.statements(l)).map(|(_, s)| s);
    let mut entries = statements.flat_map(|s| s.condition_entries()).filter(|(_, e)| e.is(key));
    entries.any(|(block, _)| {
        let family = block.operator.operator.map(|o| o.base.family());
        family != Some(Family::Date)
    })
}

fn organization(account: &str, auditor: &Auditor<'_>) -> Told {
    let found = auditor.snapshot.organization_of(account);
    let id = found.map(|o| KeyIs::Value(o.id.clone()));
    id.ok_or_else(|| format!("the snapshot does not tell the organisation of {account}"))
}

fn user_id(principal: &Principal) -> Told {
    let id = principal.id.clone().ok_or("the snapshot does not tell its id")?;
    Ok(match principal.kind {
        Kind::User => KeyIs::Value(id),
        Kind::Role => KeyIs::Begins(format!("{id}:")),
    })
}

/// The key of a tag, as the principal's tag is spelled.
fn tag_name(principal: &Principal, tag: &str) -> String {
    let own = principal.tags.iter().find(|(key, _)| key.eq_ignore_ascii_case(tag));
    format!("{TAG}{}", own.map_or(tag, |(key, _)| key))
}

/// The value of a tag of a principal in all of its requests, or why it is not known.
pub(crate) fn tag_of(principal: &Principal, tag: &str) -> Told {
    if !principal.tells_tags {
        return Err("the snapshot does not tell its tags".to_owned());
    }
    if principal.kind == Kind::Role {
        let trust = principal.trust.as_ref().filter(|t| t.defect.is_none());
        let trust = trust.ok_or("the snapshot does not hold its trust policy")?;
        if lets_tag(trust) {
            return Err("its trust policy lets sessions have tags of their own".to_owned());
        }
    }
    let mut own = principal.tags.iter().filter(|(key, _)| key.eq_ignore_ascii_case(tag));
    Ok(own.next().map_or(KeyIs::Absent, |(_, value)| KeyIs::Value(value.clone())))
}

/// Whether a trust policy lets somebody give tags to sessions:
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html>.
pub(crate) fn lets_tag(trust: &Stored) -> bool {
    let mut statements = trust.policy.statements.iter();
    statements.any(|s| s.effect() == Some(Effect::Allow) && matches_action(s, "sts:TagSession"))
}
