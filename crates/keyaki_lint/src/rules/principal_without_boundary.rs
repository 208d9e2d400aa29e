use keyaki_analyze::Question;
use keyaki_analyze::words::in_words;

use crate::context::Context;
use crate::granted::{allows, names, where_named};
use crate::rule::rule;

rule! {
    /// Grant to create users or roles without a permissions boundary.
    ///
    /// Whoever creates a user or a role and gives it permissions is limited by nothing but the boundary that it must have.
    /// The engine is asked for a request without `iam:PermissionsBoundary`.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": ["iam:CreateRole", "iam:GetRole"],
    ///   //         ^^^^^^^^^^^^^^^^
    ///   "Resource": "*"
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "iam:CreateRole",
    ///   "Resource": "*",
    ///   "Condition": {
    ///     "ArnEquals": { "iam:PermissionsBoundary": "arn:aws:iam::111122223333:policy/limits" }
    ///   }
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// When the policy is meant for administrators.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html>
    name: "principal-without-boundary",
    level: Warning,
    persona: Auditor,
    kinds: Kinds::IDENTITY,
    replaces: ["iam-policy-validator:action_condition_enforcement"],
    check: Proof(check),
}

fn check(cx: &mut Context<'_>) {
    for action in ["iam:CreateRole", "iam:CreateUser"] {
        let mut granting = cx.policy().statements.iter().filter(|s| allows(s));
        let Some(statement) = granting.find(|s| names(s, action)) else { continue };
        let Some(meaning) = cx.meaning() else { return };
        let relevant = meaning.about(action);
        let wanted = meaning.other(&unlimited(action));
        let question = Question::Disjoint { one: &relevant, other: &wanted };
        if let Some(witness) = meaning.refuted(cx.catalog(), &question) {
            let message = format!("`{action}` is granted without a permissions boundary");
            cx.report(where_named(statement, action), message)
                .note(format!("for instance {}", in_words(&witness)))
                .note("name the boundary in `iam:PermissionsBoundary`");
        }
    }
}

/// A policy that allows the action where the request names no boundary.
fn unlimited(action: &str) -> String {
    format!(
        r#"{{ "Version": "2012-10-17", "Statement": {{ "Effect": "Allow",
        "Action": "{action}", "Resource": "*",
        "Condition": {{ "Null": {{ "iam:PermissionsBoundary": "true" }} }} }} }}"#
    )
}
