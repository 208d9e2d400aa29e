use keyaki_ir::{Statement, VariableDefect};

use crate::context::Context;
use crate::rule::rule;
use crate::variables;

rule! {
    /// Policy variable without a key.
    ///
    /// `${}` names nothing that a request could carry.
    /// To write the characters themselves, use `${$}` for `$`.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "s3:GetObject",
    ///   "Resource": "arn:aws:s3:::reports/${}/*"
    ///   //                                ^^^
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "s3:GetObject",
    ///   "Resource": "arn:aws:s3:::reports/${aws:userid}/*"
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// Never: AWS refuses the policy.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-error-empty-variable>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html>
    name: "empty-variable",
    aws: "EMPTY_VARIABLE",
    level: Error,
    kinds: Kinds::ANY,
    check: Statement(check),
}

fn check(cx: &mut Context<'_>, statement: &Statement) {
    if !cx.has_variables() {
        return;
    }
    let found = variables::with_defect(statement, VariableDefect::Empty);
    for (at, _, variable) in found {
        cx.report(at, "the policy variable names no key").part(at, variable.range.clone());
    }
}
