use crate::context::Context;
use crate::rule::{ConditionSite, rule};

rule! {
    /// Access decided by something that the caller writes.
    ///
    /// `aws:Referer` and `aws:UserAgent` are headers of the request: every caller can set them to any value.
    /// They tell browsers apart, not callers.
    ///
    /// ## Avoid
    /// ```json kind=resource
    /// {
    ///   "Effect": "Allow",
    ///   "Principal": "*",
    ///   "Action": "s3:GetObject",
    ///   "Resource": "arn:aws:s3:::reports/*",
    ///   "Condition": { "StringLike": { "aws:Referer": "https://www.example.com/*" } }
    ///   //                             ^^^^^^^^^^^^^
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json kind=resource
    /// {
    ///   "Effect": "Allow",
    ///   "Principal": "*",
    ///   "Action": "s3:GetObject",
    ///   "Resource": "arn:aws:s3:::reports/*",
    ///   "Condition": { "StringEquals": { "aws:PrincipalOrgID": "o-a1b2c3d4e5" } }
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// When the test only keeps other sites from linking to public content.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-security-warning-untrustworthy-condition-key>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-referer>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-useragent>
    name: "untrustworthy-condition-key",
    aws: "UNTRUSTWORTHY_CONDITION_KEY",
    level: Security,
    confidence: Medium,
    kinds: Kinds::ANY,
    check: Condition(check),
}

fn check(cx: &mut Context<'_>, site: ConditionSite<'_>) {
    if !site.entry.is("aws:Referer") && !site.entry.is("aws:UserAgent") {
        return;
    }
    let key = &site.entry.key;
    cx.report(key.origin, format!("the caller can set `{}` to any value", key.value)).note(
        "decide by who calls or from where, such as `aws:PrincipalOrgID` or `aws:SourceVpce`",
    );
}
