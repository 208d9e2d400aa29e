use keyaki_ir::Statement;

use crate::context::Context;
use crate::rule::rule;

rule! {
    /// `NotPrincipal` in a role trust policy.
    ///
    /// A trust policy lists who may assume the role; AWS refuses one that lists who may not.
    /// To exclude somebody, use a `Deny` statement with a `Principal`, or a condition.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Deny",
    ///   "NotPrincipal": { "AWS": "arn:aws:iam::111122223333:root" },
    ///   //^
    ///   "Action": "sts:AssumeRole"
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Effect": "Deny",
    ///   "Principal": { "AWS": "*" },
    ///   "Action": "sts:AssumeRole",
    ///   "Condition": { "StringNotEquals": { "aws:PrincipalAccount": "111122223333" } }
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// Never: the policy cannot be saved.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-error-role-trust-policy-syntax-error-notprincipal>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html>
    name: "role-trust-policy-syntax-error-notprincipal",
    aws: "ROLE_TRUST_POLICY_SYNTAX_ERROR_NOTPRINCIPAL",
    level: Error,
    kinds: Kinds::TRUST,
    check: Statement(check),
}

fn check(cx: &mut Context<'_>, statement: &Statement) {
    if let Some(element) = &statement.not_principal {
        cx.report(element.name, "role trust policies do not support `NotPrincipal`")
            .note("name those who may assume the role in `Principal`");
    }
}
