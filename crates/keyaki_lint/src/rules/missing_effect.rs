use keyaki_ir::Statement;

use crate::absence::lacks;
use crate::context::Context;
use crate::rule::rule;

rule! {
    /// Statement without `Effect`.
    ///
    /// Every statement must say whether it allows or denies; there is no default.
    /// AWS refuses a policy with a statement that does not.
    ///
    /// ## Avoid
    /// ```json
    /// {
    /// //^
    ///   "Action": "s3:GetObject",
    ///   "Resource": "arn:aws:s3:::reports/*"
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
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
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-error-missing-effect>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_effect.html>
    name: "missing-effect",
    aws: "MISSING_EFFECT",
    level: Error,
    kinds: Kinds::ANY,
    replaces: ["parliament:MALFORMED"],
    check: Statement(check),
}

fn check(cx: &mut Context<'_>, statement: &Statement) {
    if statement.effect.is_none() && lacks(cx.node(statement.origin), &["Effect"]) {
        cx.report(statement.origin, "the statement has no effect")
            .opening()
            .note("add `Effect` with `Allow` or `Deny`");
    }
}
