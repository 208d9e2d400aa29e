use keyaki_ir::{Effect, Family};

use crate::context::Context;
use crate::rule::{ConditionSite, rule};

rule! {
    /// `s3:prefix` used to keep a caller out.
    ///
    /// `s3:prefix` is what the caller asks to list, not what is listed.
    /// Whoever leaves it out, or asks for a shorter prefix, is shown the objects under the forbidden one as well.
    /// So it can say what may be listed, but not what may not.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Deny",
    ///   "Action": "s3:ListBucket",
    ///   "Resource": "arn:aws:s3:::reports",
    ///   "Condition": { "StringLike": { "s3:prefix": "private/*" } }
    ///   //                             ^^^^^^^^^^^
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "s3:ListBucket",
    ///   "Resource": "arn:aws:s3:::reports",
    ///   "Condition": { "StringLike": { "s3:prefix": "public/*" } }
    /// }
    /// ```
    ///
    /// ```json
    /// {
    ///   "Effect": "Deny",
    ///   "Action": "s3:ListBucket",
    ///   "Resource": "arn:aws:s3:::reports",
    ///   "Condition": { "StringNotLike": { "s3:prefix": "public/*" } }
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// When shorter prefixes are denied as well.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-security-warning-s3-prefix-in-negative-context>
    /// - <https://docs.aws.amazon.com/AmazonS3/latest/userguide/amazon-s3-policy-keys.html>
    /// - <https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html>
    name: "s3-prefix-in-negative-context",
    aws: "S3_PREFIX_IN_NEGATIVE_CONTEXT",
    level: Security,
    kinds: Kinds::ANY,
    check: Condition(check),
}

fn check(cx: &mut Context<'_>, site: ConditionSite<'_>) {
    if !site.entry.is("s3:prefix") {
        return;
    }
    let Some(base) = site.block.operator.operator.map(|o| o.base) else { return };
    let Some(effect) = site.statement.effect() else { return };
    let note = match (effect, base.is_negated()) {
        (Effect::Deny, false) => "deny all prefixes but those that may be listed",
        (Effect::Allow, true) => "allow the prefixes that may be listed",
        (Effect::Allow, false) | (Effect::Deny, true) => return,
    };
    if base.family() == Family::String {
        cx.report(site.entry.key.origin, "a shorter prefix, or none, gets around this test")
            .note(note);
    }
}
