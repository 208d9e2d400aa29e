use keyaki_diag::Applicability;
use keyaki_ir::arn::Segment;

use crate::context::Context;
use crate::rule::{ResourceSite, rule};

rule! {
    /// ARN without a region although the resources of its service lie in regions.
    ///
    /// An empty region is a text of its own: it matches only ARNs that leave the region empty.
    /// For all regions write `*`.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "sqs:SendMessage",
    ///   "Resource": "arn:aws:sqs::111122223333:orders"
    ///   //          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "sqs:SendMessage",
    ///   "Resource": ["arn:aws:sqs:*:111122223333:orders", "arn:aws:iam::111122223333:role/deploy"]
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// When the resource type is younger than the catalogue: see `keyaki catalog update`.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-error-missing-arn-region>
    /// - <https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html>
    name: "missing-arn-region",
    aws: "MISSING_ARN_REGION",
    level: Error,
    kinds: Kinds::ANY,
    check: Resource(check),
}

fn check(cx: &mut Context<'_>, site: ResourceSite<'_>) {
    let entry = site.entry;
    let Some(written) = &entry.arn else { return };
    let at = written.range(Segment::Region);
    let Some(arn) = site.arn.filter(|_| at.is_empty()) else { return };
    if !arn.misfit().is_some_and(|m| m.region) {
        return;
    }
    let mut text = entry.text().to_owned();
    text.insert(at.start, '*');
    let message = format!("an ARN of `{}` has a region", arn.get(Segment::Service));
    cx.report(entry.origin, message)
        .note("an empty region matches no region; write the name of one, or `*` for all")
        .replace_string(entry.origin, "allow any region", Applicability::Unsafe, &text);
}
