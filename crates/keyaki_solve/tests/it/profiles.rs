//! Contested points: each statement as one profile reads it, and not as another does.

use keyaki_eval::{Context, Formula, Point, Policies, Profile, Reading, Request, Values};
use keyaki_solve::{KeyValues, Options, Reason, Texts};
use keyaki_symbolic::{Query, Side};

use crate::support::{caller, confirm, first, identity, request, solver};

/// Statements that some point is about, without their effect.
const STATEMENTS: [&str; 20] = [
    r#""Action": "*", "Resource": "arn:aws:s3:*:k""#,
    r#""Action": "*", "NotResource": ["arn:aws:s3:::b*k", "*"]"#,
    r#""Action": "*", "Resource": "arn:aws:iam::1:r*/x""#,
    r#""Action": "*", "Resource": "arn:AWS:iam::1:role/x""#,
    r#""Action": "*", "Resource": "arn:aws:s3""#,
    r#""Action": "*", "Resource": "arn:aws:s3:::b/${app:u,'x'}""#,
    r#""Action": "*", "NotResource": "arn:aws:s3:::b/${app:u}*""#,
    r#""Action": "*", "Resource": "*", "Condition": {"ForAnyValue:StringEqualsIfExists": {"app:k": "a"}}"#,
    r#""Action": "*", "Resource": "*", "Condition": {"StringEquals": {"app:k": ["${*}a", "a"]}}"#,
    r#""Action": "*", "Resource": "*", "Condition": {"StringNotEquals": {"app:k": "${app:u}"}}"#,
    r#""Action": "*", "Resource": "*", "Condition": {"DateEquals": {"app:k": "1704067200"}}"#,
    r#""Action": "*", "Resource": "*", "Condition": {"DateLessThan": {"app:k": "2024-01-01"}}"#,
    r#""Action": "*", "Resource": "*", "Condition": {"NumericLessThan": {"app:k": "5"}}"#,
    r#""Action": "*", "Resource": "*", "Condition": {"NumericNotEquals": {"app:k": "5x"}}"#,
    r#""Action": "*", "Resource": "*", "Condition": {"ArnNotLike": {"app:k": "arn:aws:s3:::*"}}"#,
    r#""Action": "*", "Resource": "*", "Condition": {"ArnLike": {"app:k": "*"}}"#,
    r#""Action": "*", "Resource": "*", "Condition": {"IpAddress": {"app:k": "2001:db8::1"}}"#,
    r#""Action": "*", "Resource": "*", "Condition": {"StringLike": {"app:k": "a*b"}}"#,
    r#""Action": "*", "Resource": "*", "Condition": {"NullIfExists": {"app:k": "false"}}"#,
    r#""Action": "*", "Resource": "*", "Condition": {"Bool": {"app:k": "${app:u}"}}"#,
];

fn requests() -> Vec<Request> {
    let texts = [
        "",
        "a",
        "*a",
        "${*}a",
        "a\nb",
        "acb",
        "5",
        "5x",
        "4x",
        "6",
        "1704067200",
        "2024-01-01",
        "2023",
        "arn:aws:s3:::b",
        "x",
        "true",
        "2001:db8::1",
        "2001:db8:0::1",
    ];
    let mut states: Vec<Option<Values>> = texts.iter().map(|t| Some(Values::from(*t))).collect();
    states.extend([None, Some(Values::List(vec!["a".to_owned(), "b".to_owned()]))]);
    let variables = [None, Some(""), Some("a"), Some("true")];
    let resources = [
        "*",
        "arn:aws:s3:::k",
        "arn:aws:s3:::b/x",
        "arn:aws:s3:::b/a",
        "arn:aws:s3:::b/",
        "arn:aws:s3:a:b:c:k",
        "arn:aws:iam::1:role/x",
        "arn:AWS:iam::1:role/x",
        "arn:aws:s3:::b\nk",
        "arn:aws:s3:::b/${app:u,'x'}",
    ];
    let mut all = Vec::new();
    for resource in resources {
        for state in &states {
            for variable in variables {
                let mut context = Context::new();
                state.iter().for_each(|v| context.set("app:k", v.clone()));
                variable.iter().for_each(|v| context.set("app:u", *v));
                all.push(request("s3:GetObject", resource, context));
            }
        }
    }
    all
}

fn policies() -> Vec<(String, Policies)> {
    let mut all = Vec::new();
    for statement in STATEMENTS {
        for effect in ["Allow", "Deny"] {
            let current = r#""Version": "2012-10-17", "#;
            let versions = if statement.contains("${") { vec![current, ""] } else { vec![current] };
            for version in versions {
                let text =
                    format!(r#"{{{version}"Statement": {{"Effect": "{effect}", {statement}}}}}"#);
                all.push((text.clone(), identity(&text)));
            }
        }
    }
    all
}

fn profiles() -> Vec<(String, Profile)> {
    let alternative = |point: &Point| {
        (point.name().to_owned(), Profile::documented().with(*point, Reading::Alternative))
    };
    let mut all: Vec<_> = Point::ALL.iter().map(alternative).collect();
    all.push(("towards allowing".to_owned(), Profile::conservative_allow()));
    all.push(("towards refusing".to_owned(), Profile::conservative_deny()));
    all
}

#[test]
fn each_reading_is_the_evaluators() {
    let Some(mut process) = solver() else { return };
    let documented = Profile::documented();
    let requests = requests();
    let (mut asked, mut differs, mut gaps) = (0, 0, 0);
    // Every profile meets every third policy, in turn.
    for (turn, (name, profile)) in profiles().iter().enumerate() {
        for (policy, policies) in policies().iter().skip(turn % 3).step_by(3) {
            // A point is read alike under both effects, which stand for the two directions.
            let is_deny = policy.contains("Deny");
            let directions =
                if name.starts_with("towards") { vec![false, true] } else { vec![is_deny] };
            for turned in directions {
                let mut sides =
                    vec![Side { policies, profile: &documented }, Side { policies, profile }];
                if turned {
                    sides.reverse();
                }
                let formula = Formula::and([first(0), Formula::not(first(1))]);
                let query = Query { sides, formula, caller: caller() };
                let options = Options {
                    keys: KeyValues::Any,
                    texts: if asked % 3 == 0 { Texts::Strings } else { Texts::Classes },
                    ..Options::default()
                };
                asked += 1;
                let what = format!("{name}, {turned}: {policy}");
                match confirm(&query, &options, &mut process, &requests, &what) {
                    Ok(found) => differs += usize::from(found),
                    Err(Reason::Inexpressible(_) | Reason::Approximated | Reason::Unknown(_)) => {
                        println!("undecided: {what}");
                        gaps += 1;
                    }
                    Err(reason @ (Reason::Failed(_) | Reason::UnreadableModel)) => {
                        panic!("{what}: {reason}");
                    }
                }
            }
        }
    }
    println!("{asked} questions, {differs} with a difference, {gaps} not asked");
    assert!(differs > 20 && gaps * 10 < asked);
}
