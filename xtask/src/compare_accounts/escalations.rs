//! Users and roles with ways to more permissions, by cloudsplaining and by ours.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use super::{CODES, print};
use crate::Outcome;
use crate::bench::Bench;

pub(super) const PACKAGE: &str = "cloudsplaining==0.9.1";
const DRIVER: &str = include_str!("cloudsplaining_driver.py");
/// Last use is not compared, so that any time does.
const NOW: &str = "2026-11-22T00:00:00Z";

/// The ways that cloudsplaining names, by user or role.
type Theirs = BTreeMap<String, Vec<String>>;

pub(super) fn compare(bench: &Bench, sample: &Path) -> Outcome {
    let account: Value = serde_json::from_slice(&std::fs::read(sample)?)?;
    let folder = bench.folder.join("sample");
    std::fs::create_dir_all(&folder)?;
    std::fs::copy(sample, folder.join("authorization.json"))?;
    let report = bench.folder.join("analyze.json");
    let ours = bench.measure(
        Command::new(&bench.keyaki)
            .args(["analyze", "--now", NOW, "--jobs", "1", "--output"])
            .arg(format!("json={}", report.display()))
            .arg(&folder),
        &CODES,
    )?;
    let (driver, list) =
        (bench.folder.join("cloudsplaining_driver.py"), bench.folder.join("ways.json"));
    std::fs::write(&driver, DRIVER)?;
    let theirs = bench
        .measure(Command::new(bench.venv.python()).arg(driver).arg(sample).arg(&list), &CODES)?;
    println!("| program | CPU | times ours | peak memory |\n|---|---|---|---|");
    print(&ours, concat!("keyaki ", env!("CARGO_PKG_VERSION")), &ours);
    print(&theirs, &PACKAGE.replace("==", " "), &ours);
    let report: Value = serde_json::from_slice(&std::fs::read(report)?)?;
    let theirs: Theirs = serde_json::from_slice::<BTreeMap<String, Value>>(&std::fs::read(list)?)?
        .into_iter()
        .map(|(arn, ways)| (arn, texts(&ways)))
        .collect();
    sort(&Account(&account), &report, &theirs)
}

fn texts(list: &Value) -> Vec<String> {
    let all = list.as_array().into_iter().flatten().filter_map(Value::as_str);
    all.map(str::to_owned).collect()
}

/// Sorts what the two say otherwise.
fn sort(account: &Account<'_>, report: &Value, theirs: &Theirs) -> Outcome {
    let findings = report["findings"].as_array().map(Vec::as_slice).unwrap_or_default();
    let kinds = ["admin", "escalation"];
    let about = |f: &&Value| kinds.iter().any(|kind| f["kind"] == *kind);
    let ours: BTreeMap<&str, &Value> = findings
        .iter()
        .filter(about)
        .filter_map(|f| Some((f["principal"].as_str().or(f["resource"].as_str())?, f)))
        .collect();
    let flagged: BTreeSet<&str> =
        theirs.iter().filter(|(_, ways)| !ways.is_empty()).map(|(arn, _)| arn.as_str()).collect();
    let both = ours.keys().filter(|arn| flagged.contains(**arn)).count();
    let neither = theirs.keys().filter(|a| !flagged.contains(&***a) && !ours.contains_key(&***a));
    println!(
        "\n{} users and roles, {both} flagged by both, {} by neither",
        theirs.len(),
        neither.count()
    );
    let mut classes: BTreeMap<(&str, &str), Vec<&str>> = BTreeMap::new();
    for arn in &flagged {
        if !ours.contains_key(arn) {
            let ways = theirs.get(*arn).map(Vec::as_slice).unwrap_or_default();
            let why = why_theirs(account, arn, ways).unwrap_or(UNSORTED);
            classes.entry(("cloudsplaining alone", why)).or_default().push(arn);
        }
    }
    for (arn, finding) in ours.iter().filter(|(arn, _)| !flagged.contains(*arn)) {
        let why = why_ours(account, arn, finding).unwrap_or(UNSORTED);
        classes.entry(("keyaki alone", why)).or_default().push(arn);
    }
    println!("\n| flagged by | users and roles | why |\n|---|---|---|");
    for ((by, why), arns) in &classes {
        println!("| {by} | {} | {why} |", arns.len());
    }
    let unsorted = classes.iter().filter(|((_, why), _)| *why == UNSORTED);
    match unsorted.flat_map(|(_, arns)| arns).next() {
        Some(arn) => Err(format!("nothing explains what is said of {arn}").into()),
        None => Ok(()),
    }
}

const UNSORTED: &str = "unsorted";

