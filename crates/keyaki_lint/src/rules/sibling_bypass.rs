use keyaki_analyze::words::in_words;
use keyaki_analyze::{Access, Question};
use keyaki_ir::{PolicyKind, Statement};

use crate::context::Context;
use crate::granted::{allows, denies, names, where_named};
use crate::meaning::opened;
use crate::rule::rule;

rule! {
    /// `Deny` of an action whose like stays allowed.
    ///
    /// Some actions do what others do: versions of objects are read by an action of their own, a batch reads what a single request reads.
    /// A `Deny` that names one and leaves the other is got around with the other.
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
const SIBLINGS: [(&str, &str); 27] = [
    ("s3:GetObject", "s3:GetObjectVersion"),
    ("s3:DeleteObject", "s3:DeleteObjectVersion"),
    ("s3:PutObjectAcl", "s3:PutObjectVersionAcl"),
    ("s3:PutBucketPolicy", "s3:PutBucketAcl"),
    ("dynamodb:GetItem", "dynamodb:BatchGetItem"),
    ("dynamodb:Query", "dynamodb:PartiQLSelect"),
    ("dynamodb:Scan", "dynamodb:ExportTableToPointInTime"),
    ("dynamodb:PutItem", "dynamodb:BatchWriteItem"),
    ("dynamodb:DeleteItem", "dynamodb:PartiQLDelete"),
    ("secretsmanager:GetSecretValue", "secretsmanager:BatchGetSecretValue"),
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
    ("organizations:LeaveOrganization", "organizations:RemoveAccountFromOrganization"),
];

fn check(cx: &mut Context<'_>) {
    let statements = &cx.policy().statements;
    if !statements.iter().any(denies) {
        return;
    }
    let is_open = cx.kind() == PolicyKind::Scp;
    for (denied, other) in SIBLINGS {
        let by_name = |s: &&Statement| denies(s) && s.action.is_some() && names(s, denied);
        let Some(deny) = statements.iter().find(by_name).filter(|s| !names(s, other)) else {
            continue;
        };
        if !is_open && !statements.iter().any(|s| allows(s) && names(s, other)) {
            continue;
        }
        let Some(meaning) = cx.meaning() else { return };
        let mut relevant = meaning.about(other);
        if is_open {
            relevant = opened(relevant);
        }
        let access = [Access { actions: vec![other.to_owned()], resources: Vec::new() }];
        let question = Question::AccessNotGranted { subject: &relevant, access: &access };
        if let Some(witness) = meaning.refuted(cx.catalog(), &question) {
            let message = format!("`{denied}` is denied here, `{other}` stays allowed");
            cx.report(where_named(deny, denied), message)
                .note(format!("for instance {}", in_words(&witness)));
        }
    }
}
