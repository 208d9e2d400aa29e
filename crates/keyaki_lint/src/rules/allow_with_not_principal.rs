use keyaki_ir::{Effect, Statement};

use crate::context::Context;
use crate::rule::rule;

rule! {
    /// `Allow` with `NotPrincipal`.
    ///
    /// Such a statement admits everybody but those listed: every other account, and callers without credentials.
    /// List those who are to have access in `Principal`.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "NotPrincipal": { "AWS": "arn:aws:iam::111122223333:role/guest" },
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
    ///   "Principal": { "AWS": "arn:aws:iam::111122223333:role/report-reader" },
    ///   "Action": "s3:GetObject",
    ///   "Resource": "arn:aws:s3:::reports/*"
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// Practically never.
    /// Everybody but a few is written as an `Allow` of everybody and a `Deny` of the few.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-security-warning-allow-with-not-principal>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html>
    name: "allow-with-not-principal",
    aws: "ALLOW_WITH_NOT_PRINCIPAL",
    level: Security,
    kinds: Kinds::RESOURCE,
    replaces: ["parliament:NOTPRINCIPAL_WITH_ALLOW", "aws-guardrails:IAM108"],
    check: Statement(check),
}

fn check(cx: &mut Context<'_>, statement: &Statement) {
    let Some(element) = &statement.not_principal else { return };
    if statement.effect() == Some(Effect::Allow) {
        cx.report(element.name, "`Allow` with `NotPrincipal` admits everybody else")
            .note("other accounts and callers without credentials are among them; use `Principal`");
    }
}
