use crate::context::Context;
use crate::rule::rule;
use crate::sensitive::{Class, report};

rule! {
    /// Grant of actions that read data of the account.
    ///
    /// Objects, messages, parameters and secrets leave the account with whoever reads them.
    /// A `Deny` and conditions count for exactly what they do; where they stand against the grant, the engine is asked.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": ["secretsmanager:GetSecretValue", "secretsmanager:ListSecrets"],
    ///   //         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    ///   "Resource": "*"
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "secretsmanager:ListSecrets",
    ///   "Resource": "*"
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// When reading the data is what the policy is for.
    ///
    /// ## Sources
    /// - <https://github.com/primeharbor/sensitive_iam_actions>
    /// - <https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html>
    name: "data-exposure",
    level: Warning,
    confidence: Medium,
    persona: Auditor,
    kinds: Kinds::IDENTITY,
    replaces: ["iam-policy-validator:sensitive_action", "cloudsplaining:DataExfiltration", "checkov:CKV_AWS_108", "checkov:CKV_AWS_288"],
    check: Proof(check),
}

fn check(cx: &mut Context<'_>) {
    report(cx, Class::Data, "reads data", "scope the grant to the data that is needed");
}
