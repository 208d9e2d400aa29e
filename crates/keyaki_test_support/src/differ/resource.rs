//! Resource policies: all forms of principals, and the cases that callers fall into.

use keyaki_analyze::{Answer, Asker, Question, Subject, ask};
use keyaki_catalog::Catalog;
use keyaki_eval::{
    Caller, Evaluator, Forms, Layer, Policies, Profile, Request, complete, complete_where,
};
use keyaki_ir::Effect;
use keyaki_symbolic::{Actions, Budget};

use super::{Checked, Dice, Pools, Statement, Text, keys_of, mutated, policy};

/// Compares two policies of one resource.
///
/// # Errors
/// A fault: what the answer says contradicts the evaluator.
pub fn resource_pair(dice: &mut Dice<'_>, attacks: usize) -> Result<Checked, String> {
    let new = with_principals(policy(dice), dice);
    let old = match dice.one_in(4) {
        true => with_principals(policy(dice), dice),
        false => changed(&new, dice),
    };
    compare(&old, &new, dice, attacks)
}

fn compare(old: &Text, new: &Text, dice: &mut Dice<'_>, attacks: usize) -> Result<Checked, String> {
    let [old_subject, new_subject] = [old, new].map(|t| Subject::resource(t.document()));
    let catalog = keyaki_catalog::embedded();
    let profile = Profile::documented();
    let asker = Asker::new(catalog, &profile, Actions::Any, Budget::DEFAULT_STEPS);
    let refutes = |request: &Request| {
        grants(&new_subject.policies, request, &profile, catalog)
            && !grants(&old_subject.policies, request, &profile, catalog)
    };
    let fault = |what: &str, request: &Request| {
        format!("{}\nis new against\n{}\n{what}: {request:?}", new.json(), old.json())
    };
    match ask(&Question::NoNewAccess { old: &old_subject, new: &new_subject }, &asker) {
        Answer::Refuted(witness) if !refutes(&witness.request) => {
            Err(fault("does not replay", &witness.request))
        }
        Answer::Refuted(witness) if complete(&witness.request).is_err() => {
            Err(fault("cannot occur", &witness.request))
        }
        Answer::Refuted(_) => Ok(Checked::Refuted),
        Answer::Undecided(reason) if reason.starts_with("internal") => Err(reason),
        Answer::Undecided(reason) => Ok(Checked::Undecided(reason)),
        Answer::Proved { .. } => {
            let asked = keys_of(&[&old_subject.policies, &new_subject.policies]);
            let pools = Pools::new(&[old, new], &asked, catalog);
            let mut requests = (0..attacks).filter_map(|_| {
                let caller = caller(dice);
                let request = pools.request(&caller, dice);
                lives(&caller, &[old, new]).then_some(())?;
                possible(request, |key| asked.has(key), dice)
            });
            match requests.find(refutes) {
                Some(request) => Err(fault("was proved to be nothing new, but", &request)),
                None => Ok(Checked::Proved),
            }
        }
    }
}

/// What a resource policy says by itself.
fn grants(policies: &Policies, request: &Request, profile: &Profile, catalog: &Catalog) -> bool {
    let evaluator = Evaluator::new(policies, profile, catalog);
    let says = |effect: Effect| {
        let mut statements = policies.statements(Layer::Resource);
        statements.any(|(at, s)| {
            s.effect() == Some(effect) && evaluator.matches(at, Forms::ALL, request).is_ok()
        })
    };
    says(Effect::Allow) && !says(Effect::Deny)
}

/// The request with the keys that its caller decides; none where the others contradict them.
fn possible(
    mut request: Request,
    asked: impl Fn(&str) -> bool,
    dice: &mut Dice<'_>,
) -> Option<Request> {
    const OWN: [&str; 8] = [
        "aws:PrincipalType",
        "aws:PrincipalAccount",
        "aws:PrincipalArn",
        "aws:PrincipalIsAWSService",
        "aws:username",
        "aws:PrincipalServiceName",
        "aws:PrincipalServiceNamesList",
        "aws:userid",
    ];
    const OF_ACCOUNTS: [&str; 7] = [
        "aws:TokenIssueTime",
        "aws:MultiFactorAuthPresent",
        "aws:MultiFactorAuthAge",
        "aws:PrincipalOrgID",
        "aws:PrincipalOrgPaths",
        "aws:SourceIdentity",
        "aws:PrincipalTag/t",
    ];
    OWN.iter().for_each(|key| request.context.remove(key));
    // A canonical id is that of an account: its requests may have the keys of any principal there.
    let canonical = request.caller.clone();
    let is_canonical = matches!(canonical, Caller::CanonicalUser { .. });
    if is_canonical && dice.one_in(2) {
        request.caller = caller(dice);
        request.caller.account()?;
    }
    if request.caller.account().is_none() {
        OF_ACCOUNTS.iter().for_each(|key| request.context.remove(key));
    }
    request.resource_account = None;
    let completed = complete_where(request, asked).ok()?;
    let mut request = completed.request;
    if is_canonical {
        request.caller = canonical;
    }
    if completed.assumed.contains(&"aws:MultiFactorAuthPresent") && dice.one_in(2) {
        request.context.remove("aws:MultiFactorAuthPresent");
    }
    let factor = request.context.one("aws:MultiFactorAuthPresent");
    let has_age = request.context.has("aws:MultiFactorAuthAge");
    (factor == Some("true") || !has_age).then_some(request)
}

