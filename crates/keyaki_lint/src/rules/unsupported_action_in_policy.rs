use keyaki_ir::{ActionPattern, Statement};

use crate::attached_to::{self, Reach};
use crate::context::Context;
use crate::rule::rule;

rule! {
    /// Action that does not work on the kind of resource to which the policy is attached.
    ///
    /// The policy of a bucket decides about that bucket and its objects; an action of another service, or one that works on no bucket, is never asked of it.
    /// Needs the type of the resource: `--resource-type`, or a folder or template that tells it.
    ///
    /// ## Avoid
    /// ```json kind=resource resource-type=s3-bucket
    /// {
    ///   "Effect": "Allow",
    ///   "Principal": { "AWS": "arn:aws:iam::111122223333:root" },
    ///   "Action": ["s3:GetObject", "kms:Decrypt", "s3:CreateJob"],
    ///   //                         ^^^^^^^^^^^^^  ^^^^^^^^^^^^^^
    ///   "Resource": "arn:aws:s3:::reports/*"
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json kind=resource resource-type=s3-bucket
    /// {
    ///   "Effect": "Allow",
    ///   "Principal": { "AWS": "arn:aws:iam::111122223333:root" },
    ///   "Action": ["s3:GetObject", "s3:ListBucket"],
    ///   "Resource": ["arn:aws:s3:::reports", "arn:aws:s3:::reports/*"]
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// When the catalogue is older than the action.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-error-unsupported-action-in-policy>
    /// - <https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html>
    name: "unsupported-action-in-policy",
    aws: "UNSUPPORTED_ACTION_IN_POLICY",
    level: Error,
    kinds: Kinds::RESOURCE,
    check: Statement(check),
}

fn check(cx: &mut Context<'_>, statement: &Statement) {
    let Some((resource_type, reach)) = attached_to::of(cx) else { return };
    let Some(element) = &statement.action else { return };
    for entry in &element.entries {
        if is_foreign(cx, entry, reach) {
            let name = resource_type.name();
            let message = format!("`{}` does not work on a resource of type {name}", entry.text);
            cx.report(entry.origin, message)
                .note("the policy of this resource is not asked about it");
        }
    }
}

/// Whether an entry is of another service, or names an action that takes other resources only.
fn is_foreign(cx: &Context<'_>, entry: &ActionPattern, reach: Reach) -> bool {
    let Some(service) = entry.service() else { return false };
    if service.contains(['*', '?']) {
        return false;
    }
    if !service.eq_ignore_ascii_case(reach.service) {
        return cx.service(service).is_some();
    }
    let Some(types) = reach.resources else { return false };
    let action = cx.catalog().action(&entry.text).filter(|_| !entry.has_wildcard());
    action.is_some_and(|action| {
        !action.resources().any(|r| types.contains(&r.resource_type().name()))
    })
}
