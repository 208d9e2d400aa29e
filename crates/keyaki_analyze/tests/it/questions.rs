//! Small questions, each about one thing.

use super::*;
use keyaki_analyze::Access;
use keyaki_eval::Policies;

/// A policy of these statements.
fn policy(statements: &str) -> Document {
    document(&format!(r#"{{"Version": "2012-10-17", "Statement": [{statements}]}}"#))
}

fn identity(statements: &str) -> Subject {
    Subject::identity(vec![policy(statements)])
}

fn resource(statements: &str) -> Subject {
    Subject::resource(policy(statements))
}

fn new_access(old: &Subject, new: &Subject) -> Answer {
    answer(&Question::NoNewAccess { old, new }, Actions::Any)
}

/// The witness's value of a key; none where it is absent.
fn key(answer: &Answer, key: &str) -> Option<String> {
    let Answer::Refuted(witness) = answer else { panic!("{answer:?}") };
    witness.request.context.one(key).map(str::to_owned)
}

fn proved(answer: &Answer) {
    assert!(matches!(answer, Answer::Proved { .. }), "{answer:?}");
}

const READ: &str =
    r#"{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"}"#;

#[test]
fn a_narrower_resource_is_no_new_access() {
    let narrow = READ.replace("b/*", "b/logs/*");
    proved(&new_access(&identity(READ), &identity(&narrow)));
    let wide = new_access(&identity(&narrow), &identity(READ));
    let Answer::Refuted(witness) = wide else { panic!("{wide:?}") };
    assert!(!witness.request.resource.contains("logs/"), "{witness:?}");
    assert!(witness.is_known && witness.is_realistic);
}

#[test]
fn a_star_does_not_cross_the_colons_of_an_arn() {
    let all = r#"{"Effect": "Allow", "Action": "ec2:StartInstances",
        "Resource": "arn:aws:ec2:*:111122223333:instance/*"}"#;
    let pieces = r#"{"Effect": "Allow", "Action": "ec2:StartInstances",
        "Resource": ["arn:aws:ec2:eu-*:111122223333:instance/*",
                     "arn:aws:ec2:*:111122223333:instance/i-*"]}"#;
    proved(&new_access(&identity(all), &identity(pieces)));
    let answer = new_access(&identity(pieces), &identity(all));
    assert!(matches!(answer, Answer::Refuted(_)), "{answer:?}");
}

#[test]
fn a_deny_with_a_negated_operator_bites_where_the_key_is_absent() {
    let with = |deny: &str| identity(&format!("{READ}, {deny}"));
    let deny = |operator: &str| {
        format!(
            r#"{{"Effect": "Deny", "Action": "*", "Resource": "*",
                 "Condition": {{"{operator}": {{"aws:SourceVpce": "vpce-1"}}}}}}"#
        )
    };
    let only_inside =
        READ.replace('}', r#", "Condition": {"StringEquals": {"aws:SourceVpce": "vpce-1"}}}"#);
    proved(&new_access(&identity(&only_inside), &with(&deny("StringNotEquals"))));
    // A positive operator lets a request without the key through.
    let lenient = new_access(&identity(&only_inside), &with(&deny("StringLike")));
    assert_ne!(key(&lenient, "aws:SourceVpce").as_deref(), Some("vpce-1"));
}

#[test]
fn for_all_values_lets_the_absent_key_through() {
    let gated = |operator: &str| {
        identity(&format!(
            r#"{{"Effect": "Allow", "Action": "ec2:CreateTags", "Resource": "*",
                 "Condition": {{"{operator}": {{"aws:TagKeys": ["team"]}}}}}}"#
        ))
    };
    let answer =
        new_access(&gated("ForAnyValue:StringEquals"), &gated("ForAllValues:StringEquals"));
    let Answer::Refuted(witness) = &answer else { panic!("{answer:?}") };
    assert!(!witness.request.context.has("aws:TagKeys"), "{witness:?}");
}

