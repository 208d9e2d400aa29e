use crate::context::Context;
use crate::rule::rule;
use crate::sensitive::{Class, report};

rule! {
    /// Grant of actions that open resources to others.
    ///
    /// Policies of resources, shares and grants let in accounts and callers that had no access before.
    /// A `Deny` and conditions count for exactly what they do; where they stand against the grant, the engine is asked.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": ["s3:PutBucketPolicy", "s3:ListBucket"],
    ///   //         ^^^^^^^^^^^^^^^^^^^^
    ///   "Resource": "arn:aws:s3:::reports"
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "s3:ListBucket",
    ///   "Resource": "arn:aws:s3:::reports"
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// When the policy is for those who decide on access.
    ///
    /// ## Sources
    /// - <https://github.com/primeharbor/sensitive_iam_actions>
    /// - <https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html>
    name: "resource-exposure",
    level: Security,
    confidence: Medium,
    persona: Auditor,
    kinds: Kinds::IDENTITY,
    replaces: ["parliament:PERMISSIONS_MANAGEMENT_ACTIONS", "iam-policy-validator:sensitive_action", "cloudsplaining:ResourceExposure", "checkov:CKV_AWS_109", "checkov:CKV_AWS_289"],
    check: Proof(check),
}

fn check(cx: &mut Context<'_>) {
    let note = "whoever may do this decides who else has access";
    report(cx, Class::Exposure, "opens resources to others", note);
}
