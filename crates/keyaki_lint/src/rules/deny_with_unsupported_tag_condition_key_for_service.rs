use keyaki_ir::{Effect, Statement};

use crate::carried_key::report_untagged;
use crate::context::Context;
use crate::rule::rule;

rule! {
    /// Deny on the condition of a resource's tag, for an action whose requests carry none.
    ///
    /// A request for an action that carries no tags of its resource has no value for the key: with a positive operator it is never denied, with a negated one always.
    /// For a pattern it is enough that one of the actions it matches carries none.
    /// Actions that create what they tag are passed over where they are named.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Deny",
    ///   "Action": ["iam:ListUsers", "ec2:StopInstances"],
    ///   //         ^^^^^^^^^^^^^^^
    ///   "Resource": "*",
    ///   "Condition": { "StringEquals": { "aws:ResourceTag/env": "dev" } }
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Effect": "Deny",
    ///   "Action": ["ec2:StartInstances", "ec2:StopInstances"],
    ///   "Resource": "*",
    ///   "Condition": { "StringEquals": { "aws:ResourceTag/env": "dev" } }
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// When another statement decides about the action and the pattern is only written this way for short.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-security-warning-deny-with-unsupported-tag-condition-key-for-service>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access_tags.html>
    /// - <https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html>
    name: "deny-with-unsupported-tag-condition-key-for-service",
    aws: "DENY_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE",
    level: Security,
    kinds: Kinds::ANY,
    check: Statement(check),
}

fn check(cx: &mut Context<'_>, statement: &Statement) {
    report_untagged(cx, statement, Effect::Deny);
}
