use keyaki_ir::Statement;

use crate::absence::lacks;
use crate::context::Context;
use crate::rule::rule;

rule! {
    /// Statement without `Action` and without `NotAction`.
    ///
    /// Every statement must say which actions it is about.
    /// AWS refuses a policy with a statement that does not.
    ///
    /// ## Avoid
    /// ```json
    /// {
    /// //^
    ///   "Sid": "ReadReports",
    ///   "Effect": "Allow",
    ///   "Resource": "arn:aws:s3:::reports/*"
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Sid": "ReadReports",
    ///   "Effect": "Allow",
    ///   "Action": "s3:GetObject",
    ///   "Resource": "arn:aws:s3:::reports/*"
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// Never: AWS refuses the policy.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-error-missing-action>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_action.html>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notaction.html>
    name: "missing-action",
    aws: "MISSING_ACTION",
    level: Error,
    kinds: Kinds::ANY,
    replaces: ["parliament:MALFORMED"],
    check: Statement(check),
}

fn check(cx: &mut Context<'_>, statement: &Statement) {
    let written = statement.action_elements().next().is_some();
    if !written && lacks(cx.node(statement.origin), &["Action", "NotAction"]) {
        cx.report(statement.origin, "the statement names no actions")
            .opening()
            .note("add `Action` or `NotAction`");
    }
}
