use keyaki_ir::{PrincipalForm, PrincipalKey, Statement};

use crate::context::Context;
use crate::rule::rule;

rule! {
    /// Identity provider as principal of a resource policy.
    ///
    /// Only a role's trust policy can name an identity provider.
    /// A federated user reaches a resource as a session of the role that it has assumed:
    /// name that role.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Principal": { "Federated": "arn:aws:iam::111122223333:saml-provider/corp" },
    ///   //             ^^^^^^^^^^^
    ///   "Action": "s3:GetObject",
    ///   "Resource": "arn:aws:s3:::reports/*"
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Principal": { "AWS": "arn:aws:iam::111122223333:role/corp-reader" },
    ///   "Action": "s3:GetObject",
    ///   "Resource": "arn:aws:s3:::reports/*"
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// Never: the policy cannot be saved.
    /// If the document is a trust policy, say so with `--kind trust`.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-error-federated-principal-not-supported>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-federated-web-identity>
    name: "federated-principal-not-supported",
    aws: "FEDERATED_PRINCIPAL_NOT_SUPPORTED",
    level: Error,
    kinds: Kinds::RESOURCE,
    check: Statement(check),
}

fn check(cx: &mut Context<'_>, statement: &Statement) {
    let maps = statement.principal_elements().filter_map(|e| match &e.form {
        PrincipalForm::Map(groups) => Some(groups),
        PrincipalForm::Any | PrincipalForm::Wrong => None,
    });
    for group in maps.flatten().filter(|g| g.kind == Some(PrincipalKey::Federated)) {
        cx.report(group.key.origin, "`Federated` principals are supported in trust policies only")
            .note("name the role that the federated users assume");
    }
}