/// Whether a caller's account lies in its partition. An account lies in one partition only: where
/// some ARN names it, in that of the ARN.
fn lives(caller: &Caller, texts: &[&Text]) -> bool {
    let (Some(partition), Some(account)) = (caller.partition(), caller.account()) else {
        return true;
    };
    let principals = || {
        let statements = texts.iter().flat_map(|t| &t.statements);
        statements.filter_map(|s| s.principal.as_ref()).map(|(_, value)| value)
    };
    let named = |partition: &str| {
        let arns = ["iam", "sts"].map(|s| format!("arn:{partition}:{s}::{account}:"));
        principals().any(|p| arns.iter().any(|arn| p.contains(arn)))
    };
    named(partition) || !["aws", "aws-cn"].iter().any(|p| named(p))
}

const ACCOUNTS: [&str; 3] = ["111122223333", "444455556666", "999988887777"];

fn caller(dice: &mut Dice<'_>) -> Caller {
    let partition = dice.pick(&["aws", "aws", "aws", "aws-cn"]).to_owned();
    let account = dice.pick(&ACCOUNTS).to_owned();
    match dice.below(12) {
        0 => Caller::Anonymous,
        1 => Caller::Root { partition, account },
        2 | 3 => {
            let name = dice.pick(&["alice", "mallory", "eng/ann", "zed"]).to_owned();
            Caller::User { partition, account, name }
        }
        4..=6 => Caller::RoleSession {
            partition,
            account,
            role: dice.pick(&["example", "deploy", "eng/deploy", "zed"]).to_owned(),
            session: dice.pick(&["session", "ci", "zed"]).to_owned(),
        },
        7 | 8 => {
            let name = dice.pick(&["bob", "zed"]).to_owned();
            let user = dice.pick(&["alice", "mallory", "zed", ""]).to_owned();
            let user = Some(user).filter(|u| !u.is_empty());
            Caller::FederatedUser { partition, account, name, user }
        }
        9 => {
            let hosts = ["example.amazonaws.com", "cloudtrail.amazonaws.com", "zed.amazonaws.com"];
            Caller::Service { host: dice.pick(&hosts).to_owned() }
        }
        10 => {
            let providers = [
                "accounts.google.com",
                "arn:aws:iam::999988887777:oidc-provider/example.com",
                "arn:aws:iam::111122223333:oidc-provider/zed",
            ];
            Caller::WebIdentity { provider: dice.pick(&providers).to_owned() }
        }
        _ if dice.one_in(2) => {
            let providers = [
                "arn:aws:iam::999988887777:saml-provider/example.com",
                "arn:aws:iam::111122223333:saml-provider/x",
            ];
            Caller::Saml { provider: dice.pick(&providers).to_owned() }
        }
        _ => Caller::CanonicalUser {
            id: dice.pick(&["0123456789abcdef", "0123456789abcdee"]).repeat(4),
        },
    }
}

fn with_principals(mut text: Text, dice: &mut Dice<'_>) -> Text {
    for statement in &mut text.statements {
        give_principal(statement, dice);
    }
    text
}

fn give_principal(statement: &mut Statement, dice: &mut Dice<'_>) {
    let element = if dice.one_in(4) { "NotPrincipal" } else { "Principal" };
    statement.principal = Some((element, principal(dice)));
    // Most of what is random apart from principals would only hide the callers.
    if dice.one_in(2) {
        statement.actions = vec!["*".to_owned()];
        statement.not_action = false;
    }
    if dice.one_in(2) {
        statement.resources = vec!["*".to_owned()];
        statement.not_resource = false;
    }
    statement.conditions.truncate(dice.below(2));
    if dice.one_in(2) {
        statement.conditions.push(condition(dice));
    }
}

fn principal(dice: &mut Dice<'_>) -> String {
    if dice.one_in(6) {
        return "\"*\"".to_owned();
    }
    let mut members: Vec<(&str, String)> = Vec::new();
    for _ in 0..1 + dice.below(3) {
        members.push(entry(dice));
    }
    let kinds = ["AWS", "Service", "Federated", "CanonicalUser"];
    let lists = kinds.iter().filter_map(|kind| {
        let of = members.iter().filter(|(k, _)| k == kind).map(|(_, text)| text.clone());
        let list: Vec<String> = of.collect();
        (!list.is_empty()).then(|| format!("\"{kind}\": {}", serde_json::Value::from(list)))
    });
    format!("{{{}}}", lists.collect::<Vec<_>>().join(", "))
}

