use keyaki_diag::Applicability;
use keyaki_ir::arn::Segment;
use keyaki_ir::glob::{self, Case};
use keyaki_ir::near;

use crate::context::Context;
use crate::rule::{ResourceSite, rule};

rule! {
    /// ARN in a partition that does not exist.
    ///
    /// The second segment of an ARN is `aws`, `aws-cn`, `aws-us-gov` or another of AWS's partitions.
    /// No resource has an ARN with anything else there.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "s3:GetObject",
    ///   "Resource": "arn:amazon:s3:::reports/*"
    ///   //               ^^^^^^
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "s3:GetObject",
    ///   "Resource": ["arn:aws:s3:::reports/*", "arn:aws-*:s3:::reports/*"]
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// When the partition is younger than the catalogue.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-error-invalid-partition>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html>
    /// - <https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html>
    name: "invalid-partition",
    aws: "INVALID_PARTITION",
    level: Error,
    kinds: Kinds::ANY,
    replaces: ["parliament:INVALID_ARN"],
    check: Resource(check),
}

fn check(cx: &mut Context<'_>, site: ResourceSite<'_>) {
    let entry = site.entry;
    let Some(written) = &entry.arn else { return };
    let Some(arn) = site.arn else { return };
    let partition = arn.get(Segment::Partition);
    let names = || cx.catalog().partitions().map(|p| p.name());
    if names().any(|name| glob::matches(partition, name, Case::Sensitive)) {
        return;
    }
    let meant = near::nearest(partition, names()).or(Some("aws").filter(|_| partition.is_empty()));
    let part = written.range(Segment::Partition);
    let message = match partition {
        "" => "the ARN names no partition".to_owned(),
        partition => format!("there is no partition `{partition}`"),
    };
    let draft = cx.report(entry.origin, message);
    let draft = if part.is_empty() { draft } else { draft.part(entry.origin, part.clone()) };
    if let Some(meant) = meant {
        let mut text = entry.text().to_owned();
        text.replace_range(part, meant);
        let title = format!("replace with `{meant}`");
        draft.replace_string(entry.origin, title, Applicability::Unsafe, &text);
    }
}
