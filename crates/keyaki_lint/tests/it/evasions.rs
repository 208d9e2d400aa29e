//! Spellings and additions that hide dangerous grants from checks of text: each is seen through.

use crate::support::{Reading, lint, only};

/// The rules among these that say something of a policy's statements.
fn told(statements: &str, rules: &[&'static str]) -> Vec<&'static str> {
    let text = format!("{{ \"Version\": \"2012-10-17\", \"Statement\": [{statements}] }}");
    let told = |rule: &&&str| !lint(&only(rule), &text, Reading::default()).is_empty();
    rules.iter().filter(told).copied().collect()
}

const RISKS: [&str; 3] = ["privilege-escalation", "credential-exposure", "resource-exposure"];

const IAM: &str = r#"{ "Effect": "Allow", "Action": "iam:*", "Resource": "*" }"#;

#[test]
fn the_plain_grant_is_seen() {
    assert_eq!(told(IAM, &RISKS), RISKS);
}

#[test]
fn a_deny_under_a_condition_that_hardly_holds_changes_nothing() {
    let deny = r#"{ "Effect": "Deny", "Action": "iam:*", "Resource": "*",
        "Condition": { "DateLessThan": { "aws:TokenIssueTime": "2020-01-01T00:00:00Z" } } }"#;
    assert_eq!(told(&format!("{IAM}, {deny}"), &RISKS), RISKS);
}

#[test]
fn a_deny_on_one_role_changes_nothing() {
    let deny = r#"{ "Effect": "Deny", "Action": "iam:*",
        "Resource": "arn:aws:iam::111122223333:role/audit" }"#;
    assert_eq!(told(&format!("{IAM}, {deny}"), &RISKS), RISKS);
}

#[test]
fn a_deny_of_all_is_believed() {
    let deny = r#"{ "Effect": "Deny", "Action": "iam:*", "Resource": "*" }"#;
    assert_eq!(told(&format!("{IAM}, {deny}"), &RISKS), Vec::<&str>::new());
}

#[test]
fn a_condition_that_always_holds_changes_nothing() {
    let vacuous = r#"{ "Effect": "Allow", "Action": "iam:*", "Resource": "*",
        "Condition": { "StringLikeIfExists": { "aws:PrincipalArn": "*" } } }"#;
    assert_eq!(told(vacuous, &RISKS), RISKS);
}

#[test]
fn a_condition_that_never_holds_is_believed() {
    let never = r#"{ "Effect": "Allow", "Action": "iam:*", "Resource": "*",
        "Condition": { "StringEquals": { "aws:RequestedRegion": "eu-west-1" },
                       "StringNotEquals": { "aws:RequestedRegion": "eu-west-1" } } }"#;
    assert_eq!(told(never, &RISKS), Vec::<&str>::new());
}

#[test]
fn every_action_under_some_limit_is_no_grant_for_administrators() {
    let grants = [
        r#"{ "Effect": "Allow", "Action": "*", "NotResource": "arn:aws:s3:::reports/*" }"#,
        r#"{ "Effect": "Allow", "Action": "*", "Resource": "arn:aws:iam::*:*" }"#,
        r#"{ "Effect": "Allow", "Action": "*", "Resource": "*",
            "Condition": { "Bool": { "aws:MultiFactorAuthPresent": "true" } } }"#,
    ];
    for grant in grants {
        assert_eq!(told(grant, &RISKS), RISKS, "{grant}");
    }
    let ways = ["full-administrator", "hidden-administrator", "privilege-escalation"];
    let plain = r#"{ "Effect": "Allow", "Action": "*", "Resource": "*" }"#;
    assert_eq!(told(plain, &ways), ["full-administrator"]);
    let vacuous = r#"{ "Effect": "Allow", "Action": "*", "Resource": "*",
        "Condition": { "StringLikeIfExists": { "aws:PrincipalArn": "*" } } }"#;
    assert_eq!(told(vacuous, &ways), ["hidden-administrator"]);
}

#[test]
fn odd_resources_are_seen_through() {
    for resource in ["arn:aws:iam::*:*", "**", "arn:*", "arn:*:iam::*"] {
        let grant = IAM.replace("\"*\" }", &format!("\"{resource}\" }}"));
        assert_eq!(told(&grant, &RISKS), RISKS, "{resource}");
    }
}

#[test]
fn not_resource_is_seen_through() {
    let grant = r#"{ "Effect": "Allow", "Action": "iam:*",
        "NotResource": "arn:aws:iam::111122223333:role/audit" }"#;
    assert_eq!(told(grant, &RISKS), RISKS);
}

#[test]
fn not_action_is_seen_through() {
    let grant = r#"{ "Effect": "Allow", "NotAction": "s3:*", "Resource": "*" }"#;
    assert_eq!(told(grant, &RISKS), RISKS);
}

#[test]
fn wildcards_inside_the_service_are_seen_through() {
    for action in ["ia?:*", "i*m:*", "IAM:*", "?am:*"] {
        let grant = IAM.replace("iam:*", action);
        assert_eq!(told(&grant, &RISKS), RISKS, "{action}");
    }
}

#[test]
fn letter_case_is_seen_through() {
    let grant = IAM.replace("iam:*", "IAM:CREATELOGINPROFILE");
    assert_eq!(told(&grant, &RISKS[..2]), RISKS[..2]);
}

#[test]
fn odd_spellings_of_all_actions_are_seen_through() {
    for action in ["*", "**", "*:*"] {
        let grant = IAM.replace("iam:*", action);
        assert_eq!(told(&grant, &["full-administrator"]), ["full-administrator"], "{action}");
    }
    let split = r#"{ "Effect": "Allow", "NotAction": "iam:*", "Resource": "*" },
        { "Effect": "Allow", "Action": "ia?:*", "Resource": "**" }"#;
    assert_eq!(told(split, &["hidden-administrator"]), ["hidden-administrator"]);
}

#[test]
fn a_way_that_is_split_over_statements_is_seen_through() {
    let split = r#"{ "Effect": "Allow", "Action": "lambda:Create*", "Resource": "*" },
        { "Effect": "Allow", "Action": "iam:pass?ole", "Resource": "*",
          "Condition": { "StringLike": { "iam:PassedToService": "lamb*" } } },
        { "Effect": "Allow", "Action": "lambda:Invoke*", "Resource": "*" }"#;
    assert_eq!(told(split, &RISKS[..1]), RISKS[..1]);
    let other_service = split.replace("lamb*", "ec2*");
    assert_eq!(told(&other_service, &RISKS[..1]), Vec::<&str>::new());
}

#[test]
fn a_grant_for_oneself_is_no_escalation() {
    let own = r#"{ "Effect": "Allow", "Action": ["iam:CreateAccessKey", "iam:UpdateLoginProfile"],
        "Resource": "arn:aws:iam::*:user/${aws:username}" }"#;
    assert_eq!(told(own, &RISKS[..1]), Vec::<&str>::new());
}
