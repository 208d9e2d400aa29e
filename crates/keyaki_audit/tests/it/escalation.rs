//! Ways over several principals, to several goals.

use keyaki_audit::{Escalations, Finding, Goal};
use serde_json::{Value, json};

use crate::account::{Account, Files, allow, everything, policy, search, trust};

const ID: &str = "111122223333";

fn on(action: &str, resource: &str) -> Value {
    json!({"Effect": "Allow", "Action": action, "Resource": resource})
}

/// An administrator that Lambda may be passed, a role that may pass it, and one before that.
fn chain() -> Account {
    let mut account = Account::new(ID);
    let (own, lambda) = (json!({"AWS": ID}), json!({"Service": "lambda.amazonaws.com"}));
    let passes = ["iam:PassRole", "lambda:CreateFunction", "lambda:InvokeFunction"].map(allow);
    let assumes = policy(&[on("sts:AssumeRole", &account.arn("role/passes"))]);
    account.role("admin", &trust(&lambda), &everything(), &json!({}));
    account.role("passes", &trust(&own), &policy(&passes), &json!({}));
    account.user("start", &assumes, &json!({}));
    account.user("other", &policy(&[allow("s3:GetObject")]), &json!({}));
    account
}

fn found(account: &Account, more: &[(&str, Value)], goal: &Goal) -> Escalations {
    let mut files = Files::default();
    files.add(&format!("accounts/{ID}/eu-west-1/iam.json"), &account.details());
    more.iter().for_each(|(path, content)| files.add(path, content));
    search(&files.snapshot(), goal)
}

fn of<'f>(found: &'f Escalations, name: &str) -> Option<&'f Finding> {
    let ends = |f: &&Finding| f.principal.as_deref().is_some_and(|p| p.ends_with(name));
    found.outcome.findings.iter().find(ends)
}

fn actions(finding: Option<&Finding>) -> Vec<&str> {
    let steps = finding.iter().flat_map(|f| &f.steps);
    steps.map(|s| s.request.request.action.as_str()).collect()
}

#[test]
fn a_route_lists_the_requests_of_all_its_moves() {
    let found = found(&chain(), &[], &Goal::Administrator);
    let passes =
        ["iam:PassRole", "lambda:CreateFunction", "lambda:InvokeFunction", "sts:AssumeRole"];
    assert_eq!(actions(of(&found, "role/passes")), passes);
    let whole = [&["sts:AssumeRole"][..], &passes].concat();
    assert_eq!(actions(of(&found, "user/start")), whole);
    assert!(of(&found, "user/other").is_none() && of(&found, "role/admin").is_none());
    assert_eq!((found.picture.nodes.len(), found.picture.edges.len()), (3, 2));
}

#[test]
fn a_resource_control_policy_ends_a_route_at_the_role() {
    let deny = policy(&[json!({
        "Effect": "Deny", "Principal": "*", "Action": "sts:AssumeRole",
        "Resource": format!("arn:aws:iam::{ID}:role/passes"),
    })]);
    let organization = json!({
        "Organization": {"Id": "o-exampleorg", "MasterAccountId": "999999999999"},
        "Roots": [{"Id": "r-root", "Policies": ["p-FullAWSAccess"]}],
        "Accounts": [{"Id": ID, "ParentId": "r-root", "Policies": ["p-FullAWSAccess", "p-stop"]}],
        "Policies": [{
            "PolicySummary": {"Id": "p-stop", "Type": "RESOURCE_CONTROL_POLICY"},
            "Content": deny.to_string(),
        }],
    });
    let more = [("organization.json", organization)];
    let found = found(&chain(), &more, &Goal::Administrator);
    assert!(of(&found, "user/start").is_none());
    assert!(of(&found, "role/passes").is_some());
}

#[test]
fn a_role_can_be_the_goal() {
    let account = chain();
    let goal = Goal::Target(account.arn("role/passes"));
    let found = found(&account, &[], &goal);
    assert_eq!(actions(of(&found, "user/start")), ["sts:AssumeRole"]);
    assert!(of(&found, "role/passes").is_none() && of(&found, "user/other").is_none());
}

#[test]
fn access_to_a_resource_can_be_the_goal() {
    let mut account = Account::new(ID);
    let own = trust(&json!({"AWS": ID}));
    let reads = policy(&[
        on("s3:GetObject", "arn:aws:s3:::ledger/*"),
        on("s3:ListBucket", "arn:aws:s3:::ledger"),
    ]);
    account.role("reader", &own, &reads, &json!({}));
    account.user("start", &policy(&[allow("sts:AssumeRole")]), &json!({}));
    account.user("other", &policy(&[allow("sqs:SendMessage")]), &json!({}));
    let bucket = [(
        "accounts/111122223333/eu-west-1/s3-bucket/ledger.json",
        policy(&[json!({
            "Effect": "Deny", "Principal": "*", "Action": "s3:DeleteBucket",
            "Resource": "arn:aws:s3:::ledger",
        })]),
    )];
    let found = found(&account, &bucket, &Goal::Target("arn:aws:s3:::ledger".to_owned()));
    let steps = actions(of(&found, "user/start"));
    assert_eq!(steps, ["sts:AssumeRole", "s3:GetObject"]);
    assert!(of(&found, "user/other").is_none());
}

#[test]
fn equal_policies_are_followed_for_each_holder() {
    let mut account = Account::new(ID);
    let own = policy(&[on("iam:PutUserPolicy", &account.arn("user/one"))]);
    account.user("one", &own, &json!({})).user("two", &own, &json!({}));
    let found = found(&account, &[], &Goal::Administrator);
    assert_eq!(actions(of(&found, "user/one")), ["iam:PutUserPolicy"]);
    assert!(of(&found, "user/two").is_none());
}

#[test]
fn what_the_snapshot_does_not_tell_of_workloads_is_told() {
    let found = found(&chain(), &[], &Goal::Administrator);
    let told = found.outcome.not_analysed.iter().find(|n| n.about == ID).map(|n| n.why.as_str());
    assert!(told.is_some_and(|why| why.contains("lambda-function") && why.contains("lambda-003")));
}
