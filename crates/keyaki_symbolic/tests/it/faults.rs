//! Policies that the engine once read otherwise than the evaluator.

use keyaki_eval::{Caller, Document, Formula, Policies, Profile};
use keyaki_ir::glob::Case;
use keyaki_symbolic::{Actions, Ask, Budget, Engine, Found, Outcome, Query, Side, Text, allowed};

fn identity(statements: &str) -> Policies {
    policies(&format!(r#"{{"Version": "2012-10-17", "Statement": [{statements}]}}"#))
}

fn policies(text: &str) -> Policies {
    let policy = keyaki_ir::lower(&keyaki_syntax::Tree::parse(text));
    let identity = vec![Document { name: String::new(), policy }];
    Policies { identity, ..Policies::default() }
}

/// What the first policies allow and the others do not, where more holds.
fn minus(one: &Policies, other: Option<&Policies>, more: &[Formula<Ask>]) -> Outcome {
    let profile = Profile::documented();
    let catalog = keyaki_catalog::embedded();
    let caller = Caller::parse("arn:aws:iam::111122223333:user/alice").unwrap_or(Caller::Anonymous);
    let side = |policies| Side { policies, profile: &profile };
    let sides: Vec<Side<'_>> = [Some(one), other].into_iter().flatten().map(side).collect();
    let allowed = |i: usize| allowed(i, sides[i], &caller, true, catalog);
    let refused = (1..sides.len()).map(|i| Formula::not(allowed(i)));
    let getting =
        Formula::Atom(Ask::Action(Text::Is("sts:GetCallerIdentity".into(), Case::Insensitive)));
    let parts = [allowed(0), Formula::not(getting)].into_iter().chain(refused);
    let formula = Formula::and(parts.chain(more.iter().cloned()));
    let query = Query { sides: sides.clone(), formula, caller: caller.clone() };
    Engine::new(catalog, Actions::Any).ask(&query, &Budget::default())
}

fn found(outcome: Outcome) -> Found {
    match outcome {
        Outcome::Found(found) => *found,
        other @ (Outcome::Nothing { .. } | Outcome::Undecided(_)) => panic!("{other:?}"),
    }
}

fn is_nothing(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Nothing { .. })
}

fn value(key: &str, value: &str) -> Formula<Ask> {
    Formula::Atom(Ask::Value(key.into(), Text::Is(value.into(), Case::Sensitive)))
}

#[test]
fn an_action_to_come_is_found_where_the_example_of_its_class_is_taken() {
    let one = identity(
        r#"{"Effect": "Allow", "Action": "s3:*Object", "Resource": "*"},
           {"Effect": "Deny", "NotAction": "s3:Get*", "Resource": "*"}"#,
    );
    let other = identity(r#"{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}"#);
    let action = found(minus(&one, Some(&other), &[])).request.action.to_ascii_lowercase();
    assert!(action.starts_with("s3:get") && action.ends_with("object"), "{action}");
}

#[test]
fn services_to_come_differ_from_those_that_patterns_name() {
    let one = identity(r#"{"Effect": "Allow", "Action": "*:Quux*", "Resource": "*"}"#);
    let other = identity(r#"{"Effect": "Allow", "Action": "example:*", "Resource": "*"}"#);
    let action = found(minus(&one, Some(&other), &[])).request.action;
    assert!(!action.starts_with("example:"), "{action}");
}

#[test]
fn variables_stay_as_they_are_under_operators_without_variables() {
    let condition = r#"{"NumericEquals": {"k:n": "${k:v}"}, "StringEquals": {"k:s": "${k:v}"}}"#;
    let one = identity(&format!(
        r#"{{"Effect": "Allow", "Action": "s3:*", "Resource": "*", "Condition": {condition}}}"#
    ));
    assert!(is_nothing(&minus(&one, None, &[value("k:v", "5")])));
}

#[test]
fn values_with_colons_do_not_move_the_segments_of_arns() {
    let condition = r#"{"ArnLike": {"k:r": "arn:aws:s3:${k:v}::a"}}"#;
    let one = identity(&format!(
        r#"{{"Effect": "Allow", "Action": "s3:*", "Resource": "*", "Condition": {condition}}}"#
    ));
    assert!(is_nothing(&minus(&one, None, &[value("k:v", "x:y")])));
    assert!(!is_nothing(&minus(&one, None, &[value("k:v", "x")])));
    let text = r#"{"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:${k:v}"}"#;
    let short = identity(text);
    assert!(is_nothing(&minus(&short, None, &[value("k:v", "x:y")])));
    let resource = found(minus(&short, None, &[value("k:v", "x")])).request.resource;
    assert!(resource.starts_with("arn:aws:s3:x:"), "{resource}");
}

#[test]
fn a_list_of_nothing_but_the_empty_text_is_met_by_it() {
    let one = identity(r#"{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}"#);
    let other = identity(
        r#"{"Effect": "Allow", "Action": "s3:*", "Resource": "*",
            "Condition": {"StringNotEquals": {"k:a": ""}}}"#,
    );
    let request = found(minus(&one, Some(&other), &[])).request;
    assert_eq!(request.context.one("k:a"), Some(""));
}

#[test]
fn the_empty_text_does_not_stand_for_the_texts_that_no_test_names() {
    let one = identity(
        r#"{"Effect": "Allow", "Action": "s3:*", "Resource": "*", "Condition": {
            "StringLike": {"k:a": ["k", ""]}, "ForAnyValue:StringNotEquals": {"K:A": "x"}}}"#,
    );
    let request = found(minus(&one, None, &[])).request;
    assert_eq!(request.context.one("k:a"), Some("k"));
}

#[test]
fn a_key_with_variables_in_a_set_operator_holds_several_values() {
    let one = identity(
        r#"{"Effect": "Allow", "Action": "s3:*", "Resource": "*",
            "Condition": {"Null": {"k:a": "false"}}},
           {"Effect": "Allow", "Action": "x:*", "Resource": "*",
            "Condition": {"ForAnyValue:StringEquals": {"k:a": "${k:b}"}}}"#,
    );
    let other = identity(
        r#"{"Effect": "Allow", "Action": ["s3:*", "x:*"], "Resource": "*",
            "Condition": {"StringLike": {"k:a": "*"}}}"#,
    );
    let request = found(minus(&one, Some(&other), &[])).request;
    assert!(request.context.get("k:a").is_some_and(|v| v.as_slice().len() > 1), "{request:?}");
}

