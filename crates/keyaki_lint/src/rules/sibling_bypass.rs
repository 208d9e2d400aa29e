use keyaki_analyze::words::in_words;
use keyaki_analyze::{Question, Witness};
use keyaki_ir::{PolicyKind, Statement};

use crate::context::Context;
use crate::granted::{allows, denies, names, where_named};
use crate::meaning::{Meaning, opened};
use crate::rule::rule;

rule! {
    /// `Deny` of an action whose like stays allowed.
    ///
    /// Some actions do what others do: versions of objects are read by an action of their own, a batch reads what a single request reads.
    /// A `Deny` that names one and leaves the other is got around with the other, on the same resources and under the same conditions.
    /// The finding shows a request; where the policy grants nothing itself, as a service control policy that only denies, everything that is not denied counts as allowed.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Version": "2012-10-17",
    ///   "Statement": [
    ///     { "Effect": "Allow", "Action": "dynamodb:*", "Resource": "*" },
    ///     {
    ///       "Effect": "Deny",
    ///       "Action": ["dynamodb:GetItem", "dynamodb:BatchWriteItem"],
    ///       //         ^^^^^^^^^^^^^^^^^^
    ///       "Resource": "*"
    ///     }
    ///   ]
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Version": "2012-10-17",
    ///   "Statement": [
    ///     { "Effect": "Allow", "Action": "dynamodb:*", "Resource": "*" },
    ///     {
    ///       "Effect": "Deny",
    ///       "Action": ["dynamodb:GetItem", "dynamodb:BatchGetItem"],
    ///       "Resource": "*"
    ///     }
    ///   ]
    /// }
    /// ```
    /// ```json
    /// {
    ///   "Version": "2012-10-17",
    ///   "Statement": [
    ///     { "Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::reports/*" },
    ///     { "Effect": "Allow", "Action": "s3:GetObjectVersion", "Resource": "arn:aws:s3:::archive/*" },
    ///     { "Effect": "Deny", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::reports/private/*" }
    ///   ]
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// When the other action is meant to stay.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html>
    name: "sibling-bypass",
    level: Security,
    confidence: Medium,
    persona: Pedantic,
    kinds: Kinds::IDENTITY.and(Kinds::SCP),
    check: Proof(check),
}

/// Actions with another one that comes to the same.
const SIBLINGS: [(&str, &str); 25] = [
    ("s3:GetObject", "s3:GetObjectVersion"),
    ("s3:DeleteObject", "s3:DeleteObjectVersion"),
    ("s3:PutObjectAcl", "s3:PutObjectVersionAcl"),
    ("s3:PutBucketPolicy", "s3:PutBucketAcl"),
    ("dynamodb:GetItem", "dynamodb:BatchGetItem"),
    ("dynamodb:Query", "dynamodb:PartiQLSelect"),
    ("dynamodb:Scan", "dynamodb:ExportTableToPointInTime"),
    ("dynamodb:PutItem", "dynamodb:BatchWriteItem"),
    ("dynamodb:DeleteItem", "dynamodb:PartiQLDelete"),
    ("ssm:GetParameter", "ssm:GetParameters"),
    ("ssm:GetParameters", "ssm:GetParametersByPath"),
    ("ssm:StartSession", "ssm:SendCommand"),
    ("iam:AttachUserPolicy", "iam:PutUserPolicy"),
    ("iam:AttachRolePolicy", "iam:PutRolePolicy"),
    ("iam:PutUserPolicy", "iam:AttachUserPolicy"),
    ("iam:PutRolePolicy", "iam:AttachRolePolicy"),
    ("iam:CreateLoginProfile", "iam:UpdateLoginProfile"),
    ("iam:CreatePolicyVersion", "iam:SetDefaultPolicyVersion"),
    ("ec2:RunInstances", "ec2:RequestSpotInstances"),
    ("cloudtrail:StopLogging", "cloudtrail:DeleteTrail"),
    ("cloudtrail:DeleteTrail", "cloudtrail:StopLogging"),
    ("cloudtrail:DeleteTrail", "cloudtrail:PutEventSelectors"),
    ("guardduty:DeleteDetector", "guardduty:UpdateDetector"),
    ("config:DeleteConfigurationRecorder", "config:StopConfigurationRecorder"),
    ("kms:ScheduleKeyDeletion", "kms:DisableKey"),
];

fn check(cx: &mut Context<'_>) {
    let statements = &cx.policy().statements;
    if !statements.iter().any(denies) {
        return;
    }
    let is_open = cx.kind() == PolicyKind::Scp;
    for (denied, other) in SIBLINGS {
        if !is_open && !statements.iter().any(|s| allows(s) && names(s, other)) {
            continue;
        }
        let by_name = |s: &&Statement| denies(s) && s.action.is_some() && names(s, denied);
        for deny in statements.iter().filter(by_name).filter(|s| !names(s, other)) {
            let Some(meaning) = cx.meaning() else { return };
            let Some(witness) = witness(cx, &meaning, deny, other) else { continue };
            let message = format!("`{denied}` is denied here, `{other}` stays allowed");
            cx.report(where_named(deny, denied), message)
                .note(format!("for instance {}", in_words(&witness)));
            break;
        }
    }
}

/// A request for an action that is allowed where a `Deny` is meant to hold: on its resources and
/// under its conditions.
fn witness(
    cx: &Context<'_>,
    meaning: &Meaning,
    deny: &Statement,
    action: &str,
) -> Option<Box<Witness>> {
    let mut allowed = meaning.about(action);
    if cx.kind() == PolicyKind::Scp {
        allowed = opened(allowed);
    }
    let meant = meaning.alone_for(deny, action);
    meaning.refuted(cx.catalog(), &Question::Disjoint { one: &allowed, other: &meant })
}
