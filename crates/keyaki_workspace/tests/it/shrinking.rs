//! Shorter policies: what they keep, and that it is proved.

use keyaki_analyze::Answer;
use keyaki_ir::PolicyKind;
use keyaki_workspace::{Shrunk, Wanted, shrink};

use crate::sample;

const WANTED: Wanted =
    Wanted { limit: 6_144, kind: PolicyKind::Identity, wildcards: false, split: false };

fn shrunk(text: &str, wanted: Wanted) -> Shrunk {
    let catalog = keyaki_catalog::embedded();
    shrink(text, wanted, catalog, &mut |_, _| {}).unwrap_or_else(|reason| panic!("{reason}"))
}

fn is_proved(shrunk: &Shrunk) -> bool {
    matches!(shrunk.proof, Answer::Proved { .. })
}

#[test]
fn statements_that_differ_in_one_list_become_one() {
    let text = r#"{ "Version": "2012-10-17", "Statement": [
        { "Sid": "A", "Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::a/*" },
        { "Sid": "B", "Effect": "Allow", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::a/*" },
        { "Sid": "C", "Effect": "Allow", "Action": ["s3:PutObject", "s3:GetObject"], "Resource": "arn:aws:s3:::b/*" }
    ] }"#;
    let shrunk = shrunk(text, WANTED);
    let expected = r#"{"Version":"2012-10-17","Statement":[{"Sid":"A","Effect":"Allow","Action":["s3:GetObject","s3:PutObject"],"Resource":["arn:aws:s3:::a/*","arn:aws:s3:::b/*"]}]}"#;
    assert_eq!(shrunk.policies[0].to_string(), expected);
    assert!(is_proved(&shrunk) && shrunk.after[0] < shrunk.before);
}

#[test]
fn a_deny_keeps_what_it_denies() {
    let text = r#"{ "Version": "2012-10-17", "Statement": [
        { "Effect": "Deny", "Action": "ec2:*", "Resource": "*" },
        { "Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::a/*" }
    ] }"#;
    let shrunk = shrunk(text, WANTED);
    assert!(shrunk.policies[0].to_string().contains("ec2:*") && is_proved(&shrunk));
}

#[test]
fn wildcards_stand_for_lists_only_where_that_is_wanted() {
    let names: Vec<String> = keyaki_catalog::embedded()
        .expand("sqs:*")
        .iter()
        .filter_map(|id| keyaki_catalog::embedded().action_by_id(id))
        .map(|action| format!("\"{}\"", action.full_name()))
        .collect();
    let text = format!(
        r#"{{ "Version": "2012-10-17", "Statement": {{ "Effect": "Allow", "Action": [{}], "Resource": "*" }} }}"#,
        names.join(", ")
    );
    let plain = shrunk(&text, WANTED);
    assert!(plain.policies[0].to_string().contains("sqs:SendMessage"));
    let short = shrunk(&text, Wanted { wildcards: true, ..WANTED });
    assert!(short.policies[0].to_string().contains("\"sqs:*\"") && is_proved(&short));
}

#[test]
fn a_policy_that_is_too_long_becomes_several() {
    let statements: Vec<String> = (0..60)
        .map(|n| {
            format!(
                r#"{{ "Sid": "S{n}", "Effect": "Allow", "Action": "sqs:SendMessage",
                "Resource": "arn:aws:sqs:eu-west-1:111122223333:queue-{n}",
                "Condition": {{ "StringEquals": {{ "aws:PrincipalTag/team": "team-{n}" }} }} }}"#
            )
        })
        .collect();
    let text = format!(r#"{{ "Version": "2012-10-17", "Statement": [{}] }}"#, statements.join(","));
    let wanted = Wanted { limit: 2_048, split: true, ..WANTED };
    let shrunk = shrunk(&text, wanted);
    assert!(shrunk.policies.len() > 1 && shrunk.after.iter().all(|length| *length <= 2_048));
    assert!(is_proved(&shrunk), "{:?}", shrunk.proof);
}

#[test]
fn real_policies_become_no_longer_and_keep_their_meaning() {
    let (mut count, mut before, mut after) = (0, 0, 0);
    for path in sample(&["managed"], 110) {
        let Ok(text) = std::fs::read_to_string(&path) else { continue };
        let shrunk = shrunk(&text, WANTED);
        assert!(is_proved(&shrunk), "{}: {:?}", path.display(), shrunk.proof);
        assert!(shrunk.after[0] <= shrunk.before, "{}", path.display());
        (count, before, after) = (count + 1, before + shrunk.before, after + shrunk.after[0]);
    }
    println!("{count} policies: {before} characters, now {after}");
}

#[test]
fn a_deny_for_root_users_stays_in_a_service_control_policy() {
    let text = r#"{ "Version": "2012-10-17", "Statement": [
        { "Effect": "Deny", "Action": "organizations:LeaveOrganization", "Resource": "*" },
        { "Effect": "Deny", "Action": "*", "Resource": "*",
          "Condition": { "ArnLike": { "aws:PrincipalArn": "arn:aws:iam::*:root" } } }
    ] }"#;
    let shrunk = shrunk(text, Wanted { kind: PolicyKind::Scp, ..WANTED });
    assert!(shrunk.policies[0].to_string().contains(":root"), "{}", shrunk.policies[0]);
    assert!(is_proved(&shrunk), "{:?}", shrunk.proof);
}

#[test]
fn a_policy_of_a_resource_with_many_principals_is_judged_statement_by_statement() {
    let statement = |n: usize| {
        format!(
            r#"{{ "Effect": "Allow", "Principal": {{ "AWS": "arn:aws:iam::111122223333:role/app-{n}" }},
                "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/p{n}/*" }}"#
        )
    };
    let covered = r#"{ "Effect": "Allow", "Principal": { "AWS": "arn:aws:iam::111122223333:role/app-7" },
        "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/p7/*",
        "Condition": { "Bool": { "aws:SecureTransport": "true" } } }"#;
    let statements: Vec<String> = (0..150).map(statement).collect();
    let text = format!(
        r#"{{ "Version": "2012-10-17", "Statement": [{}, {covered}] }}"#,
        statements.join(",")
    );
    let wanted = Wanted { kind: PolicyKind::Resource, limit: 100_000, ..WANTED };
    let mut judged = Vec::new();
    let mut told = |done: usize, of: usize| judged.push((done, of));
    let shrunk = shrink(&text, wanted, keyaki_catalog::embedded(), &mut told);
    let shrunk = shrunk.unwrap_or_else(|reason| panic!("{reason}"));
    assert!(is_proved(&shrunk), "{:?}", shrunk.proof);
    assert_eq!(shrunk.policies[0]["Statement"].as_array().map(Vec::len), Some(150));
    assert_eq!((judged.len(), judged.last(), shrunk.not_judged), (151, Some(&(151, 151)), 0));
}
