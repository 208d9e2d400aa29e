use keyaki_analyze::Question;
use keyaki_analyze::words::in_words;

use crate::context::Context;
use crate::granted::{allows, names, where_named};
use crate::rule::rule;

rule! {
    /// `iam:PassRole` that does not say for which service.
    ///
    /// With `iam:PassedToService` a role that is meant for one service cannot be handed to another.
    /// The engine is asked for a request with a service of which no statement says anything.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": ["iam:PassRole", "ecs:RunTask"],
    ///   //         ^^^^^^^^^^^^^^
    ///   "Resource": ["arn:aws:iam::111122223333:role/tasks-*", "arn:aws:ecs:*:111122223333:*"]
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "iam:PassRole",
    ///   "Resource": "arn:aws:iam::111122223333:role/tasks-*",
    ///   "Condition": { "StringEquals": { "iam:PassedToService": "ecs-tasks.amazonaws.com" } }
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// When the trust policies of the roles name one service each.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html>
    name: "pass-role-to-any-service",
    level: Warning,
    persona: Auditor,
    kinds: Kinds::IDENTITY,
    replaces: ["iam-policy-validator:action_condition_enforcement", "aws-guardrails:IAM111"],
    check: Proof(check),
}

fn check(cx: &mut Context<'_>) {
    let mut passing = cx.policy().statements.iter().filter(|s| allows(s) && names(s, ACTION));
    let Some(statement) = passing.next() else { return };
    let Some(meaning) = cx.meaning() else { return };
    let relevant = meaning.about(ACTION);
    let wanted = meaning.other(ELSEWHERE);
    let question = Question::Disjoint { one: &relevant, other: &wanted };
    if let Some(witness) = meaning.refuted(cx.catalog(), &question) {
        cx.report(where_named(statement, ACTION), "a role can be passed to any service")
            .note(format!("for instance {}", in_words(&witness)))
            .note("name the services in `iam:PassedToService`");
    }
}

const ACTION: &str = "iam:PassRole";

const ELSEWHERE: &str = r#"{ "Version": "2012-10-17", "Statement": { "Effect": "Allow",
    "Action": "iam:PassRole", "Resource": "*",
    "Condition": { "StringEquals": { "iam:PassedToService": "keyaki.example.amazonaws.com" } } } }"#;
