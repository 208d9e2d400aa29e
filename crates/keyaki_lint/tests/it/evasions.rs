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
    let own = r#"{ "Effect": "Allow", "Action": ["iam:CreateAccessKey", "iam:UpdateLoginProfile",
            "iam:CreateLoginProfile", "iam:CreateServiceSpecificCredential"],
        "Resource": ["arn:aws:iam::*:user/${aws:username}", "arn:aws:iam::*:user/*/${aws:username}"] }"#;
    assert_eq!(told(own, &RISKS[..1]), Vec::<&str>::new());
}

#[test]
fn whoever_may_write_his_own_policies_escalates() {
    let resources = [
        ("user", "user/${aws:username}"),
        ("user", "user/team/${aws:username}"),
        ("user", "user/*/${aws:username}"),
        ("user", "user/${aws:username}*"),
        ("user", "*/${aws:username}"),
        ("group", "group/${aws:PrincipalTag/team}"),
        ("group", "group/${aws:PrincipalTag/team}-*"),
        ("role", "role/${aws:PrincipalTag/role}"),
    ];
    let actions = [
        ("user", "iam:PutUserPolicy"),
        ("user", "iam:AttachUserPolicy"),
        ("user", "iam:DeleteUserPermissionsBoundary"),
        ("group", "iam:PutGroupPolicy"),
        ("group", "iam:AttachGroupPolicy"),
        ("group", "iam:AddUserToGroup"),
        ("role", "iam:PutRolePolicy"),
        ("role", "iam:UpdateAssumeRolePolicy"),
    ];
    for (kind, resource) in resources {
        for (_, action) in actions.iter().filter(|(k, _)| *k == kind) {
            let own = format!(
                r#"{{ "Effect": "Allow", "Action": "{action}", "Resource": "arn:aws:iam::*:{resource}" }}"#
            );
            let expected = if *action == "iam:UpdateAssumeRolePolicy" { 0 } else { 1 };
            assert_eq!(told(&own, &RISKS[..1]), RISKS[..expected], "{own}");
        }
    }
}

#[test]
fn a_deny_for_all_others_leaves_oneself() {
    let only_oneself = format!(
        r#"{IAM}, {{ "Effect": "Deny", "Action": "iam:*", "NotResource": "arn:aws:iam::*:user/${{aws:username}}" }}"#
    );
    assert_eq!(told(&only_oneself, &RISKS[..1]), RISKS[..1]);
    let keys = only_oneself
        .replace(r#""Action": "iam:*", "Resource""#, r#""Action": "iam:*AccessKey", "Resource""#);
    assert_ne!(keys, only_oneself);
    assert_eq!(told(&keys, &RISKS[..1]), Vec::<&str>::new());
}

#[test]
fn targets_that_variables_name_are_named() {
    let grants = [
        r#""sts:AssumeRole", "Resource": "arn:aws:iam::*:role/${aws:PrincipalTag/team}-*""#,
        r#""sts:AssumeRole", "Resource": "arn:aws:iam::*:role/${aws:PrincipalTag/team}""#,
        r#""iam:CreateAccessKey", "Resource": "arn:aws:iam::*:user/${aws:PrincipalTag/user}*""#,
    ];
    for grant in grants {
        let named = format!(r#"{{ "Effect": "Allow", "Action": {grant} }}"#);
        assert_eq!(told(&named, &RISKS[..1]), Vec::<&str>::new(), "{named}");
    }
}

#[test]
fn what_may_be_attached_counts() {
    let attach = |condition: &str| {
        format!(
            r#"{{ "Effect": "Allow", "Action": "iam:AttachUserPolicy", "Resource": "*", "Condition": {{ {condition} }} }}"#
        )
    };
    let harmless = [
        r#""ArnEquals": { "iam:PolicyARN": "arn:aws:iam::aws:policy/ReadOnlyAccess" }"#,
        r#""ArnLike": { "iam:PolicyARN": "arn:*:iam::aws:policy/ReadOnlyAccess" }"#,
        r#""StringEqualsIfExists": { "iam:policyarn": ["arn:aws:iam::aws:policy/job-function/ViewOnlyAccess", "arn:aws:iam::aws:policy/SecurityAudit"] }"#,
    ];
    for condition in harmless {
        assert_eq!(told(&attach(condition), &RISKS[..1]), Vec::<&str>::new(), "{condition}");
    }
    let others = [
        r#""ArnEquals": { "iam:PolicyARN": ["arn:aws:iam::aws:policy/ReadOnlyAccess", "arn:aws:iam::aws:policy/IAMFullAccess"] }"#,
        r#""ArnEquals": { "iam:PolicyARN": "arn:aws:iam::aws:policy/PowerUserAccess" }"#,
        r#""ArnEquals": { "iam:PolicyARN": "arn:aws:iam::aws:policy/NobodyKnowsThisPolicy" }"#,
        r#""ArnEquals": { "iam:PolicyARN": "arn:aws:iam::111122223333:policy/ReadOnlyAccess" }"#,
        r#""ArnLike": { "iam:PolicyARN": "arn:aws:iam::aws:policy/*" }"#,
        r#""ArnNotEquals": { "iam:PolicyARN": "arn:aws:iam::aws:policy/AdministratorAccess" }"#,
    ];
    for condition in others {
        assert_eq!(told(&attach(condition), &RISKS[..1]), RISKS[..1], "{condition}");
    }
}

#[test]
fn what_is_attached_counts_with_what_is_granted() {
    let attach = r#"{ "Effect": "Allow", "Action": "iam:AttachUserPolicy", "Resource": "*",
        "Condition": { "ArnEquals": { "iam:PolicyARN": "arn:aws:iam::aws:policy/AWSStepFunctionsFullAccess" } } }"#;
    assert_eq!(told(attach, &RISKS[..1]), Vec::<&str>::new());
    let pass = r#"{ "Effect": "Allow", "Action": "iam:PassRole",
        "Resource": "arn:aws:iam::111122223333:role/x" }"#;
    assert_eq!(told(&format!("{attach}, {pass}"), &RISKS[..1]), RISKS[..1]);
}

