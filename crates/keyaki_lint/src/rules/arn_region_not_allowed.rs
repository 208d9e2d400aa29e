use keyaki_diag::Applicability;
use keyaki_ir::arn::Segment;

use crate::context::Context;
use crate::rule::{ResourceSite, rule};

rule! {
    /// ARN with a region although the resources of its service have none.
    ///
    /// IAM, Route 53, CloudFront, Organizations and S3 buckets leave the region of their ARNs empty.
    /// With a region there the ARN names no resource.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "s3:GetObject",
    ///   "Resource": "arn:aws:s3:eu-west-1::reports/*"
    ///   //                      ^^^^^^^^^
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "s3:GetObject",
    ///   "Resource": [
    ///     "arn:aws:s3:::reports/*",
    ///     "arn:aws:s3:eu-west-1:111122223333:accesspoint/reports/object/*"
    ///   ]
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// When the resource type is younger than the catalogue: see `keyaki catalog update`.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-error-arn-region-not-allowed>
    /// - <https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html>
    name: "arn-region-not-allowed",
    aws: "ARN_REGION_NOT_ALLOWED",
    level: Error,
    kinds: Kinds::ANY,
    check: Resource(check),
}

fn check(cx: &mut Context<'_>, site: ResourceSite<'_>) {
    let entry = site.entry;
    let Some(written) = &entry.arn else { return };
    let part = written.range(Segment::Region);
    let Some(arn) = site.arn.filter(|_| !part.is_empty()) else { return };
    if arn.get(Segment::Region) == "*" || !arn.misfit().is_some_and(|m| m.region) {
        return;
    }
    let mut text = entry.text().to_owned();
    text.replace_range(part.clone(), "");
    let message = format!("such an ARN of `{}` has no region", arn.get(Segment::Service));
    cx.report(entry.origin, message)
        .part(entry.origin, part)
        .note("the service leaves the region of these ARNs empty")
        .replace_string(entry.origin, "remove the region", Applicability::Unsafe, &text);
}