/// A statement that allows an action on a resource.
fn grant(action: &str, resource: &str) -> String {
    format!(r#"{{"Effect": "Allow", "Action": "{action}", "Resource": "{resource}"}}"#)
}

#[test]
fn a_variable_is_the_same_on_both_sides() {
    let home = |suffix: &str| {
        identity(&format!(
            r#"{{"Effect": "Allow", "Action": "s3:GetObject",
                 "Resource": "arn:aws:s3:::home/${{aws:username}}/{suffix}"}}"#
        ))
    };
    proved(&new_access(&home("*"), &home("docs/*")));
    let answer = new_access(&home("docs/*"), &home("*"));
    assert!(key(&answer, "aws:username").is_some(), "{answer:?}");
}

#[test]
fn a_variable_takes_the_value_that_another_pattern_asks_for() {
    let one = |pattern: &str| identity(&grant("iam:PutUserPolicy", pattern));
    let pairs = [
        ("user/${aws:username}", "user/pat"),
        ("user/${aws:username}", "user/p?t-*"),
        ("user/*/${aws:username}", "user/team/pat"),
        ("user/${aws:username}-*", "user/*-pat"),
        ("group/${aws:PrincipalTag/team}", "group/blue"),
        ("group/${aws:PrincipalTag/team}/${aws:username}", "group/blue/pat"),
        ("user/${aws:username}/*", "user/*/${aws:PrincipalTag/team}"),
    ];
    for (own, other) in pairs {
        let open = format!("arn:aws:iam::*:{own}");
        let other = format!("arn:*:iam::1*:{other}");
        let (own, other) = (one(&open), one(&other));
        let answer = answer(&Question::Disjoint { one: &own, other: &other }, Actions::Known);
        assert!(matches!(answer, Answer::Refuted(_)), "{open}: {answer:?}");
    }
    let apart = [("user/${aws:username}", "group/*"), ("user/${aws:username}-x", "user/*y")];
    for (own, other) in apart {
        let own = one(&format!("arn:aws:iam::*:{own}"));
        let other = one(&format!("arn:aws:iam::*:{other}"));
        proved(&answer(&Question::Disjoint { one: &own, other: &other }, Actions::Known));
    }
}

#[test]
fn keys_that_a_variable_makes_equal_take_a_value_that_one_of_them_must_have() {
    let statement = r#"{"Effect": "Allow", "Action": "ec2:StopInstances", "Resource": "*",
        "Condition": {"StringEquals": {"aws:ResourceTag/team": "${aws:PrincipalTag/team}"},
                      "StringLike": {"aws:ResourceTag/Team": "b?u*"}}}"#;
    let subject = identity(statement);
    let answer = answer(&Question::AlwaysDenied { subject: &subject }, Actions::Known);
    assert!(
        key(&answer, "aws:PrincipalTag/team").is_some_and(|v| v.starts_with('b')),
        "{answer:?}"
    );
}

#[test]
fn a_user_named_in_a_condition_is_found_as_the_caller() {
    let one = READ.replace(
        '}',
        r#", "Condition": {"ArnEquals": {"aws:PrincipalArn": "arn:aws:iam::111122223333:user/ann"}}}"#,
    );
    let subject = identity(&one);
    let refuted = answer(&Question::AlwaysDenied { subject: &subject }, Actions::Known);
    let Answer::Refuted(witness) = refuted else { panic!("{refuted:?}") };
    let arn = witness.request.caller.arn();
    assert_eq!(arn.as_deref(), Some("arn:aws:iam::111122223333:user/ann"));
}

