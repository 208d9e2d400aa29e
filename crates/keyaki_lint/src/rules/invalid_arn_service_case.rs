use keyaki_diag::Applicability;
use keyaki_ir::arn::Segment;
use keyaki_ir::glob;

use crate::context::Context;
use crate::rule::{ResourceSite, rule};

rule! {
    /// ARN whose service is not in lower-case letters.
    ///
    /// The services of actions are compared without regard to case, those of ARNs are not:
    /// `arn:aws:S3:::reports` names no bucket.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "s3:GetObject",
    ///   "Resource": "arn:aws:S3:::reports/*"
    ///   //                   ^^
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "S3:GetObject",
    ///   "Resource": "arn:aws:s3:::reports/*"
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// Never: the ARN names no resource.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-error-invalid-arn-service-case>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html>
    name: "invalid-arn-service-case",
    aws: "INVALID_ARN_SERVICE_CASE",
    level: Error,
    kinds: Kinds::ANY,
    check: Resource(check),
}

fn check(cx: &mut Context<'_>, site: ResourceSite<'_>) {
    let entry = site.entry;
    let Some(written) = &entry.arn else { return };
    let Some(arn) = site.arn else { return };
    let service = arn.get(Segment::Service);
    if !service.bytes().any(|b| b.is_ascii_uppercase()) || glob::has_wildcard(service) {
        return;
    }
    let catalog = cx.catalog();
    if catalog.service(service).is_none() && catalog.arn_service(service).is_none() {
        return;
    }
    let part = written.range(Segment::Service);
    let mut text = entry.text().to_owned();
    text[part.clone()].make_ascii_lowercase();
    let title = format!("replace with `{}`", service.to_ascii_lowercase());
    cx.report(entry.origin, format!("the service `{service}` is not in lower case"))
        .part(entry.origin, part)
        .note("ARNs are compared with regard to case: the ARN names no resource")
        .replace_string(entry.origin, title, Applicability::Unsafe, &text);
}
