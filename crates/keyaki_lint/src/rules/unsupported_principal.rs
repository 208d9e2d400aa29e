use keyaki_diag::Applicability;
use keyaki_ir::Statement;

use crate::context::Context;
use crate::rule::rule;

rule! {
    /// `Principal` or `NotPrincipal` in a policy that is attached to an identity.
    ///
    /// Such a policy speaks about the user, group or role that it is attached to, and cannot name another one.
    /// AWS refuses it.
    /// Whoever else is to have access is named in a resource policy or in a trust policy.
    ///
    /// In a service control policy `scp-syntax-error-principal` reports the same mistake.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Principal": { "AWS": "arn:aws:iam::111122223333:user/ann" },
    ///   //^
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
    /// Never: the policy cannot be saved.
    /// If the document is a resource policy or a trust policy, say so with `--kind`.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-error-unsupported-principal>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_identity-vs-resource.html>
    name: "unsupported-principal",
    aws: "UNSUPPORTED_PRINCIPAL",
    level: Error,
    kinds: Kinds::IDENTITY,
    check: Statement(check),
}

fn check(cx: &mut Context<'_>, statement: &Statement) {
    let kind = cx.kind().name();
    for element in statement.principal_elements() {
        let name = if element.negated { "NotPrincipal" } else { "Principal" };
        let message = format!("`{name}` is not supported in {kind} policies");
        cx.report(element.name, message)
            .note("the policy is about the identity that it is attached to")
            .remove(element.name, format!("remove `{name}`"), Applicability::Unsafe);
    }
}
