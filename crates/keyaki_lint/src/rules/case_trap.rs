use keyaki_diag::Applicability;
use keyaki_ir::Comparison;

use crate::context::Context;
use crate::rule::ConditionSite;
use crate::rule::rule;

rule! {
    /// Value that differs in letter case from all that the key ever holds.
    ///
    /// `StringEquals` and `StringLike` tell letter case apart, and the key holds one of a few known values.
    /// A test for `aes256` is never met where the value is `AES256`.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "s3:PutObject",
    ///   "Resource": "*",
    ///   "Condition": { "StringEquals": { "s3:x-amz-server-side-encryption": "aes256" } }
    ///   //                                                                  ^^^^^^^^
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "s3:PutObject",
    ///   "Resource": "*",
    ///   "Condition": { "StringEquals": { "s3:x-amz-server-side-encryption": "AES256" } }
    /// }
    /// ```
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "s3:PutObject",
    ///   "Resource": "*",
    ///   "Condition": { "StringEqualsIgnoreCase": { "s3:x-amz-server-side-encryption": "aes256" } }
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// Practically never.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/AmazonS3/latest/userguide/list_amazons3.html>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-principaltype>
    name: "case-trap",
    level: Warning,
    kinds: Kinds::ANY,
    check: Condition(check),
}

/// Keys with all values that they hold.
const VALUES: [(&str, &[&str]); 8] = [
    ("s3:x-amz-server-side-encryption", &["AES256", "aws:kms", "aws:kms:dsse"]),
    (
        "s3:x-amz-acl",
        &[
            "private",
            "public-read",
            "public-read-write",
            "aws-exec-read",
            "authenticated-read",
            "bucket-owner-read",
            "bucket-owner-full-control",
            "log-delivery-write",
        ],
    ),
    ("s3:signatureversion", &["AWS", "AWS4-HMAC-SHA256"]),
    ("s3:authType", &["REST-HEADER", "REST-QUERY-STRING", "POST"]),
    ("aws:PrincipalType", &["Anonymous", "Account", "User", "AssumedRole", "FederatedUser"]),
    ("ec2:Tenancy", &["default", "dedicated", "host"]),
    ("ec2:MetadataHttpTokens", &["optional", "required"]),
    ("ec2:MetadataHttpEndpoint", &["enabled", "disabled"]),
];

fn check(cx: &mut Context<'_>, site: ConditionSite<'_>) {
    let base = site.block.operator.operator.map(|o| o.base);
    let tells_case = [Comparison::Text, Comparison::TextLike];
    if !base.is_some_and(|b| tells_case.contains(&b.comparison())) {
        return;
    }
    let Some((_, known)) = VALUES.iter().find(|(key, _)| site.entry.is(key)) else { return };
    for value in &site.entry.values {
        let text = value.text();
        let meant = known.iter().find(|k| k.eq_ignore_ascii_case(text) && **k != text);
        if let Some(meant) = meant {
            let message = format!("`{text}` never matches, the value is `{meant}`");
            let title = format!("replace with `{meant}`");
            cx.report(value.origin, message)
                .note(format!("requests carry `{meant}`, and the operator tells letter case apart"))
                .replace_string(value.origin, title, Applicability::Unsafe, meant);
        }
    }
}
