use keyaki_ir::{PolicyKind, Principal, PrincipalEntry, PrincipalKey};

use crate::context::Context;
use crate::rule::{PrincipalSite, rule};

rule! {
    /// Wildcard inside a principal.
    ///
    /// Principals are no patterns: `*` stands for everybody, and only alone and under `AWS`.
    /// To match roles or users by name, admit the account and restrict it by a condition on `aws:PrincipalArn`.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Principal": { "AWS": "arn:aws:iam::111122223333:role/app-*" },
    ///   //                                                        ^
    ///   "Action": "s3:GetObject",
    ///   "Resource": "arn:aws:s3:::reports/*"
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Principal": { "AWS": "arn:aws:iam::111122223333:root" },
    ///   "Action": "s3:GetObject",
    ///   "Resource": "arn:aws:s3:::reports/*",
    ///   "Condition": { "ArnLike": { "aws:PrincipalArn": "arn:aws:iam::111122223333:role/app-*" } }
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// Never: the policy cannot be saved.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-error-unsupported-wildcard-in-principal>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html>
    name: "unsupported-wildcard-in-principal",
    aws: "UNSUPPORTED_WILDCARD_IN_PRINCIPAL",
    level: Error,
    kinds: Kinds::RESOURCE.and(Kinds::TRUST),
    check: Principal(check),
}

fn check(cx: &mut Context<'_>, site: PrincipalSite<'_>) {
    let PrincipalEntry { text, origin, principal } = site.entry;
    let Some(key) = site.group.kind else { return };
    let Some(at) = text.find(['*', '?']) else { return };
    if *principal == Principal::Any || text.contains("${") || is_out_of_place(cx, key) {
        return;
    }
    let message = format!("wildcards are not supported in `{}` principals", key.name());
    cx.report(*origin, message).part(*origin, at..at + 1).note(advice(key));
}

/// A federated principal outside of trust policies is wrong as such.
fn is_out_of_place(cx: &Context<'_>, key: PrincipalKey) -> bool {
    key == PrincipalKey::Federated && cx.kind() != PolicyKind::Trust
}

fn advice(key: PrincipalKey) -> &'static str {
    match key {
        PrincipalKey::Aws => {
            "admit the account, with a condition on `aws:PrincipalArn` that has the wildcard"
        }
        PrincipalKey::Service | PrincipalKey::Federated | PrincipalKey::CanonicalUser => {
            "list each principal; `\"AWS\": \"*\"` stands for everybody"
        }
    }
}