/// What is said of ways to gain permissions by a grant, in a policy of a version.
fn ways(version: &str, grant: &str) -> String {
    let text = format!(r#"{{ "Version": "{version}", "Statement": [{grant}] }}"#);
    let told = lint(&only("privilege-escalation"), &text, Reading::default());
    let messages: Vec<String> = told.iter().map(|d| d.message.clone()).collect();
    messages.join("; ")
}

/// A grant of actions on a resource of IAM.
fn of_iam(action: &str, resource: &str) -> String {
    format!(
        r#"{{ "Effect": "Allow", "Action": "iam:{action}", "Resource": "arn:aws:iam::*:{resource}" }}"#
    )
}

#[test]
fn users_of_some_name_write_their_own_policies() {
    let grant = of_iam("PutUserPolicy", "user/${aws:username}");
    for name in ["bob*", "?ob", "bob"] {
        let condition =
            format!(r#", "Condition": {{ "StringLike": {{ "aws:username": "{name}" }} }} }}"#);
        let grant = grant.replace(" }", &condition);
        assert!(ways("2012-10-17", &grant).contains("iam:PutUserPolicy"), "{grant}");
    }
}

#[test]
fn what_is_ones_own_is_of_the_kind_that_an_action_works_on() {
    let factors = of_iam("*", "mfa/${aws:username}");
    assert_eq!(ways("2012-10-17", &factors), "");
    let added = of_iam("AddUserToGroup", "user/${aws:username}");
    assert_eq!(ways("2012-10-17", &added), "");
    let all = ways("2012-10-17", &of_iam("PutUserPolicy", "*/${aws:username}"));
    assert!(all.contains("iam:PutUserPolicy"), "{all}");
}

#[test]
fn more_than_ones_own_name_reaches_others() {
    for resource in ["user/${aws:username}*", "user/${aws:username}?", "user/*${aws:username}"] {
        let grant = of_iam("CreateAccessKey", resource);
        assert!(ways("2012-10-17", &grant).contains("iam:CreateAccessKey"), "{grant}");
    }
    for resource in ["user/${aws:username}", "user/*/${aws:username}", "user/x-${aws:username}"] {
        let grant = of_iam("CreateAccessKey", resource);
        assert_eq!(ways("2012-10-17", &grant), "", "{grant}");
    }
}

#[test]
fn nothing_is_ones_own_without_policy_variables() {
    let grant = of_iam("PutUserPolicy", "user/${aws:username}");
    assert!(ways("2012-10-17", &grant).contains("iam:PutUserPolicy"));
    assert_eq!(ways("2008-10-17", &grant), "");
}
