use keyaki_analyze::Question;
use keyaki_ir::Statement;

use crate::context::Context;
use crate::granted::{allows, names, where_named};
use crate::rule::rule;

rule! {
    /// Grant to write the policy of a resource whose data the grant does not cover.
    ///
    /// Whoever may write a bucket's policy may let himself in; that the data are not granted protects nothing.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": ["s3:PutBucketPolicy", "s3:ListBucket"],
    ///   //         ^^^^^^^^^^^^^^^^^^^^
    ///   "Resource": "*"
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": ["s3:GetBucketPolicy", "s3:ListBucket"],
    ///   "Resource": "*"
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// When the policy is for those who decide on access.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_identity-vs-resource.html>
    name: "self-granted-access",
    level: Security,
    confidence: Medium,
    persona: Pedantic,
    kinds: Kinds::IDENTITY,
    replaces: ["parliament:RESOURCE_POLICY_PRIVILEGE_ESCALATION"],
    check: Proof(check),
}

/// An action that writes who has access, and what those who have it can do.
const WRITES: [(&str, &str); 13] = [
    ("s3:PutBucketPolicy", "s3:GetObject"),
    ("s3:PutBucketAcl", "s3:GetObject"),
    ("s3:PutObjectAcl", "s3:GetObject"),
    ("s3:PutAccessPointPolicy", "s3:GetObject"),
    ("s3:PutLifecycleConfiguration", "s3:DeleteObject"),
    ("kms:PutKeyPolicy", "kms:Decrypt"),
    ("kms:CreateGrant", "kms:Decrypt"),
    ("secretsmanager:PutResourcePolicy", "secretsmanager:GetSecretValue"),
    ("lambda:AddPermission", "lambda:InvokeFunction"),
    ("sqs:AddPermission", "sqs:ReceiveMessage"),
    ("sqs:SetQueueAttributes", "sqs:ReceiveMessage"),
    ("sns:AddPermission", "sns:Subscribe"),
    ("ecr:SetRepositoryPolicy", "ecr:BatchGetImage"),
];

fn check(cx: &mut Context<'_>) {
    let granting = |s: &&Statement| allows(s);
    if !cx.policy().statements.iter().any(|s| granting(&s) && s.action_elements().next().is_some())
    {
        return;
    }
    let granted = cx.granted();
    let set = &granted.allowed;
    let has = |name: &str| cx.catalog().action(name).is_some_and(|a| set.contains(a.id()));
    let likely: Vec<(&str, &str)> =
        WRITES.into_iter().filter(|(writes, reads)| has(writes) && !has(reads)).collect();
    for (writes, reads) in likely {
        let Some(meaning) = cx.meaning() else { return };
        let relevant = meaning.about(writes);
        let access =
            [keyaki_analyze::Access { actions: vec![writes.to_owned()], resources: vec![] }];
        let question = Question::AccessNotGranted { subject: &relevant, access: &access };
        let is_granted = meaning.ask(cx.catalog(), &question).holds() == Some(false);
        let at = cx.policy().statements.iter().filter(granting).find(|s| names(s, writes));
        if let Some(at) = at.filter(|_| is_granted).map(|s| where_named(s, writes)) {
            cx.report(at, format!("with `{writes}` its holder can grant himself `{reads}`")).note(
                "the policy does not grant it; who may write a resource's policy needs no grant",
            );
        }
    }
}
