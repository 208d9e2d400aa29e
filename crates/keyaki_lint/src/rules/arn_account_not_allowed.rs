use keyaki_diag::Applicability;
use keyaki_ir::arn::Segment;

use crate::context::Context;
use crate::rule::{ResourceSite, rule};

rule! {
    /// ARN with an account although the resources of its service have none.
    ///
    /// S3 buckets and objects, hosted zones of Route 53 and a few others leave the account empty.
    /// With an account there the ARN names no resource.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "s3:GetObject",
    ///   "Resource": "arn:aws:s3::111122223333:reports/*"
    ///   //                       ^^^^^^^^^^^^
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "s3:GetObject",
    ///   "Resource": "arn:aws:s3:::reports/*",
    ///   "Condition": { "StringEquals": { "aws:ResourceAccount": "111122223333" } }
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// When the resource type is younger than the catalogue: see `keyaki catalog update`.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-error-arn-account-not-allowed>
    /// - <https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html>
    name: "arn-account-not-allowed",
    aws: "ARN_ACCOUNT_NOT_ALLOWED",
    level: Error,
    kinds: Kinds::ANY,
    check: Resource(check),
}

fn check(cx: &mut Context<'_>, site: ResourceSite<'_>) {
    let entry = site.entry;
    let Some(written) = &entry.arn else { return };
    let part = written.range(Segment::Account);
    let Some(arn) = site.arn.filter(|_| !part.is_empty()) else { return };
    if arn.get(Segment::Account) == "*" || !arn.misfit().is_some_and(|m| m.account) {
        return;
    }
    let mut text = entry.text().to_owned();
    text.replace_range(part.clone(), "");
    let message = format!("such an ARN of `{}` has no account", arn.get(Segment::Service));
    cx.report(entry.origin, message)
        .part(entry.origin, part)
        .note("to restrict the account, use the condition key `aws:ResourceAccount`")
        .replace_string(entry.origin, "remove the account", Applicability::Unsafe, &text);
}
