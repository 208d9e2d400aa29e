//! Questions about one policy: what fails open, what is dead, what can be spoofed.

use super::*;
use keyaki_analyze::{Part, Place, Witness};

fn policy(statements: &str) -> Document {
    document(&format!(r#"{{"Version": "2012-10-17", "Statement": [{statements}]}}"#))
}

fn identity(statements: &str) -> Subject {
    Subject::identity(vec![policy(statements)])
}

/// A statement of a part, and the rest of its name.
fn named(subject: &Subject, part: Part) -> String {
    let statement = subject.policies.statement(part.at).expect("a statement");
    let place = part.place.map(|p| format!(" {}", p.name(statement))).unwrap_or_default();
    let values = part.place.map(|p| p.values(statement)).unwrap_or_default();
    let value = part.value.map(|v| format!(" {}", values[v])).unwrap_or_default();
    format!("{}{place}{value}", part.at.statement)
}

/// The requests that get past each condition for want of its key; none where that is proved not to
/// be.
fn lacking(subject: &Subject) -> Vec<Option<Witness>> {
    let answers = subject.conditions().into_iter().map(|part| {
        match answer(&Question::FailsClosed { subject, part }, Actions::Any) {
            Answer::Proved { .. } => None,
            Answer::Refuted(witness) => Some(*witness),
            Answer::Undecided(reason) => panic!("{reason}"),
        }
    });
    answers.collect()
}

fn allow_if(condition: &str) -> String {
    format!(
        r#"{{"Effect": "Allow", "Action": "ec2:CreateTags", "Resource": "*",
             "Condition": {{{condition}}}}}"#
    )
}

const ALL: &str = r#"{"Effect": "Allow", "Action": "*", "Resource": "*"}"#;

#[test]
fn an_allow_fails_open_where_its_condition_holds_without_the_key() {
    let open = [
        r#""StringNotEquals": {"aws:SourceVpce": "vpce-1"}"#,
        r#""StringEqualsIfExists": {"aws:SourceVpce": "vpce-1"}"#,
        r#""ForAllValues:StringEquals": {"aws:TagKeys": ["team"]}"#,
    ];
    for condition in open {
        let found = lacking(&identity(&allow_if(condition)));
        let [Some(witness)] = &found[..] else { panic!("{condition}: {found:?}") };
        let context = &witness.request.context;
        assert!(!context.has("aws:SourceVpce") && !context.has("aws:TagKeys"), "{witness:?}");
        assert_eq!(witness.request.action, "ec2:CreateTags");
    }
    let closed = [
        r#""StringEquals": {"aws:SourceVpce": "vpce-1"}"#,
        r#""ForAnyValue:StringEquals": {"aws:TagKeys": ["team"]}"#,
        r#""ForAllValues:StringEquals": {"aws:TagKeys": ["team"]},
           "Null": {"aws:TagKeys": "false"}"#,
        // Every request has this key.
        r#""StringNotEquals": {"aws:RequestedRegion": "eu-west-1"}"#,
    ];
    for condition in closed {
        assert_eq!(lacking(&identity(&allow_if(condition))).len(), 1);
        assert!(lacking(&identity(&allow_if(condition)))[0].is_none(), "{condition}");
    }
}

#[test]
fn a_deny_fails_open_where_a_request_without_the_key_slips_it() {
    let deny = |operator: &str| {
        let deny = format!(
            r#"{{"Effect": "Deny", "Action": "iam:*", "Resource": "*",
                 "Condition": {{"{operator}": {{"aws:MultiFactorAuthPresent": "false"}}}}}}"#
        );
        lacking(&identity(&format!("{ALL}, {deny}")))
    };
    let open = deny("Bool");
    let [Some(witness)] = &open[..] else { panic!("{open:?}") };
    assert!(witness.request.action.starts_with("iam:"), "{witness:?}");
    assert!(!witness.request.context.has("aws:MultiFactorAuthPresent"), "{witness:?}");
    assert!(deny("BoolIfExists")[0].is_none());
}

#[test]
fn a_deny_about_what_nobody_may_do_cannot_fail_open() {
    let deny = r#"{"Effect": "Deny", "Action": "iam:*", "Resource": "*",
        "Condition": {"StringEquals": {"aws:SourceVpce": "vpce-1"}}}"#;
    assert!(lacking(&identity(deny))[0].is_none());
}

/// The dead parts, each with the statements that shadow it.
fn dead(subject: &Subject) -> Vec<String> {
    let profile = Profile::documented();
    let catalog = keyaki_catalog::embedded();
    let asker = Asker::new(catalog, &profile, Actions::Any, Budget::DEFAULT_STEPS);
    let mut dead = Vec::new();
    for part in subject.parts() {
        let question = Question::Dead { subject, part };
        if let Answer::Proved { core: Some(core), approximations } =
            ask(&question, &Asker { core_questions: 50, ..asker })
        {
            assert!(approximations.is_empty() && core.is_minimal);
            let shadows = core.statements.iter().map(|n| {
                let statement = subject.policies.statement(n.at).expect("a statement");
                let of = |(place, values): &(Place, Vec<usize>)| {
                    let all = place.values(statement);
                    values.iter().map(|v| format!(" {}", all[*v])).collect::<String>()
                };
                format!("{}{}", n.at.statement, n.elements.iter().map(of).collect::<String>())
            });
            let shadows = shadows.collect::<Vec<_>>().join(", ");
            dead.push(format!("{} by [{shadows}]", named(subject, part)));
        }
    }
    dead
}

