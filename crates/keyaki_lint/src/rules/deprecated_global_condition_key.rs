use keyaki_diag::Applicability;

use crate::context::Context;
use crate::rule::{ConditionSite, rule};

rule! {
    /// Condition key `aws:ARN`, which newer keys replace.
    ///
    /// Its successors say whose ARN is meant: `aws:PrincipalArn` the caller's, `aws:SourceArn` that of the resource
    /// on whose behalf a service calls.
    ///
    /// `unsupported-global-condition-key` reports the same key as an error, so this rule is for the pedantic.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "s3:GetObject",
    ///   "Resource": "arn:aws:s3:::reports/*",
    ///   "Condition": { "ArnLike": { "aws:ARN": "arn:aws:iam::111122223333:role/report-*" } }
    ///   //                          ^^^^^^^^^
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "s3:GetObject",
    ///   "Resource": "arn:aws:s3:::reports/*",
    ///   "Condition": { "ArnLike": { "aws:PrincipalArn": "arn:aws:iam::111122223333:role/report-*" } }
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// When `unsupported-global-condition-key` is looked at anyway.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-general-warning-deprecated-global-condition-key>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-principalarn>
    name: "deprecated-global-condition-key",
    aws: "DEPRECATED_GLOBAL_CONDITION_KEY",
    level: Warning,
    persona: Pedantic,
    kinds: Kinds::ANY,
    check: Condition(check),
}

fn check(cx: &mut Context<'_>, site: ConditionSite<'_>) {
    if !site.entry.is("aws:ARN") {
        return;
    }
    let key = &site.entry.key;
    cx.report(key.origin, format!("the condition key `{}` is deprecated", key.value))
        .note("use `aws:PrincipalArn` for the caller, `aws:SourceArn` for the source of a service's call")
        .replace_string(
            key.origin,
            "replace with `aws:PrincipalArn`",
            Applicability::Unsafe,
            "aws:PrincipalArn",
        );
}
