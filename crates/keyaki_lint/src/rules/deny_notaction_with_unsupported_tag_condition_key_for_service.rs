use keyaki_ir::{Effect, Statement};

use crate::carried_key::report_untagged_left_in;
use crate::context::Context;
use crate::rule::rule;

rule! {
    /// Deny by `NotAction` on the condition of a resource's tag, which many actions do not carry.
    ///
    /// A request for an action that carries no tags of its resource has no value for the key: with a positive operator it is never denied, with a negated one always.
    /// `NotAction` leaves every action in that is not listed, those without tags among them.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Deny",
    ///   "NotAction": "iam:*",
    ///   //           ^^^^^^^
    ///   "Resource": "*",
    ///   "Condition": { "StringEquals": { "aws:ResourceTag/env": "dev" } }
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Effect": "Deny",
    ///   "Action": "ec2:StopInstances",
    ///   "Resource": "*",
    ///   "Condition": { "StringEquals": { "aws:ResourceTag/env": "dev" } }
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// When the actions without tags are decided by another statement.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-security-warning-deny-notaction-with-unsupported-tag-condition-key-for-service>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access_tags.html>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notaction.html>
    name: "deny-notaction-with-unsupported-tag-condition-key-for-service",
    aws: "DENY_NOTACTION_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE",
    level: Security,
    kinds: Kinds::ANY,
    check: Statement(check),
}

fn check(cx: &mut Context<'_>, statement: &Statement) {
    report_untagged_left_in(cx, statement, Effect::Deny);
}
