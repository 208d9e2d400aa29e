//! Every operator family: each two conditions, one holding and the other not.

use keyaki_eval::{Context, Formula, Profile, Request};
use keyaki_solve::{KeyValues, Options, Texts};

use crate::support::{check, first, query, request, solver, statement, states};

/// The forms in which an operator can stand.
const FORMS: [&str; 6] = [
    "{}",
    "{}IfExists",
    "ForAnyValue:{}",
    "ForAllValues:{}",
    "ForAnyValue:{}IfExists",
    "ForAllValues:{}IfExists",
];

/// Conditions on the key `app:k`: each operator in each form with each list of values.
fn conditions(operators: &[&str], values: &[&str]) -> Vec<String> {
    let mut all = vec![
        r#""Null": {"app:k": "true"}"#.to_owned(),
        r#""StringEquals": {"app:k": ""}"#.to_owned(),
    ];
    for form in FORMS {
        for operator in operators {
            for values in values {
                let operator = form.replace("{}", operator);
                all.push(format!(r#""{operator}": {{"app:k": {values}}}"#));
            }
        }
    }
    all
}

fn requests(texts: &[&str]) -> Vec<Request> {
    let contexts = states(texts).into_iter().map(|state| {
        let mut context = Context::new();
        if let Some(values) = state {
            context.set("app:k", values);
        }
        context
    });
    contexts.map(|c| request("s3:GetObject", "arn:aws:s3:::b/k", c)).collect()
}

/// Asks for each two of the conditions whether one can hold without the other; a fixed part of all
/// pairs, since these are many.
fn family(operators: &[&str], values: &[&str], texts: &[&str], step: usize) {
    let Some(mut process) = solver() else { return };
    let conditions = conditions(operators, values);
    let requests = requests(texts);
    let profile = Profile::documented();
    let policies: Vec<_> = conditions
        .iter()
        .map(|c| statement(&format!(r#""Action": "*", "Resource": "*", "Condition": {{{c}}}"#)))
        .collect();
    let pairs = conditions.iter().zip(&policies);
    let pairs = pairs.clone().flat_map(|a| pairs.clone().map(move |b| (a, b)));
    let mut asked = 0;
    for (n, ((a, one), (b, other))) in pairs.enumerate() {
        if n % step != 0 {
            continue;
        }
        let formula = Formula::and([first(0), Formula::not(first(1))]);
        let query = query(&[one, other], &profile, formula);
        for texts in [Texts::Classes, Texts::Strings] {
            let options = Options { keys: KeyValues::Any, texts, ..Options::default() };
            check(
                &query,
                &options,
                &mut process,
                &requests,
                &format!("{texts:?}: {a} and not {b}"),
            );
        }
        asked += 1;
    }
    println!("{asked} pairs of {} conditions", conditions.len());
}

#[test]
fn texts_are_compared_as_the_evaluator_compares_them() {
    family(
        &["StringEquals", "StringNotEquals", "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase"],
        &[r#""a""#, r#"["A", "b"]"#, r#""""#, "[]"],
        &["", "a", "A", "b", "ab", "x"],
        17,
    );
}

#[test]
fn patterns_match_as_the_evaluator_matches_them() {
    family(
        &["StringLike", "StringNotLike"],
        &[r#""a*""#, r#"["?", "*b"]"#, r#""*""#, r#"["a*b?", "é*"]"#, r#""${*}*""#],
        &["", "a", "ab", "aab", "ba", "abb", "é", "*x", "x"],
        11,
    );
}

#[test]
fn arns_match_as_the_evaluator_matches_them() {
    family(
        &["ArnNotEquals"],
        &[r#""arn:aws:s3:::b/*""#, r#"["arn:*:s3", "arn:aws:iam::1:role/?"]"#, r#""b*""#],
        &["", "b", "arn:aws:s3:::b/k", "arn:aws:iam::1:role/x", "arn:::::", "arn:x:s3:a:b:c:d"],
        11,
    );
}

#[test]
fn numbers_are_compared_as_the_evaluator_compares_them() {
    family(
        &["NumericEquals", "NumericNotEquals", "NumericLessThan", "NumericGreaterThanEquals"],
        &["5", r#"["-1.5", "10"]"#, r#""x""#],
        &["", "x", "5", "5.0", "-1.5", "-2", "-1", "7", "10", "10.5"],
        17,
    );
}

#[test]
fn dates_are_compared_as_the_evaluator_compares_them() {
    family(
        &["DateEquals", "DateNotEquals", "DateLessThanEquals", "DateGreaterThan"],
        &[r#""2024-01-01""#, r#"["1704067200", "2024-01-01T00:00:00.5Z"]"#, r#""x""#],
        &["", "x", "2024", "1704067200", "2024-01-01T00:00:00.25Z", "2030", "1970", "-1"],
        17,
    );
}

#[test]
fn addresses_are_compared_as_the_evaluator_compares_them() {
    family(
        &["IpAddress", "NotIpAddress"],
        &[r#""10.0.0.0/8""#, r#"["10.1.0.0/16", "2001:db8::/32"]"#, r#""::1""#, r#""x""#],
        &["", "x", "10.0.0.1", "10.1.2.3", "11.0.0.0", "2001:db8::5", "::1", "10.0.0.0/8"],
        11,
    );
}

#[test]
fn truth_values_and_bytes_are_compared_as_the_evaluator_compares_them() {
    family(
        &["Bool", "BinaryEquals", "Null"],
        &[r#""true""#, r#"["False", "x"]"#, r#""QQ==""#, r#"["true", "false"]"#],
        &["", "true", "TRUE", "false", "x", "QQ==", "QR=="],
        13,
    );
}
