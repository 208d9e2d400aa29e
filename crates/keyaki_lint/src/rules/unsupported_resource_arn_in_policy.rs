use keyaki_ir::{Arn, Statement};

use crate::attached_to;
use crate::context::Context;
use crate::rule::rule;

rule! {
    /// Resource of another service than that of the resource to which the policy is attached.
    ///
    /// The policy of a resource decides about that resource; a statement about another one is never used.
    /// Needs the type of the resource: `--resource-type`, or a folder or template that tells it.
    ///
    /// ## Avoid
    /// ```json kind=resource resource-type=s3-bucket
    /// {
    ///   "Effect": "Allow",
    ///   "Principal": { "AWS": "arn:aws:iam::111122223333:root" },
    ///   "Action": "s3:GetObject",
    ///   "Resource": "arn:aws:sqs:eu-central-1:111122223333:jobs"
    ///   //          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json kind=resource resource-type=s3-bucket
    /// {
    ///   "Effect": "Allow",
    ///   "Principal": { "AWS": "arn:aws:iam::111122223333:root" },
    ///   "Action": "s3:GetObject",
    ///   "Resource": "arn:aws:s3:::reports/*"
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// Never, if the type of the resource is right.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-error-unsupported-resource-arn-in-policy>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html>
    name: "unsupported-resource-arn-in-policy",
    aws: "UNSUPPORTED_RESOURCE_ARN_IN_POLICY",
    level: Error,
    kinds: Kinds::RESOURCE,
    check: Statement(check),
}

fn check(cx: &mut Context<'_>, statement: &Statement) {
    let Some((resource_type, reach)) = attached_to::of(cx) else { return };
    for entry in statement.resource_elements().flat_map(|e| &e.entries) {
        let Some(service) = service(entry.text()) else { continue };
        if !service.eq_ignore_ascii_case(reach.service) {
            let message = format!(
                "the policy of a resource of type {} cannot be about {service}",
                resource_type.name()
            );
            cx.report(entry.origin, message)
                .note("a statement about another resource is never used");
        }
    }
}

/// The service of an ARN that names one.
fn service(text: &str) -> Option<&str> {
    Arn::parse(text)?;
    let service = text.split(':').nth(2)?;
    (!service.is_empty() && !service.contains(['*', '?', '$'])).then_some(service)
}
