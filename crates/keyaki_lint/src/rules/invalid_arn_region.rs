use keyaki_catalog::Catalog;
use keyaki_diag::{Applicability, Confidence};
use keyaki_ir::arn::Segment;
use keyaki_ir::glob::{self, Case};
use keyaki_ir::near;

use crate::context::Context;
use crate::rule::{ResourceSite, rule};

rule! {
    /// ARN in a region that its partition does not have.
    ///
    /// The fourth segment of an ARN is a region of the partition in the second segment.
    /// If there is no such region, the ARN names no resource.
    /// Where the service takes no region at all, `arn-region-not-allowed` says so.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "sqs:SendMessage",
    ///   "Resource": [
    ///     "arn:aws:sqs:eu-west1:111122223333:orders",
    ///     //           ^^^^^^^^
    ///     "arn:aws-cn:sqs:eu-west-1:111122223333:orders"
    ///     //              ^^^^^^^^^
    ///   ]
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "sqs:SendMessage",
    ///   "Resource": [
    ///     "arn:aws:sqs:eu-west-1:111122223333:orders",
    ///     "arn:aws:sqs:us-*:111122223333:orders",
    ///     "arn:*:sqs:cn-north-1:111122223333:orders",
    ///     "arn:aws:sqs:${aws:RequestedRegion}:111122223333:orders"
    ///   ]
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// When the region is younger than the catalogue.
    /// A name that has the form of a region's is reported with medium confidence for that reason.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-error-invalid-arn-region>
    /// - <https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html>
    name: "invalid-arn-region",
    aws: "INVALID_ARN_REGION",
    level: Error,
    kinds: Kinds::ANY,
    replaces: ["parliament:INVALID_ARN"],
    check: Resource(check),
}

fn check(cx: &mut Context<'_>, site: ResourceSite<'_>) {
    let entry = site.entry;
    let Some(written) = &entry.arn else { return };
    let Some(arn) = site.arn else { return };
    let (partition, region) = (arn.get(Segment::Partition), arn.get(Segment::Region));
    if region.is_empty() || exists(cx.catalog(), partition, region) {
        return;
    }
    if arn.misfit().is_some_and(|m| m.region) {
        return;
    }
    let meant = near::nearest(region, regions(cx.catalog(), partition));
    let message = match cx.catalog().region(region) {
        Some(_) => format!("partition `{partition}` has no region `{region}`"),
        None => format!("there is no region `{region}`"),
    };
    let part = written.range(Segment::Region);
    let mut draft = cx.report(entry.origin, message).part(entry.origin, part.clone());
    if has_form(region) {
        draft = draft.confidence(Confidence::Medium);
    }
    if let Some(meant) = meant {
        let mut text = entry.text().to_owned();
        text.replace_range(part, meant);
        let title = format!("replace with `{meant}`");
        draft.replace_string(entry.origin, title, Applicability::Unsafe, &text);
    }
}

/// Whether a region of such a partition matches; also where there is no such partition.
fn exists(catalog: &Catalog, partition: &str, region: &str) -> bool {
    let mut known = false;
    regions(catalog, partition).any(|name| {
        known = true;
        glob::matches(region, name, Case::Sensitive)
    }) || !known
}

/// The regions of the partitions that match.
fn regions<'c>(catalog: &'c Catalog, partition: &str) -> impl Iterator<Item = &'c str> {
    let matching = move |name: &str| glob::matches(partition, name, Case::Sensitive);
    catalog.partitions().filter(move |p| matching(p.name())).flat_map(|p| p.regions())
}

/// Whether a name could be that of a new region: words and a number, such as `eu-west-9`.
fn has_form(region: &str) -> bool {
    let (words, number) = region.rsplit_once('-').unwrap_or_default();
    let word = |w: &str| !w.is_empty() && w.bytes().all(|b| b.is_ascii_lowercase());
    number.parse::<u8>().is_ok() && words.contains('-') && words.split('-').all(word)
}
