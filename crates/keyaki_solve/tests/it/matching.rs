//! Actions, resources and variables: each two statements, one matching and the other not.

use keyaki_eval::{Context, Formula, Point, Policies, Profile, Reading, Request, Values};
use keyaki_solve::{Actions, KeyValues, Options, Texts};

use crate::support::{check, first, identity, query, request, solver, statement};

/// Asks for each two policies whether the first statement of one can match and the other's not.
fn pairs(
    policies: &[(String, Policies)],
    profiles: &[Profile],
    options: &[Options],
    all: &[Request],
) {
    let Some(mut process) = solver() else { return };
    let mut asked = 0;
    for profile in profiles {
        for (a, one) in policies {
            for (b, other) in policies {
                let formula = Formula::and([first(0), Formula::not(first(1))]);
                let query = query(&[one, other], profile, formula);
                for options in options {
                    let what = format!("{options:?}: {a} and not {b}");
                    check(&query, options, &mut process, all, &what);
                    asked += 1;
                }
            }
        }
    }
    println!("{asked} questions");
}

fn statements(all: &[&str]) -> Vec<(String, Policies)> {
    all.iter().map(|s| ((*s).to_owned(), statement(s))).collect()
}

/// Both encodings, with keys that can hold anything.
fn both() -> [Options; 2] {
    [Texts::Classes, Texts::Strings].map(|texts| Options {
        texts,
        keys: KeyValues::Any,
        ..Options::default()
    })
}

#[test]
fn resources_match_as_the_evaluator_matches_them() {
    let policies = statements(&[
        r#""Action": "*", "Resource": "*""#,
        r#""Action": "*", "Resource": "arn:*""#,
        r#""Action": "*", "Resource": "arn:aws:s3:::b/*""#,
        r#""Action": "*", "Resource": ["arn:aws:s3:::b/*/x", "arn:aws:sqs:*:1:q?"]"#,
        r#""Action": "*", "Resource": "arn:aws:*:x""#,
        r#""Action": "*", "NotResource": "arn:aws:s3:::b*""#,
        r#""Action": "*", "NotResource": ["arn:*:sqs:*:*:*", "**"]"#,
        r#""Action": "*", "NotResource": []"#,
        r#""Action": "*", "Resource": "arn:aws:logs:*:*:g:*:s""#,
        r#""Action": "*""#,
    ]);
    let resources = [
        "*",
        "arn:aws:s3:::b/k",
        "arn:aws:s3:::b/k/x",
        "arn:aws:s3:::b",
        "arn:aws:sqs:r:1:q1",
        "arn:aws:sqs:r:2:q12",
        "arn:a:x:::",
        "arn:aws:logs:r:1:g:h:s",
        "arn:aws:s3:::",
        "arn:::::x",
        "arn:aws:s3:x:y:b/k:x",
    ];
    let all: Vec<Request> =
        resources.iter().map(|r| request("s3:GetObject", r, Context::new())).collect();
    let documented = Profile::documented();
    let across = documented.clone().with(Point::ArnColon, Reading::Alternative);
    pairs(&policies, &[documented, across], &both(), &all);
}

#[test]
fn actions_match_as_the_evaluator_matches_them() {
    let policies = statements(&[
        r#""Action": "*", "Resource": "*""#,
        r#""Action": "S3:get*", "Resource": "*""#,
        r#""Action": ["s3:GetObject", "s3:Put*Acl"], "Resource": "*""#,
        r#""Action": "app:Unheard", "Resource": "*""#,
        r#""Action": "*Object", "Resource": "*""#,
        r#""NotAction": "s3:*", "Resource": "*""#,
        r#""NotAction": ["iam:*", "s3:Get*", "app:*"], "Resource": "*""#,
        r#""Resource": "*""#,
    ]);
    let actions = [
        "s3:GetObject",
        "S3:GETOBJECTACL",
        "s3:PutBucketAcl",
        "app:unheard",
        "iam:PassRole",
        "s3:DeleteObject",
        "ec2:RunInstances",
    ];
    let all: Vec<Request> = actions.iter().map(|a| request(a, "*", Context::new())).collect();
    let mut options = both().to_vec();
    options.extend(both().map(|o| Options { actions: Actions::Language, ..o }));
    pairs(&policies, &[Profile::documented()], &options, &all);
}

#[test]
fn variables_stand_for_the_one_value_of_their_key() {
    let mut policies = statements(&[
        r#""Action": "*", "Resource": "arn:aws:s3:::b/${app:u}/*""#,
        r#""Action": "*", "Resource": "arn:aws:s3:::b/${app:u, 'x'}""#,
        r#""Action": "*", "Resource": "arn:aws:s3:::b/*${app:u}*-${app:v}?""#,
        r#""Action": "*", "NotResource": "arn:aws:s3:::b/${app:u}${*}""#,
        r#""Action": "*", "Resource": "*", "Condition": {"StringEquals": {"app:v": "${app:u}"}}"#,
        r#""Action": "*", "Resource": "*", "Condition": {"StringNotLike": {"app:v": "a*${app:u}"}}"#,
        r#""Action": "*", "Resource": "*", "Condition": {"ForAnyValue:StringLike": {"app:v": ["${app:u}*", "${}"]}}"#,
        r#""Action": "*", "Resource": "*", "Condition": {"ArnLike": {"app:v": "arn:aws:s3:::${app:u}*"}}"#,
        r#""Action": "*", "Resource": "arn:aws:s3:::b/*""#,
    ]);
    let old = r#"{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "arn:aws:s3:::b/${app:u}"}}"#;
    policies.push((old.to_owned(), identity(old)));
    let values = ["", "a", "x", "ab", "arn:aws:s3:::ab", "*"];
    let mut states: Vec<Option<Values>> = values.iter().map(|v| Some(Values::from(*v))).collect();
    states.extend([None, Some(Values::List(vec!["a".to_owned(), "ab".to_owned()]))]);
    let resources = [
        "*",
        "arn:aws:s3:::b/a/k",
        "arn:aws:s3:::b/x",
        "arn:aws:s3:::b/a*",
        "arn:aws:s3:::b/xa-x1",
    ];
    let mut all = Vec::new();
    for resource in resources {
        for u in &states {
            for v in &states {
                let mut context = Context::new();
                u.iter().for_each(|u| context.set("app:u", u.clone()));
                v.iter().for_each(|v| context.set("app:v", v.clone()));
                all.push(request("s3:GetObject", resource, context));
            }
        }
    }
    // Each with the next one, not with all: solvers take long for relations between texts.
    for neighbours in policies.chunks(2) {
        pairs(neighbours, &[Profile::documented()], &both()[..1], &all);
    }
}
