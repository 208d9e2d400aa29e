use keyaki_ir::{Principal, PrincipalEntry, PrincipalKey, glob};

use crate::context::Context;
use crate::placeholder::is_template;
use crate::rule::{PrincipalSite, rule};

rule! {
    /// Federated principal that is no identity provider.
    ///
    /// A `Federated` principal is the ARN of a SAML or OpenID Connect provider in IAM, or the host of one of the providers that AWS knows by itself, such as `cognito-identity.amazonaws.com`.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Principal": { "Federated": "arn:aws:iam::111122223333:oidc/login.example.com" },
    ///   //                          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    ///   "Action": "sts:AssumeRoleWithWebIdentity",
    ///   "Condition": { "StringEquals": { "login.example.com:aud": "reports" } }
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Principal": { "Federated": "arn:aws:iam::111122223333:oidc-provider/login.example.com" },
    ///   "Action": "sts:AssumeRoleWithWebIdentity",
    ///   "Condition": { "StringEquals": { "login.example.com:aud": "reports" } }
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// Never: the policy cannot be saved.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-error-invalid-federated-principal-syntax-in-role-trust-policy>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-federated-web-identity>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-saml>
    name: "invalid-federated-principal-syntax-in-role-trust-policy",
    aws: "INVALID_FEDERATED_PRINCIPAL_SYNTAX_IN_ROLE_TRUST_POLICY",
    level: Error,
    kinds: Kinds::TRUST,
    check: Principal(check),
}

fn check(cx: &mut Context<'_>, site: PrincipalSite<'_>) {
    let PrincipalEntry { text, origin, principal } = site.entry;
    let unknown = site.group.kind == Some(PrincipalKey::Federated)
        && *principal == Principal::Unknown
        && !glob::has_wildcard(text)
        && !is_template(text);
    if unknown {
        cx.report(*origin, format!("`{text}` is not an identity provider"))
            .note("use the ARN of a `saml-provider` or an `oidc-provider`, or a host name");
    }
}
