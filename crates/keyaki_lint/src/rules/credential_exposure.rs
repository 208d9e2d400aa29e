use crate::context::Context;
use crate::rule::rule;
use crate::sensitive::{Class, report};

rule! {
    /// Grant of actions that hand out credentials.
    ///
    /// With the credentials, others can be impersonated, and what they do is logged under another name.
    /// A `Deny` and conditions count for exactly what they do; where they stand against the grant, the engine is asked.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": ["ecr:GetAuthorizationToken", "ecr:DescribeImages"],
    ///   //         ^^^^^^^^^^^^^^^^^^^^^^^^^^^
    ///   "Resource": "*"
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "ecr:DescribeImages",
    ///   "Resource": "*"
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// When handing out credentials is what the policy is for.
    ///
    /// ## Sources
    /// - <https://github.com/primeharbor/sensitive_iam_actions>
    /// - <https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html>
    name: "credential-exposure",
    level: Security,
    confidence: Medium,
    persona: Auditor,
    kinds: Kinds::IDENTITY,
    replaces: ["parliament:CREDENTIALS_EXPOSURE", "iam-policy-validator:sensitive_action", "cloudsplaining:CredentialsExposure", "checkov:CKV_AWS_107", "checkov:CKV_AWS_287"],
    check: Proof(check),
}

fn check(cx: &mut Context<'_>) {
    let note = "whoever gets the credentials acts as somebody else";
    report(cx, Class::Credentials, "hands out credentials", note);
}
