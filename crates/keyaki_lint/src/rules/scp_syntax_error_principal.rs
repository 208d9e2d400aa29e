use keyaki_diag::Applicability;
use keyaki_ir::Statement;

use crate::context::Context;
use crate::rule::rule;

rule! {
    /// `Principal` or `NotPrincipal` in a service control policy.
    ///
    /// A service control policy applies to all principals of the accounts that it is attached to.
    /// AWS Organizations refuses a policy that names some.
    /// To leave principals out, test `aws:PrincipalArn` in a condition.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Deny",
    ///   "Principal": "*",
    ///   //^
    ///   "Action": "s3:DeleteBucket",
    ///   "Resource": "*"
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Effect": "Deny",
    ///   "Action": "s3:DeleteBucket",
    ///   "Resource": "*",
    ///   "Condition": {
    ///     "ArnNotEquals": { "aws:PrincipalArn": "arn:aws:iam::*:role/security" }
    ///   }
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// Never: the policy cannot be saved.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-error-scp-syntax-error-principal>
    /// - <https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_syntax.html>
    name: "scp-syntax-error-principal",
    aws: "SCP_SYNTAX_ERROR_PRINCIPAL",
    level: Error,
    kinds: Kinds::SCP,
    check: Statement(check),
}

fn check(cx: &mut Context<'_>, statement: &Statement) {
    for element in statement.principal_elements() {
        let name = if element.negated { "NotPrincipal" } else { "Principal" };
        cx.report(element.name, format!("`{name}` is not supported in service control policies"))
            .note("test `aws:PrincipalArn` in a condition instead")
            .remove(element.name, format!("remove `{name}`"), Applicability::Unsafe);
    }
}