fn entry(dice: &mut Dice<'_>) -> (&'static str, String) {
    const FORMS: [(&str, &str); 22] = [
        ("AWS", "*"),
        ("AWS", "ACCOUNT"),
        ("AWS", "ACCOUNT"),
        ("AWS", "arn:aws:iam::ACCOUNT:root"),
        ("AWS", "arn:aws-cn:iam::ACCOUNT:root"),
        ("AWS", "arn:aws:iam::ACCOUNT:user/alice"),
        ("AWS", "arn:aws:iam::ACCOUNT:user/mallory"),
        ("AWS", "arn:aws-cn:iam::ACCOUNT:user/eng/ann"),
        ("AWS", "arn:aws:iam::ACCOUNT:role/example"),
        ("AWS", "arn:aws:iam::ACCOUNT:role/deploy"),
        ("AWS", "arn:aws:iam::ACCOUNT:role/eng/deploy"),
        ("AWS", "arn:aws:sts::ACCOUNT:assumed-role/deploy/ci"),
        ("AWS", "arn:aws:sts::ACCOUNT:assumed-role/example/session"),
        ("AWS", "arn:aws:sts::ACCOUNT:federated-user/bob"),
        ("AWS", "AIDAEXAMPLEEXAMPLEEXA"),
        ("Service", "cloudtrail.amazonaws.com"),
        ("Service", "example.amazonaws.com"),
        ("Federated", "accounts.google.com"),
        ("Federated", "arn:aws:iam::999988887777:oidc-provider/example.com"),
        ("Federated", "arn:aws:iam::111122223333:saml-provider/x"),
        ("Federated", "*"),
        ("CanonicalUser", "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"),
    ];
    let (kind, text) = FORMS[dice.below(FORMS.len())];
    // One account is rarer than two of the same.
    let account = if dice.one_in(3) { dice.pick(&ACCOUNTS) } else { ACCOUNTS[0] };
    (kind, text.replace("ACCOUNT", account))
}

/// A condition on what a caller is.
fn condition(dice: &mut Dice<'_>) -> (String, String, Vec<String>) {
    const CONDITIONS: [(&str, &str, &[&str]); 12] = [
        ("String", "aws:PrincipalType", &["User", "AssumedRole", "Account", "FederatedUser"]),
        ("String", "aws:PrincipalType", &["Service", "Anonymous", "A*", "*User"]),
        ("String", "aws:PrincipalAccount", &["111122223333", "444455556666", "1*", "anonymous"]),
        (
            "Arn",
            "aws:PrincipalArn",
            &[
                "arn:aws:iam::111122223333:user/alice",
                "arn:*:iam::*:role/*",
                "arn:aws:iam::111122223333:role/*deploy",
                "arn:aws:iam::*:root",
                "arn:aws-cn:iam::*:user/eng/*",
                "arn:aws:sts::*:federated-user/*",
            ],
        ),
        ("String", "aws:username", &["alice", "mallory", "a*", "*"]),
        ("String", "aws:userid", &["*:session", "*:bob", "111122223333", "AIDA*"]),
        ("String", "aws:PrincipalOrgID", &["o-1", "o-2", "o-*"]),
        ("String", "aws:PrincipalTag/t", &["a", "b", "*"]),
        ("Bool", "aws:PrincipalIsAWSService", &["true", "false"]),
        ("Null", "aws:PrincipalServiceName", &["true", "false"]),
        ("String", "aws:PrincipalServiceName", &["cloudtrail.amazonaws.com", "c*"]),
        ("Bool", "aws:MultiFactorAuthPresent", &["true", "false"]),
    ];
    let (family, key, values) = CONDITIONS[dice.below(CONDITIONS.len())];
    let operator = match family {
        "String" => dice.pick(&["StringLike", "StringEquals", "StringNotEquals", "StringNotLike"]),
        "Arn" => dice.pick(&["ArnLike", "ArnNotLike", "StringLike", "StringNotLike"]),
        family => family,
    };
    let suffix = if family != "Null" && dice.one_in(3) { "IfExists" } else { "" };
    let count = 1 + dice.below(2);
    let values = (0..count).map(|_| dice.pick(values).to_owned()).collect();
    (format!("{operator}{suffix}"), key.to_owned(), values)
}

/// A variation, in which principals change as often as the rest.
fn changed(text: &Text, dice: &mut Dice<'_>) -> Text {
    if dice.one_in(2) {
        return mutated(text, dice);
    }
    let mut text = text.clone();
    let at = dice.below(text.statements.len());
    if let Some(statement) = text.statements.get_mut(at) {
        match dice.below(3) {
            0 => statement.conditions.push(condition(dice)),
            1 => statement.conditions.clear(),
            _ => {
                let element = if dice.one_in(4) { "NotPrincipal" } else { "Principal" };
                statement.principal = Some((element, principal(dice)));
            }
        }
    }
    text
}