/// Ways that change users and groups alone.
const CHANGES_USERS: [&str; 5] =
    ["AddUserToGroup", "AttachGroupPolicy", "AttachUserPolicy", "PutGroupPolicy", "PutUserPolicy"];
/// Ways that change a role alone.
const CHANGES_ROLES: [&str; 2] = ["AttachRolePolicy", "PutRolePolicy"];
/// Ways through something that runs already.
const NEEDS_WORKLOAD: [&str; 6] = [
    "CreatePresignedSageMakerNotebookUrl",
    "EC2InstanceConnectSendSSHPublicKey",
    "EditExistingLambdaFunctionWithRole",
    "UpdateAndInvokeLambdaFunction",
    "UpdateExistingGlueDevEndpoint",
    "UpdateLambdaFunctionAndAddPermission",
];

/// Why only cloudsplaining flags somebody.
fn why_theirs(account: &Account<'_>, arn: &str, ways: &[String]) -> Option<&'static str> {
    let is_role = arn.contains(":role/");
    let all = |names: &[&str]| ways.iter().all(|way| names.contains(&way.as_str()));
    let is_passing = |way: &String| way.starts_with("PassExistingRoleToNewLambda");
    if account.denies_everything(arn) {
        return Some(
            "another policy of theirs denies everything: it looks at one policy at a time",
        );
    }
    if all(&["SetExistingDefaultPolicyVersion"]) {
        return Some("older versions of policies, which ours does not follow");
    }
    if all(&NEEDS_WORKLOAD) {
        return Some(
            "something must run with another role; the sample does not tell what runs, which ours lists as not analysed",
        );
    }
    if is_role && all(&CHANGES_USERS) {
        return Some("changes users and groups, and a role is no user and in no group");
    }
    if !is_role && all(&CHANGES_ROLES) {
        return Some("changes roles, and the user can assume none of them");
    }
    let runs = ways.iter().filter(|way| !is_passing(way));
    let rest: Vec<&str> = runs.map(String::as_str).collect();
    if rest.iter().all(|way| NEEDS_WORKLOAD.contains(way)) && !account.trusts_lambda(arn) {
        return Some("passes a role to Lambda, and no role of the account lets Lambda in");
    }
    None
}

/// Why only ours flags somebody.
fn why_ours(account: &Account<'_>, arn: &str, finding: &Value) -> Option<&'static str> {
    if account.has_managed(arn, "AdministratorAccess") {
        return Some("`AdministratorAccess`, which it leaves out by its name");
    }
    let steps = finding["steps"].as_array().map(Vec::as_slice).unwrap_or_default();
    if steps.first()?["way"] == "sts-001" {
        return Some("assumes other roles, which it does not follow");
    }
    let statements: Vec<&Value> =
        steps.iter().filter_map(|s| s["statements"].as_array()).flatten().collect();
    let policies: BTreeSet<&str> =
        statements.iter().filter_map(|s| s["pointer"].as_str()).collect();
    if policies.len() > 1 {
        return Some("permissions of two policies together: it looks at one policy at a time");
    }
    let parsed = statements.iter().filter_map(|s| s["text"].as_str());
    let parsed: Vec<Value> = parsed.filter_map(|t| serde_json::from_str(t).ok()).collect();
    if parsed.iter().any(|s| !s["Condition"].is_null()) {
        return Some("under a condition that can be met: it leaves out statements with conditions");
    }
    if parsed.iter().any(|s| s["Resource"] != "*") {
        return Some("on named resources that suffice: it asks for `\"Resource\": \"*\"`");
    }
    None
}

/// The details of an account, as AWS tells them.
struct Account<'a>(&'a Value);

impl<'a> Account<'a> {
    fn list(&self, name: &str) -> &'a [Value] {
        self.0[name].as_array().map(Vec::as_slice).unwrap_or_default()
    }

    /// A user or role, and the user's groups.
    fn holders(&self, arn: &str) -> Vec<&'a Value> {
        let all = self.list("UserDetailList").iter().chain(self.list("RoleDetailList"));
        let mut holders: Vec<&Value> = all.filter(|h| h["Arn"] == arn).collect();
        let names: Vec<String> = holders.iter().flat_map(|h| texts(&h["GroupList"])).collect();
        let groups = self.list("GroupDetailList").iter();
        holders.extend(groups.filter(|g| names.iter().any(|name| g["GroupName"] == **name)));
        holders
    }

    fn has_managed(&self, arn: &str, name: &str) -> bool {
        let attached = self.holders(arn);
        let mut attached =
            attached.iter().filter_map(|h| h["AttachedManagedPolicies"].as_array()).flatten();
        attached.any(|p| p["PolicyName"] == name)
    }

    /// Whether a managed policy denies everything, whatever others allow.
    fn denies_everything(&self, arn: &str) -> bool {
        let denies = |s: &Value| {
            s["Effect"] == "Deny"
                && s["Action"] == "*"
                && s["Resource"] == "*"
                && s["Condition"].is_null()
        };
        let policies = self.list("Policies").iter().filter(|p| {
            let versions = p["PolicyVersionList"].as_array().into_iter().flatten();
            let mut default = versions.filter(|v| v["IsDefaultVersion"] == true);
            default.any(|v| {
                let statements = &v["Document"]["Statement"];
                statements.as_array().map_or(denies(statements), |all| all.iter().any(denies))
            })
        });
        let names: Vec<&str> = policies.filter_map(|p| p["PolicyName"].as_str()).collect();
        names.iter().any(|name| self.has_managed(arn, name))
    }

    /// Whether a role of somebody's account lets Lambda in.
    fn trusts_lambda(&self, arn: &str) -> bool {
        let account = arn.split(':').nth(4).unwrap_or_default();
        let own = |role: &&Value| {
            role["Arn"].as_str().is_some_and(|a| a.split(':').nth(4) == Some(account))
        };
        let trust = |role: &Value| role["AssumeRolePolicyDocument"].to_string();
        let mut roles = self.list("RoleDetailList").iter().filter(own);
        roles.any(|role| trust(role).contains("lambda.amazonaws.com"))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn account() -> Value {
        let deny = json!({"Effect": "Deny", "Action": "*", "Resource": "*"});
        json!({
            "UserDetailList": [{"Arn": "arn:aws:iam::111122223333:user/shut", "GroupList": ["shut"]}],
            "GroupDetailList": [{"GroupName": "shut", "AttachedManagedPolicies": [{"PolicyName": "deny-all"}]}],
            "RoleDetailList": [
                {"Arn": "arn:aws:iam::111122223333:role/admin", "AttachedManagedPolicies": [{"PolicyName": "AdministratorAccess"}]},
                {"Arn": "arn:aws:iam::222233334444:role/f", "AssumeRolePolicyDocument": {"Statement": [{"Principal": {"Service": "lambda.amazonaws.com"}}]}},
            ],
            "Policies": [{"PolicyName": "deny-all", "PolicyVersionList": [{"IsDefaultVersion": true, "Document": {"Statement": deny}}]}],
        })
    }

    #[test]
    fn what_they_alone_say_has_a_reason_or_none() {
        let details = account();
        let why = |arn: &str, ways: &[&str]| {
            let ways: Vec<String> = ways.iter().map(|w| (*w).to_owned()).collect();
            let arn = format!("arn:aws:iam::{arn}");
            why_theirs(&Account(&details), &arn, &ways).map(|why| why.split(',').next())
        };
        let starts = |why: Option<Option<&'static str>>, with: &str| {
            why.flatten().is_some_and(|why| why.starts_with(with))
        };
        assert!(starts(why("111122223333:user/shut", &["CreateAccessKey"]), "another policy"));
        assert!(starts(why("111122223333:role/r", &["PutUserPolicy"]), "changes users"));
        assert!(starts(why("111122223333:user/u", &["PutRolePolicy"]), "changes roles"));
        let lambda = &["PassExistingRoleToNewLambdaThenInvoke"];
        assert!(starts(why("111122223333:user/u", lambda), "passes a role"));
        assert_eq!(why("222233334444:user/u", lambda), None);
        assert_eq!(why("111122223333:user/u", &["PutUserPolicy", "CreateAccessKey"]), None);
    }

    #[test]
    fn what_ours_alone_says_has_a_reason_or_none() {
        let details = account();
        let why = |arn: &str, finding: &Value| why_ours(&Account(&details), arn, finding).is_some();
        let steps = |way: &str, statement: Value| {
            let statement = json!({"pointer": "/Policies/0", "text": statement.to_string()});
            json!({"steps": [{"way": way, "statements": [statement]}]})
        };
        let all = json!({"Effect": "Allow", "Action": "*", "Resource": "*"});
        let arn = "arn:aws:iam::111122223333:role/r";
        assert!(why("arn:aws:iam::111122223333:role/admin", &json!({})));
        assert!(why(arn, &steps("sts-001", all.clone())));
        assert!(why(arn, &steps("iam-001", json!({"Resource": "*", "Condition": {}}))));
        assert!(!why(arn, &steps("iam-001", all)));
    }
}
