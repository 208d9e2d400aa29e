use keyaki_ir::Statement;

use crate::context::Context;
use crate::granted::grants_everything;
use crate::rule::rule;

rule! {
    /// Grant of every action on every resource.
    ///
    /// Whoever has the policy administers the account: he can read all data, and grant anything to anybody.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "*",
    ///   //        ^^^
    ///   "Resource": "*"
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": ["s3:GetObject", "s3:ListBucket"],
    ///   "Resource": ["arn:aws:s3:::reports", "arn:aws:s3:::reports/*"]
    /// }
    /// ```
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "*",
    ///   "Resource": "*",
    ///   "Condition": { "Bool": { "aws:MultiFactorAuthPresent": "true" } }
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// When the policy is meant for administrators.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#grant-least-privilege>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/getting-started-account-iam.html>
    name: "full-administrator",
    level: Security,
    kinds: Kinds::of(&[keyaki_ir::PolicyKind::Identity]),
    replaces: ["iam-policy-validator:full_wildcard", "iam-policy-validator:wildcard_action", "checkov:CKV_AWS_1", "checkov:CKV_AWS_62", "checkov:CKV_AWS_63", "checkov:CKV_AWS_49", "trivy:AWS-0057", "aws-guardrails:IAM100", "aws-guardrails:IAM101", "prowler:iam_customer_attached_policy_no_administrative_privileges", "cdk-nag:IAMPolicyNoStatementsWithAdminAccess"],
    check: Statement(check),
}

fn check(cx: &mut Context<'_>, statement: &Statement) {
    if let Some(every) = grants_everything(statement) {
        cx.report(every.origin, "every action is granted on every resource")
            .note("whoever has this policy administers the account");
    }
}
