//! What proofs need.

use super::*;
use keyaki_analyze::{Core, Place};

const GET: &str = r#"{"Effect": "Allow", "Action": "s3:Get*", "Resource": "arn:aws:s3:::b/*"}"#;

fn policy(statements: &[&str]) -> Document {
    let statements = statements.join(",");
    document(&format!(r#"{{"Version": "2012-10-17", "Statement": [{statements}]}}"#))
}

fn core_of(question: &Question<'_>, most: usize) -> Core {
    let profile = Profile::documented();
    let catalog = keyaki_catalog::embedded();
    let asker = Asker::new(catalog, &profile, Actions::Any, Budget::DEFAULT_STEPS);
    match ask(question, &Asker { core_questions: most, ..asker }) {
        Answer::Proved { core: Some(core), .. } => core,
        answer @ (Answer::Proved { .. } | Answer::Refuted(_) | Answer::Undecided(_)) => {
            panic!("{answer:?}")
        }
    }
}

/// The needed statements, each with its elements and their values, as text.
fn shown(core: &Core, subjects: &[&Subject]) -> Vec<String> {
    let needed = core.statements.iter().map(|n| {
        let statement = subjects[n.subject].policies.statement(n.at).expect("a statement");
        let elements = n.elements.iter().map(|(place, values)| {
            let all = place.values(statement);
            let values: Vec<&str> = values.iter().map(|v| all[*v]).collect();
            format!("{} {}", place.name(statement), values.join(" "))
        });
        let elements: Vec<String> = elements.collect();
        format!("{}#{}: {}", n.subject, n.at.statement, elements.join(", "))
    });
    needed.collect()
}

fn not_granted(statements: &[&str], action: &str) -> Vec<String> {
    let subject = Subject::identity(vec![policy(statements)]);
    let access = [Access { actions: vec![action.to_owned()], resources: Vec::new() }];
    let question = Question::AccessNotGranted { subject: &subject, access: &access };
    let core = core_of(&question, 200);
    assert!(core.is_minimal, "{core:?}");
    shown(&core, &[&subject])
}

#[test]
fn nothing_is_needed_of_statements_about_something_else() {
    let deny = r#"{"Effect": "Deny", "Action": "ec2:*", "Resource": "*"}"#;
    assert_eq!(not_granted(&[GET, deny], "sqs:SendMessage"), ["0#0: Action s3:Get*"]);
    assert_eq!(not_granted(&[], "sqs:SendMessage"), [""; 0]);
}

#[test]
fn the_deny_is_needed_with_the_one_value_that_bites() {
    let all = r#"{"Effect": "Allow", "Action": "*", "Resource": "*"}"#;
    let deny = r#"{"Effect": "Deny", "Action": ["ec2:*", "s3:Put*", "s3:*"], "Resource": "*"}"#;
    let other = r#"{"Effect": "Deny", "Action": "iam:*", "Resource": "*"}"#;
    let core = not_granted(&[all, other, deny], "s3:PutObject");
    // The first of two values that do is left out, and nothing else would do instead.
    assert_eq!(core, ["0#2: Action s3:*, Resource *"]);
}

#[test]
fn the_condition_is_needed_that_a_deny_and_an_allow_share() {
    let inside = r#""Condition": {"StringEquals": {"aws:SourceVpce": ["vpce-1", "vpce-2"]},
        "Bool": {"aws:SecureTransport": "true"}}"#;
    let allow = format!(r#"{{"Effect": "Allow", "Action": "s3:*", "Resource": "*", {inside}}}"#);
    let deny = r#"{"Effect": "Deny", "Action": "s3:*", "Resource": "*",
        "Condition": {"StringLike": {"aws:SourceVpce": ["vpce-*", "vpc-*"]}}}"#;
    let core = not_granted(&[&allow, deny], "s3:GetObject");
    let needs_of_allow = "0#0: Condition StringEquals aws:SourceVpce vpce-1 vpce-2";
    let needs_of_deny = "0#1: Action s3:*, Resource *, Condition StringLike aws:SourceVpce vpce-*";
    assert_eq!(core, [needs_of_allow, needs_of_deny]);
}

#[test]
fn new_access_is_covered_by_the_old_statements_that_allow_it() {
    let old = Subject::identity(vec![policy(&[
        r#"{"Effect": "Allow", "Action": "sqs:*", "Resource": "*"}"#,
        r#"{"Effect": "Allow", "Action": ["s3:Put*", "s3:Get*"], "Resource": "arn:aws:s3:::b*"}"#,
    ])]);
    let new = Subject::identity(vec![policy(&[GET])]);
    let core = core_of(&Question::NoNewAccess { old: &old, new: &new }, 200);
    let [first, second] = shown(&core, &[&new, &old]).try_into().expect("two statements");
    assert_eq!(first, "0#0: Action s3:Get*, Resource arn:aws:s3:::b/*");
    assert_eq!(second, "1#1: Action s3:Get*, Resource arn:aws:s3:::b*");
    // In each direction of an equivalence one statement covers the other.
    let question = Question::Equivalent { one: &new, other: &new };
    let core = core_of(&question, 200);
    let sides: Vec<_> = core.statements.iter().map(|n| (n.subject, n.is_limit)).collect();
    assert_eq!(sides, [(0, false), (0, true), (1, false), (1, true)]);
}

#[test]
fn the_public_is_kept_out_by_a_principal_and_a_condition() {
    let named = r#"{"Effect": "Allow", "Principal": {"AWS": "111122223333"}, "Action": "s3:*",
        "Resource": "*"}"#;
    let gated = r#"{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "*",
        "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}}"#;
    let subject = Subject::resource(policy(&[named, gated]));
    let resource_type = keyaki_ir::ResourceType::S3Bucket;
    let question = Question::NoPublicAccess { subject: &subject, resource_type };
    let core = shown(&core_of(&question, 200), &[&subject]);
    let org = "0#1: Condition StringEquals aws:PrincipalOrgID o-a1b2c3d4e5";
    assert_eq!(core, ["0#0: Principal 111122223333", org]);
}

#[test]
fn a_core_says_when_it_is_not_minimal() {
    let statements: Vec<String> = (0..40)
        .map(|n| format!(r#"{{"Effect": "Deny", "Action": "s3:Get{n}*", "Resource": "*"}}"#))
        .collect();
    let mut all: Vec<&str> = statements.iter().map(String::as_str).collect();
    all.push(GET);
    let subject = Subject::identity(vec![policy(&all)]);
    let access = [Access { actions: vec!["sqs:*".to_owned()], resources: Vec::new() }];
    let question = Question::AccessNotGranted { subject: &subject, access: &access };
    let full = core_of(&question, 200);
    assert!(full.is_minimal && full.statements.len() == 1, "{full:?}");
    assert!(full.questions < 10, "{}", full.questions);
    let short = core_of(&question, 1);
    assert!(!short.is_minimal && short.questions == 1, "{short:?}");
    assert!(short.statements.iter().any(|n| n.elements.iter().any(|(p, _)| *p == Place::Action)));
}