#[test]
fn a_dollar_sign_before_a_variable_stays_one() {
    let condition = r#"{"StringEquals": {"k:s": "$${k:v}"}}"#;
    let one = identity(&format!(
        r#"{{"Effect": "Allow", "Action": "s3:*", "Resource": "*", "Condition": {condition}}}"#
    ));
    let request = found(minus(&one, None, &[value("k:v", "{x}")])).request;
    assert_eq!(request.context.one("k:s"), Some("${x}"));
}

#[test]
fn an_operator_that_does_not_exist_never_holds_even_without_keys() {
    let one = identity(
        r#"{"Effect": "Allow", "Action": "s3:*", "Resource": "*", "Condition": {"Foo": {}}}"#,
    );
    assert!(is_nothing(&minus(&one, None, &[])));
}

#[test]
fn a_witness_has_the_keys_that_every_request_has() {
    let one = identity(r#"{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}"#);
    let other = identity(
        r#"{"Effect": "Allow", "Action": "s3:*", "Resource": "*",
            "Condition": {"Null": {"aws:SecureTransport": "true"}}}"#,
    );
    let request = found(minus(&one, Some(&other), &[])).request;
    assert!(request.context.has("aws:SecureTransport"));
}

#[test]
fn before_and_after_are_all_times_and_no_text_at_all_is_none() {
    let one = identity(r#"{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}"#);
    let both = ["DateLessThan", "DateGreaterThanEquals"].map(|operator| {
        format!(
            r#"{{"Effect": "Allow", "Action": "s3:*", "Resource": "*",
                "Condition": {{"{operator}": {{"aws:CurrentTime": "2020-01-01T00:00:00Z"}}}}}}"#
        )
    });
    assert!(is_nothing(&minus(&one, Some(&identity(&both.join(","))), &[])));
    // A bound that is no date is met by no time, and times are there all the same.
    let never = identity(
        r#"{"Effect": "Allow", "Action": "s3:*", "Resource": "*",
            "Condition": {"DateNotEquals": {"aws:CurrentTime": "x"}}}"#,
    );
    found(minus(&never, None, &[]));
}

#[test]
fn the_arn_of_a_request_has_no_variables() {
    let one =
        identity(r#"{"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:${$}{a:b}:x"}"#);
    assert_eq!(found(minus(&one, None, &[])).request.resource, "arn:aws:s3:${a:b}:x");
    let old = policies(
        r#"{"Statement": {"Effect": "Allow", "Action": "s3:*",
            "Resource": "arn:aws:s3:${a:b}:x:y"}}"#,
    );
    assert_eq!(found(minus(&old, None, &[])).request.resource, "arn:aws:s3:${a:b}:x:y");
}
