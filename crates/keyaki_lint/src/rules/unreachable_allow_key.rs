use keyaki_ir::{Effect, Statement};

use crate::context::Context;
use crate::rule::rule;
use crate::uncarried::report;

rule! {
    /// Grant under a condition key that none of its actions carries.
    ///
    /// The test needs the key, and no request for any of the actions has it, so that the statement grants nothing.
    /// Keys are those that AWS lists for the actions; global keys are passed over.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": ["s3:GetObject", "s3:PutObject"],
    ///   "Resource": "arn:aws:s3:::reports/*",
    ///   "Condition": { "StringLike": { "s3:prefix": "2026/*" } }
    ///   //                             ^^^^^^^^^^^
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "s3:ListBucket",
    ///   "Resource": "arn:aws:s3:::reports",
    ///   "Condition": { "StringLike": { "s3:prefix": "2026/*" } }
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// When the catalogue is older than the key.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html>
    name: "unreachable-allow-key",
    level: Warning,
    confidence: Medium,
    persona: Pedantic,
    kinds: Kinds::IDENTITY.and(Kinds::RESOURCE),
    replaces: ["parliament:UNKNOWN_CONDITION_FOR_ACTION"],
    check: Statement(check),
}

fn check(cx: &mut Context<'_>, statement: &Statement) {
    report(cx, statement, Effect::Allow, "so that the statement grants nothing");
}
