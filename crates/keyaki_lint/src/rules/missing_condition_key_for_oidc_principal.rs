use std::cell::LazyCell;

use keyaki_ir::Statement;

use crate::context::Context;
use crate::federation::{admitted_issuers, has_hidden_keys, is_github, tested_keys};
use crate::rule::rule;

rule! {
    /// OpenID Connect provider trusted with all of its users.
    ///
    /// Providers issue tokens to everybody who has an account there, and for every application.
    /// Without a condition on a claim of the provider, anybody who can get a token of it can assume the role.
    /// Test at least the audience (`aud`), mostly also the subject (`sub`).
    ///
    /// For GitHub `missing-github-repo-condition-key` says the same in more detail.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Principal": {
    ///     "Federated": "arn:aws:iam::111122223333:oidc-provider/login.example.com"
    ///     //           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    ///   },
    ///   "Action": "sts:AssumeRoleWithWebIdentity"
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Principal": {
    ///     "Federated": "arn:aws:iam::111122223333:oidc-provider/login.example.com"
    ///   },
    ///   "Action": "sts:AssumeRoleWithWebIdentity",
    ///   "Condition": {
    ///     "StringEquals": {
    ///       "login.example.com:aud": "reports",
    ///       "login.example.com:sub": "job-42"
    ///     }
    ///   }
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// When the provider is your own and issues tokens for nothing but this role.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-security-warning-missing-condition-key-for-oidc-principal>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-idp_oidc.html>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html#condition-keys-wif>
    name: "missing-condition-key-for-oidc-principal",
    aws: "MISSING_CONDITION_KEY_FOR_OIDC_PRINCIPAL",
    level: Security,
    kinds: Kinds::TRUST,
    check: Statement(check),
}

fn check(cx: &mut Context<'_>, statement: &Statement) {
    if has_hidden_keys(statement) {
        return;
    }
    let tested = LazyCell::new(|| tested_keys(statement, |_, _| true));
    let is_tested = |issuer: &str| {
        let claims = format!("{}:", issuer.to_ascii_lowercase());
        let first = tested.partition_point(|key| *key < claims);
        tested.get(first).is_some_and(|key| key.starts_with(&claims))
    };
    for (entry, issuer) in admitted_issuers(statement) {
        if !is_github(issuer) && !is_tested(issuer) {
            cx.report(entry.origin, format!("no condition restricts the users of `{issuer}`"))
                .note(format!("add a condition on `{issuer}:aud` or `{issuer}:sub`"));
        }
    }
}
