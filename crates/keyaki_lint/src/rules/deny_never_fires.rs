use keyaki_ir::{Effect, Statement};

use crate::context::Context;
use crate::rule::rule;
use crate::uncarried::report;

rule! {
    /// `Deny` under a condition key that none of its actions carries.
    ///
    /// The test needs the key, and no request for any of the actions has it, so that the statement denies nothing.
    /// Keys are those that AWS lists for the actions; global keys are passed over.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Deny",
    ///   "Action": "s3:DeleteObject",
    ///   "Resource": "*",
    ///   "Condition": { "StringEquals": { "ec2:InstanceType": "t3.micro" } }
    ///   //                               ^^^^^^^^^^^^^^^^^^
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Effect": "Deny",
    ///   "Action": "ec2:RunInstances",
    ///   "Resource": "*",
    ///   "Condition": { "StringEquals": { "ec2:InstanceType": "t3.micro" } }
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// When the catalogue is older than the key.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html>
    name: "deny-never-fires",
    level: Security,
    confidence: Medium,
    persona: Pedantic,
    kinds: Kinds::ANY,
    check: Statement(check),
}

fn check(cx: &mut Context<'_>, statement: &Statement) {
    report(cx, statement, Effect::Deny, "so that the statement denies nothing");
}
