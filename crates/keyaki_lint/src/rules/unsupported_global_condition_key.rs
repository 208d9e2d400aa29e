use keyaki_diag::Applicability;

use crate::context::Context;
use crate::rule::{ConditionSite, rule};

rule! {
    /// Condition key `aws:ARN`, which AWS does not support.
    ///
    /// Use `aws:PrincipalArn` for the caller, or `aws:SourceArn` for the resource on whose behalf a service calls.
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
    /// Never: the policy cannot be saved.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-error-unsupported-global-condition-key>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-principalarn>
    name: "unsupported-global-condition-key",
    aws: "UNSUPPORTED_GLOBAL_CONDITION_KEY",
    level: Error,
    kinds: Kinds::ANY,
    check: Condition(check),
}

fn check(cx: &mut Context<'_>, site: ConditionSite<'_>) {
    if !site.entry.is("aws:ARN") {
        return;
    }
    let key = &site.entry.key;
    cx.report(key.origin, format!("AWS does not support the condition key `{}`", key.value))
        .note("use `aws:PrincipalArn` for the caller, `aws:SourceArn` for the source of a service's call")
        .replace_string(
            key.origin,
            "replace with `aws:PrincipalArn`",
            Applicability::Unsafe,
            "aws:PrincipalArn",
        );
}