#[test]
fn a_policy_of_a_resource_is_about_its_principals() {
    let grant = |principal: &str| {
        resource(&format!(
            r#"{{"Effect": "Allow", "Principal": {principal}, "Action": "s3:GetObject",
                 "Resource": "arn:aws:s3:::b/*"}}"#
        ))
    };
    let account = grant(r#"{"AWS": "111122223333"}"#);
    let role = grant(r#"{"AWS": "arn:aws:iam::111122223333:role/reader"}"#);
    let anyone = grant(r#""*""#);
    proved(&new_access(&anyone, &account));
    proved(&new_access(&account, &account));
    let wider = new_access(&account, &anyone);
    let Answer::Refuted(witness) = &wider else { panic!("{wider:?}") };
    assert_ne!(witness.request.caller.account(), Some("111122223333"));
    // The account is another way of naming than the role.
    let other = new_access(&role, &account);
    assert!(matches!(other, Answer::Refuted(_)), "{other:?}");
}

#[test]
fn layers_decide_together() {
    let policies = |scp: &str| Policies {
        identity: vec![policy(r#"{"Effect": "Allow", "Action": "*", "Resource": "*"}"#)],
        scp: Some(vec![vec![policy(scp)]]),
        ..Policies::default()
    };
    let access = [Access {
        actions: vec!["organizations:LeaveOrganization".to_owned()],
        resources: Vec::new(),
    }];
    let question = |scp: &str| {
        let subject = Subject { policies: policies(scp), layer: None };
        answer(&Question::AccessNotGranted { subject: &subject, access: &access }, Actions::Known)
    };
    let all = r#"{"Effect": "Allow", "Action": "*", "Resource": "*"}"#;
    let deny = r#"{"Effect": "Deny", "Action": "organizations:Leave*", "Resource": "*"}"#;
    proved(&question(&format!("{all}, {deny}")));
    assert!(matches!(question(all), Answer::Refuted(_)));
    // Root users and service-linked roles aside, nobody gets past an SCP without an Allow.
    proved(&question(deny));
}

#[test]
fn actions_that_nobody_has_heard_of_count_unless_left_out() {
    let get = |action: &str| identity(&READ.replace("s3:GetObject", action));
    let known: Vec<String> = keyaki_catalog::embedded()
        .actions()
        .map(|a| a.full_name())
        .filter(|name| name.starts_with("sqs:Get"))
        .collect();
    let listed = READ.replace("\"s3:GetObject\"", &format!("{known:?}"));
    let (old, new) = (identity(&listed), get("sqs:Get*"));
    let question = Question::NoNewAccess { old: &old, new: &new };
    proved(&answer(&question, Actions::Known));
    let any = answer(&question, Actions::Any);
    let Answer::Refuted(witness) = &any else { panic!("{any:?}") };
    assert!(!witness.is_known && witness.request.action.starts_with("sqs:get"), "{witness:?}");
}

#[test]
fn equivalence_and_disjointness_look_both_ways() {
    let split = READ.replace("\"arn:aws:s3:::b/*\"", r#"["arn:aws:s3:::b/?*", "arn:aws:s3:::b/"]"#);
    let (one, other) = (identity(READ), identity(&split));
    proved(&answer(&Question::Equivalent { one: &one, other: &other }, Actions::Any));
    let elsewhere = identity(&READ.replace(":::b/", ":::c/"));
    proved(&answer(&Question::Disjoint { one: &one, other: &elsewhere }, Actions::Any));
    let overlap = identity(&READ.replace(":::b/*", ":::*/x"));
    let answer = answer(&Question::Disjoint { one: &one, other: &overlap }, Actions::Any);
    let Answer::Refuted(witness) = answer else { panic!("{answer:?}") };
    assert_eq!(witness.responsible.len(), 2);
}

/// A grant of `ec2:CreateTags` under a condition.
fn tagging(condition: &str) -> Subject {
    identity(&format!(
        r#"{{"Effect": "Allow", "Action": "ec2:CreateTags", "Resource": "*",
            "Condition": {{{condition}}}}}"#
    ))
}

#[test]
fn tags_of_a_request_are_among_its_tag_keys() {
    let both = r#""StringEquals": {"aws:RequestTag/Team": "a"},
        "ForAllValues:StringEquals": {"aws:TagKeys": ["Name", "Project"]}"#;
    let never = Question::AlwaysDenied { subject: &tagging(both) };
    proved(&answer(&never, Actions::Any));
    // In any letter case, and with further tags.
    for keys in [r#"["Name", "TEAM"]"#, r#"["team"]"#] {
        let subject = tagging(&both.replace(r#"["Name", "Project"]"#, keys));
        let answer = answer(&Question::AlwaysDenied { subject: &subject }, Actions::Any);
        assert_eq!(key(&answer, "aws:RequestTag/Team").as_deref(), Some("a"));
    }
}

#[test]
fn a_request_without_tag_keys_has_no_tags() {
    let without = r#""StringLike": {"aws:RequestTag/Team": "*"}, "Null": {"aws:TagKeys": "true"}"#;
    proved(&answer(&Question::AlwaysDenied { subject: &tagging(without) }, Actions::Any));
    // Requests that remove tags have keys alone.
    let keys_alone = r#""Null": {"aws:RequestTag/Team": "true"},
        "ForAnyValue:StringEquals": {"aws:TagKeys": "Team"}"#;
    let answer = answer(&Question::AlwaysDenied { subject: &tagging(keys_alone) }, Actions::Any);
    assert!(matches!(answer, Answer::Refuted(_)), "{answer:?}");
}

#[test]
fn a_chain_of_services_ends_in_one() {
    let chain = r#""ForAnyValue:StringEquals": {"aws:CalledVia": "athena.amazonaws.com"},
        "Bool": {"aws:ViaAWSService": "false"}"#;
    proved(&answer(&Question::AlwaysDenied { subject: &tagging(chain) }, Actions::Any));
    let via = tagging(&chain.replace(r#""false""#, r#""true""#));
    let answer = answer(&Question::AlwaysDenied { subject: &via }, Actions::Any);
    assert_eq!(key(&answer, "aws:ViaAWSService").as_deref(), Some("true"));
}

#[test]
fn a_resource_belongs_to_the_account_in_its_arn() {
    let grant = |resource: &str, account: &str| {
        identity(&format!(
            r#"{{"Effect": "Allow", "Action": "ec2:StartInstances", "Resource": "{resource}",
                "Condition": {{"StringEquals": {{"aws:ResourceAccount": "{account}"}}}}}}"#
        ))
    };
    let resource = "arn:aws:ec2:*:111122223333:instance/*";
    let other = grant(resource, "444455556666");
    proved(&answer(&Question::AlwaysDenied { subject: &other }, Actions::Any));
    let own = grant(resource, "111122223333");
    let answer = answer(&Question::AlwaysDenied { subject: &own }, Actions::Any);
    assert_eq!(key(&answer, "aws:ResourceAccount").as_deref(), Some("111122223333"));
}

#[test]
fn a_pattern_for_arns_lies_within_one_for_texts_with_the_same_variable() {
    let grant = |condition: &str| {
        identity(&format!(
            r#"{{"Effect": "Allow", "Action": "ec2:CreateSnapshots", "Resource": "*",
                "Condition": {{{condition}}}}}"#
        ))
    };
    let arn = grant(r#""ArnLike": {"ec2:SourceInstanceARN": "arn:aws:ec2:*:*:i/${ec2:Owner}"}"#);
    let text = grant(r#""StringLike": {"ec2:SourceInstanceARN": "*/${ec2:Owner}"}"#);
    let exact = grant(r#""StringEquals": {"ec2:SourceInstanceARN": "x/${ec2:Owner}"}"#);
    proved(&new_access(&text, &arn));
    proved(&new_access(&text, &exact));
    for (old, new) in [(&arn, &text), (&exact, &text), (&exact, &arn)] {
        let answer = new_access(old, new);
        assert!(matches!(answer, Answer::Refuted(_)), "{answer:?}");
    }
}
