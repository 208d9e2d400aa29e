use keyaki_diag::Applicability;
use keyaki_ir::Statement;

use crate::context::Context;
use crate::rule::rule;

rule! {
    /// `Resource` or `NotResource` in a role trust policy.
    ///
    /// A trust policy is about the role that it belongs to.
    /// AWS refuses one that names a resource.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Principal": { "AWS": "arn:aws:iam::111122223333:root" },
    ///   "Action": "sts:AssumeRole",
    ///   "Resource": "*"
    ///   //^
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Principal": { "AWS": "arn:aws:iam::111122223333:root" },
    ///   "Action": "sts:AssumeRole"
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// Never: the policy cannot be saved.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-error-role-trust-policy-syntax-error-resource>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html>
    name: "role-trust-policy-syntax-error-resource",
    aws: "ROLE_TRUST_POLICY_SYNTAX_ERROR_RESOURCE",
    level: Error,
    kinds: Kinds::TRUST,
    check: Statement(check),
}

fn check(cx: &mut Context<'_>, statement: &Statement) {
    for element in statement.resource_elements() {
        let name = if element.negated { "NotResource" } else { "Resource" };
        cx.report(element.name, format!("role trust policies do not support `{name}`"))
            .note("a trust policy is about the role that it belongs to")
            .remove(element.name, format!("remove `{name}`"), Applicability::Unsafe);
    }
}
