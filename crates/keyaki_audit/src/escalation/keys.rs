//! What is known of the condition keys of a request.

use keyaki_account::{Kind, Principal};
use keyaki_analyze::KeyIs;
use keyaki_eval::AskedKeys;
use keyaki_ir::Arn;
use keyaki_ir::arn::{Segment, is_account_id};

use super::request::{Ask, Asking, By};

pub(crate) const OWNER: &str = "aws:ResourceAccount";
pub(crate) const TOKEN: &str = "aws:TokenIssueTime";

impl Asking<'_> {
    /// When a session of a caller began, where that is known: it is one that is made now.
    pub(crate) fn session(&self, by: By) -> Option<String> {
        let now = self.ground.now.clone()?;
        (!matches!(by, By::Service(_))).then_some(now)
    }

    /// What is known of the keys of a request, of those that are asked for: none for those that
    /// are absent.
    pub(crate) fn keys(&self, ask: &Ask, asked: &AskedKeys) -> Vec<(String, Option<String>)> {
        let mut keys: Vec<(String, Option<String>)> =
            ask.keys.iter().map(|(k, v)| ((*k).to_owned(), Some(v.clone()))).collect();
        let object = ask.object.and_then(|n| self.ground.principals.get(n));
        let subject = self.principal(ask.by);
        for key in asked.iter() {
            if keys.iter().any(|(k, _)| k.eq_ignore_ascii_case(key)) {
                continue;
            }
            let known = object
                .and_then(|o| of_object(key, ask.action, o))
                .or_else(|| subject.and_then(|s| self.of_subject(key, s)))
                .or_else(|| of_action(key, ask.action, subject))
                .or_else(|| self.of_time(key));
            keys.extend(known.map(|value| (key.to_owned(), value)));
        }
        keys
    }

    /// What is known of a key that tells about the caller.
    fn of_subject(&self, key: &str, subject: &Principal) -> Option<Option<String>> {
        if let Some(tag) = key.strip_prefix("aws:principaltag/") {
            let value = tag_of(subject, tag);
            // A session of a role may have tags of its own.
            let is_known = value.is_some() || subject.kind == Kind::User;
            return is_known.then_some(value);
        }
        let organization = self.ground.auditor.snapshot.organization_of(&subject.account);
        (key == "aws:principalorgid").then(|| organization.map(|o| Some(o.id.clone()))).flatten()
    }

    fn of_time(&self, key: &str) -> Option<Option<String>> {
        (key == "aws:currenttime").then(|| self.ground.now.clone().map(Some)).flatten()
    }
}

/// Keys as the engine is told of them.
pub(crate) fn known(keys: &[(String, Option<String>)]) -> Vec<(String, KeyIs)> {
    let is = |value: &Option<String>| value.clone().map_or(KeyIs::Absent, KeyIs::Value);
    keys.iter().map(|(key, value)| (key.clone(), is(value))).collect()
}

/// Keys, and one more.
pub(crate) fn with(
    keys: &[(String, Option<String>)],
    key: &str,
    value: Option<String>,
) -> Vec<(String, Option<String>)> {
    keys.iter().cloned().chain([(key.to_owned(), value)]).collect()
}

/// Keys that follow from the caller and the resource.
pub(crate) fn is_own(key: &str, on: &str) -> bool {
    const OWN: [&str; 8] = [
        "aws:principalarn",
        "aws:principalaccount",
        "aws:principaltype",
        "aws:principalisawsservice",
        "aws:principalservicename",
        "aws:principalservicenameslist",
        "aws:username",
        "aws:viaawsservice",
    ];
    let segment = |segment| Arn::plain(on).map_or("", |arn| arn.get(on, segment));
    OWN.contains(&key)
        || (key == "aws:resourceaccount" && is_account_id(segment(Segment::Account)))
        || (key == "aws:requestedregion" && !segment(Segment::Region).is_empty())
}

/// What is known of a key that tells about the user or role that is acted on.
fn of_object(key: &str, action: &str, object: &Principal) -> Option<Option<String>> {
    let tag = key.strip_prefix("aws:resourcetag/").or_else(|| key.strip_prefix("iam:resourcetag/"));
    if let Some(tag) = tag {
        return Some(tag_of(object, tag));
    }
    let tells_boundary = key == "iam:permissionsboundary" && action != "iam:PassRole";
    tells_boundary.then(|| object.boundary.clone())
}

/// IAM has one region in each partition:
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html>.
fn of_action(key: &str, action: &str, subject: Option<&Principal>) -> Option<Option<String>> {
    let partition = subject?.arn.split(':').nth(1)?;
    let is_of_iam = key == "aws:requestedregion" && action.starts_with("iam:");
    is_of_iam.then(|| Some(first_region(partition).to_owned()))
}

fn tag_of(principal: &Principal, name: &str) -> Option<String> {
    let mut tags = principal.tags.iter();
    tags.find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.clone())
}

/// The region in which a partition began.
pub(crate) fn first_region(partition: &str) -> &'static str {
    match partition {
        "aws-cn" => "cn-north-1",
        "aws-us-gov" => "us-gov-west-1",
        _ => "us-east-1",
    }
}
