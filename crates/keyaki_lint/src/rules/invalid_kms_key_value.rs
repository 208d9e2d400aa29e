use keyaki_ir::arn::{Arn, Segment};
use keyaki_ir::glob::{self, Case};
use keyaki_ir::{ConditionEntry, Family};

use crate::context::Context;
use crate::placeholder::is_known;
use crate::rule::{ConditionSite, rule};

rule! {
    /// Value for the KMS key of an S3 request that is no ARN of a key.
    ///
    /// S3 compares `x-amz-server-side-encryption-aws-kms-key-id` as the ARN of a key,
    /// whatever the caller wrote; an alias or a bare key id never matches.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "s3:PutObject",
    ///   "Resource": "arn:aws:s3:::reports/*",
    ///   "Condition": {
    ///     "StringEquals": {
    ///       "s3:x-amz-server-side-encryption-aws-kms-key-id": "alias/reports"
    ///       //                                                ^^^^^^^^^^^^^^^
    ///     }
    ///   }
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "s3:PutObject",
    ///   "Resource": "arn:aws:s3:::reports/*",
    ///   "Condition": {
    ///     "StringEquals": {
    ///       "s3:x-amz-server-side-encryption-aws-kms-key-id": "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
    ///     }
    ///   }
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// Never: the test does not do what it says.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-error-invalid-kms-key-value>
    /// - <https://docs.aws.amazon.com/AmazonS3/latest/userguide/amazon-s3-policy-keys.html>
    /// - <https://docs.aws.amazon.com/kms/latest/developerguide/concepts.html#key-id-key-ARN>
    name: "invalid-kms-key-value",
    aws: "INVALID_KMS_KEY_VALUE",
    level: Error,
    kinds: Kinds::ANY,
    check: Condition(check),
}

fn check(cx: &mut Context<'_>, site: ConditionSite<'_>) {
    let family = site.block.operator.operator.map(|o| o.base.family());
    if !matches!(family, Some(Family::String | Family::Arn)) || !names_kms_key(site.entry) {
        return;
    }
    for value in site.entry.values.iter().filter(|v| !is_key_arn(v.text()) && is_known(v)) {
        cx.report(value.origin, format!("`{}` is no ARN of a KMS key", value.text()))
            .note("write the ARN of the key, not its id or an alias");
    }
}

fn names_kms_key(entry: &ConditionEntry) -> bool {
    const NAME: &str = "x-amz-server-side-encryption-aws-kms-key-id";
    let is_name = |name: &str| name.eq_ignore_ascii_case(NAME);
    entry.starts_with("s3") && entry.key.value.split_once(':').is_some_and(|(_, n)| is_name(n))
}

/// Whether a text is, or as a pattern can match, the ARN of a key.
fn is_key_arn(text: &str) -> bool {
    if glob::has_wildcard(text) {
        return glob::intersects(text, "arn:*:kms:*:*:key/*", Case::Sensitive);
    }
    Arn::parse(text).is_some_and(|arn| {
        arn.get(text, Segment::Service) == "kms"
            && arn.get(text, Segment::Resource).starts_with("key/")
    })
}