#[test]
fn a_statement_is_dead_below_a_wider_one_or_a_deny() {
    let subject = identity(
        r#"{"Effect": "Allow", "Action": "sqs:*", "Resource": "*"},
           {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"},
           {"Effect": "Allow", "Action": "s3:Get*", "Resource": "arn:aws:s3:::*"},
           {"Effect": "Allow", "Action": "iam:GetUser", "Resource": "*"},
           {"Effect": "Deny", "Action": "iam:*", "Resource": "*"},
           {"Effect": "Deny", "Action": "ec2:*", "Resource": "*"}"#,
    );
    assert_eq!(dead(&subject), ["1 by [2]", "3 by [4]", "5 by []"]);
}

#[test]
fn a_value_is_dead_beside_a_wider_one() {
    let subject = identity(
        r#"{"Effect": "Allow", "Action": ["s3:Get*", "s3:GetObject", "s3:ListBucket"],
            "Resource": ["arn:aws:s3:::a/*", "arn:aws:s3:::b", "arn:aws:s3:::b*"]}"#,
    );
    let expected = [
        "0 Action s3:GetObject by [0 s3:Get*]",
        "0 Resource arn:aws:s3:::b by [0 arn:aws:s3:::b*]",
    ];
    assert_eq!(dead(&subject), expected);
}

#[test]
fn a_condition_that_always_holds_is_dead() {
    let subject = identity(
        r#"{"Effect": "Allow", "Action": "s3:*", "Resource": "*",
            "Condition": {"StringLike": {"aws:RequestedRegion": "*"},
                          "StringEquals": {"aws:SourceVpce": ["vpce-1", "vpce-1", "vpce-2"]}}}"#,
    );
    let expected = [
        "0 Condition StringLike aws:RequestedRegion by []",
        "0 Condition StringEquals aws:SourceVpce vpce-1 by [0 vpce-1]",
        "0 Condition StringEquals aws:SourceVpce vpce-1 by [0 vpce-1]",
    ];
    assert_eq!(dead(&subject), expected);
}

#[test]
fn nothing_is_dead_that_makes_a_difference() {
    let subject = identity(
        r#"{"Effect": "Allow", "NotAction": ["iam:*", "sts:*"], "Resource": "*"},
           {"Effect": "Allow", "Action": "iam:Get*", "Resource": "*"},
           {"Effect": "Deny", "Action": "iam:GetUser", "Resource": "*",
            "Condition": {"StringNotEquals": {"aws:SourceVpce": "vpce-1"}}}"#,
    );
    assert_eq!(dead(&subject), [""; 0]);
    let part = subject.parts()[0];
    let answer = answer(&Question::Dead { subject: &subject, part }, Actions::Any);
    let Answer::Refuted(witness) = answer else { panic!("{answer:?}") };
    assert_eq!(witness.responsible[0].subject, 0, "{witness:?}");
}

/// For each gate that a caller can choose to pass, the request of an outsider who does.
fn spoofed(statements: &str) -> Vec<Option<Witness>> {
    let subject = Subject::resource(policy(statements));
    let answers = subject.gates().into_iter().map(|at| {
        match answer(&Question::NotSpoofable { subject: &subject, at }, Actions::Any) {
            Answer::Proved { .. } => None,
            Answer::Refuted(witness) => Some(*witness),
            Answer::Undecided(reason) => panic!("{reason}"),
        }
    });
    answers.collect()
}

#[test]
fn a_referrer_keeps_nobody_out() {
    let gate = |more: &str| {
        format!(
            r#"{{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject",
                 "Resource": "arn:aws:s3:::b/*", "Condition": {{
                 "StringLike": {{"aws:Referer": "https://example.com/*"}} {more}}}}}"#
        )
    };
    let found = spoofed(&gate(""));
    let [Some(witness)] = &found[..] else { panic!("{found:?}") };
    let referrer = witness.request.context.one("aws:Referer").unwrap_or_default();
    assert!(referrer.starts_with("https://example.com/"), "{witness:?}");
    // What outsiders cannot choose keeps them out.
    let organization = gate(r#", "StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}"#);
    assert!(spoofed(&organization)[0].is_none());
    let deny = r#"{"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*",
        "Condition": {"StringNotEquals": {"aws:SourceVpce": "vpce-1"}}}"#;
    assert!(spoofed(&format!("{}, {deny}", gate("")))[0].is_none());
}

#[test]
fn only_what_is_granted_on_chosen_keys_is_a_gate() {
    let named = r#"{"Effect": "Allow", "Principal": {"AWS": "111122223333"}, "Action": "s3:ListBucket",
        "Resource": "*", "Condition": {"StringLike": {"s3:prefix": "home/*"}}}"#;
    assert!(spoofed(named)[0].is_none());
    let open = r#"{"Effect": "Allow", "Principal": "*", "Action": "s3:ListBucket", "Resource": "*",
        "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}}"#;
    assert!(spoofed(open).is_empty());
}
