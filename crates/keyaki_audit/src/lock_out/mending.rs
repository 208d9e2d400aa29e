//! By which requests what guards something can be changed.

use keyaki_account::Kind;

/// The actions that change what guards a kind of resource, or take it away.
pub(super) const MENDING: [(&str, &[&str]); 24] = [
    (
        "account",
        &[
            "iam:AttachRolePolicy",
            "iam:PutRolePolicy",
            "iam:AttachUserPolicy",
            "iam:PutUserPolicy",
            "iam:AttachGroupPolicy",
            "iam:PutGroupPolicy",
            "iam:AddUserToGroup",
            "iam:RemoveUserFromGroup",
            "iam:CreatePolicyVersion",
            "iam:SetDefaultPolicyVersion",
            "iam:DetachRolePolicy",
            "iam:DetachUserPolicy",
            "iam:DetachGroupPolicy",
            "iam:DeleteRolePolicy",
            "iam:DeleteUserPolicy",
            "iam:DeleteGroupPolicy",
            "iam:PutRolePermissionsBoundary",
            "iam:PutUserPermissionsBoundary",
            "iam:DeleteRolePermissionsBoundary",
            "iam:DeleteUserPermissionsBoundary",
        ],
    ),
    ("boundary", &["iam:CreatePolicyVersion", "iam:SetDefaultPolicyVersion"]),
    (
        "backup-vault",
        &["backup:PutBackupVaultAccessPolicy", "backup:DeleteBackupVaultAccessPolicy"],
    ),
    ("certificate-authority", &["acm-pca:PutPolicy", "acm-pca:DeletePolicy"]),
    (
        "codeartifact-domain",
        &["codeartifact:PutDomainPermissionsPolicy", "codeartifact:DeleteDomainPermissionsPolicy"],
    ),
    (
        "codeartifact-repository",
        &[
            "codeartifact:PutRepositoryPermissionsPolicy",
            "codeartifact:DeleteRepositoryPermissionsPolicy",
        ],
    ),
    ("dynamodb-table", &["dynamodb:PutResourcePolicy", "dynamodb:DeleteResourcePolicy"]),
    ("ecr-repository", &["ecr:SetRepositoryPolicy", "ecr:DeleteRepositoryPolicy"]),
    (
        "efs-file-system",
        &["elasticfilesystem:PutFileSystemPolicy", "elasticfilesystem:DeleteFileSystemPolicy"],
    ),
    ("event-bus", &["events:PutPermission", "events:RemovePermission"]),
    ("glue-catalog", &["glue:PutResourcePolicy", "glue:DeleteResourcePolicy"]),
    ("kinesis-stream", &["kinesis:PutResourcePolicy", "kinesis:DeleteResourcePolicy"]),
    ("kms-key", &["kms:PutKeyPolicy"]),
    ("lambda-function", &["lambda:AddPermission", "lambda:RemovePermission"]),
    ("lambda-layer", &["lambda:AddLayerVersionPermission", "lambda:RemoveLayerVersionPermission"]),
    ("logs-destination", &["logs:PutDestinationPolicy"]),
    ("opensearch-domain", &["es:UpdateDomainConfig"]),
    ("s3-access-point", &["s3:PutAccessPointPolicy", "s3:DeleteAccessPointPolicy"]),
    ("s3-bucket", &["s3:PutBucketPolicy", "s3:DeleteBucketPolicy"]),
    ("s3-glacier-vault", &["glacier:SetVaultAccessPolicy", "glacier:DeleteVaultAccessPolicy"]),
    ("s3-table-bucket", &["s3tables:PutTableBucketPolicy", "s3tables:DeleteTableBucketPolicy"]),
    (
        "secrets-manager-secret",
        &["secretsmanager:PutResourcePolicy", "secretsmanager:DeleteResourcePolicy"],
    ),
    ("sns-topic", &["sns:SetTopicAttributes", "sns:RemovePermission", "sns:AddPermission"]),
    ("sqs-queue", &["sqs:SetQueueAttributes", "sqs:RemovePermission", "sqs:AddPermission"]),
];

/// Kinds whose policy the root user of the account can change whatever that policy says:
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/root-user-tasks.html>.
pub(super) const ROOT_MENDS: [&str; 2] = ["s3-bucket", "sqs-queue"];

/// The actions that give users and roles permissions.
pub(super) const GIVING: [(Kind, &str); 4] = [
    (Kind::User, "iam:PutUserPolicy"),
    (Kind::User, "iam:AttachUserPolicy"),
    (Kind::Role, "iam:PutRolePolicy"),
    (Kind::Role, "iam:AttachRolePolicy"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_catalogue_knows_every_action_that_mends() {
        let mending = MENDING.iter().flat_map(|(_, actions)| actions.iter().copied());
        for action in mending.chain(GIVING.iter().map(|(_, action)| *action)) {
            assert!(keyaki_catalog::embedded().action(action).is_some(), "{action}");
        }
    }

    #[test]
    fn kinds_are_those_of_the_readers() {
        let known: Vec<&str> = keyaki_account::ResourceKind::all().map(|k| k.name).collect();
        let of_resources = MENDING.iter().filter(|(k, _)| !["account", "boundary"].contains(k));
        for (kind, _) in of_resources {
            assert!(known.contains(kind), "{kind}");
        }
    }
}
