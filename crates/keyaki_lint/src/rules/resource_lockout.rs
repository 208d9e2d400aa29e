use keyaki_analyze::{Access, Question};
use keyaki_ir::{Effect, PolicyKind};

use crate::context::Context;
use crate::granted::{denies, where_named};
use crate::meaning::opened;
use crate::rule::rule;

rule! {
    /// Policy of a resource that nobody can change any more.
    ///
    /// A `Deny` that meets the change of the policy for everybody leaves only the root user of the account, or AWS's support, to undo it.
    /// That no request to change the policy is left is proved.
    ///
    /// ## Avoid
    /// ```json resource-type=s3-bucket
    /// {
    ///   "Effect": "Deny",
    ///   "Principal": "*",
    ///   "Action": "s3:*",
    ///   //        ^^^^^^
    ///   "Resource": ["arn:aws:s3:::reports", "arn:aws:s3:::reports/*"]
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json resource-type=s3-bucket
    /// {
    ///   "Effect": "Deny",
    ///   "Principal": "*",
    ///   "Action": "s3:*",
    ///   "Resource": ["arn:aws:s3:::reports", "arn:aws:s3:::reports/*"],
    ///   "Condition": {
    ///     "ArnNotEquals": { "aws:PrincipalArn": "arn:aws:iam::111122223333:role/owner" }
    ///   }
    /// }
    /// ```
    ///
    /// Objects can be sealed while the bucket's policy stays open:
    /// ```json resource-type=s3-bucket
    /// {
    ///   "Effect": "Deny",
    ///   "Principal": "*",
    ///   "Action": "s3:*",
    ///   "Resource": "arn:aws:s3:::reports/*"
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// When the resource is to be sealed.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/AmazonS3/latest/userguide/example-bucket-policies.html>
    /// - <https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html>
    name: "resource-lockout",
    level: Security,
    kinds: Kinds::of(&[PolicyKind::Resource]),
    replaces: ["checkov:CKV_AWS_93"],
    check: Proof(check),
}

/// The actions that change the policies of resources.
const CHANGES: [&str; 8] = [
    "s3:PutBucketPolicy",
    "kms:PutKeyPolicy",
    "sqs:SetQueueAttributes",
    "sns:SetTopicAttributes",
    "secretsmanager:PutResourcePolicy",
    "ecr:SetRepositoryPolicy",
    "lambda:AddPermission",
    "dynamodb:PutResourcePolicy",
];

/// The bucket that objects are in, whose policy it is; other resources as they are.
fn bucket(resource: &str) -> &str {
    let is_s3 = resource.split(':').nth(2) == Some("s3");
    resource.split_once('/').filter(|_| is_s3).map_or(resource, |(bucket, _)| bucket)
}

fn check(cx: &mut Context<'_>) {
    for action in CHANGES {
        let statements = &cx.policy().statements;
        let is_it = |s: &&keyaki_ir::Statement| denies(s) && crate::granted::names(s, action);
        let named = |s: &&keyaki_ir::Statement| s.action.is_some();
        let Some(deny) = statements.iter().find(|s| is_it(s) && named(s)) else { continue };
        let Some(meaning) = cx.meaning() else { return };
        let denied = meaning.some(|s| (s.effect() == Some(Effect::Deny)).then(|| s.clone()));
        let subject = opened(denied);
        let resources: Vec<String> = cx
            .policy()
            .statements
            .iter()
            .flat_map(|s| s.resource.iter().flat_map(|e| &e.entries))
            .map(|r| bucket(r.text()).to_owned())
            .collect();
        let access = [Access { actions: vec![action.to_owned()], resources }];
        let question = Question::AccessNotGranted { subject: &subject, access: &access };
        if meaning.holds(cx.catalog(), &question) {
            cx.report(where_named(deny, action), format!("nobody is left who may `{action}`"))
                .note("proved: every request to change this policy is denied")
                .note("spare a role of the owner in a condition on `aws:PrincipalArn`");
        }
    }
}
