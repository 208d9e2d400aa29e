use keyaki_ir::PolicyKind;

use crate::context::Context;
use crate::rule::{ConditionSite, rule};

rule! {
    /// Condition about the resource's owner in the policy of the resource.
    ///
    /// The policy of a resource is asked about that resource alone, so that the owner is always the same one.
    /// Such keys are for the policies of callers, and for those that hold for many resources.
    ///
    /// ## Avoid
    /// ```json kind=resource resource-type=s3-bucket
    /// {
    ///   "Effect": "Allow",
    ///   "Principal": { "AWS": "arn:aws:iam::111122223333:root" },
    ///   "Action": "s3:GetObject",
    ///   "Resource": "arn:aws:s3:::reports/*",
    ///   "Condition": { "StringEquals": { "s3:ResourceAccount": "111122223333" } }
    ///   //                               ^^^^^^^^^^^^^^^^^^^^
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
    /// When one text is attached to resources of several accounts.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-suggestion-irrelevant-condition-key-in-policy>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-resourceaccount>
    name: "irrelevant-condition-key-in-policy",
    aws: "IRRELEVANT_CONDITION_KEY_IN_POLICY",
    level: Suggestion,
    kinds: Kinds::RESOURCE,
    check: Condition(check),
}

const OWNER: [&str; 4] =
    ["s3:ResourceAccount", "aws:ResourceAccount", "aws:ResourceOrgID", "aws:ResourceOrgPaths"];

fn check(cx: &mut Context<'_>, site: ConditionSite<'_>) {
    let is_typed = cx.kind() == PolicyKind::Resource && cx.resource_type().is_some();
    let key = &site.entry.key;
    if is_typed && OWNER.iter().any(|k| site.entry.is(k)) {
        cx.report(
            key.origin,
            format!("`{}` is the same in all requests for this resource", key.value),
        )
        .note("use a key about the caller, such as `aws:PrincipalAccount`");
    }
}
