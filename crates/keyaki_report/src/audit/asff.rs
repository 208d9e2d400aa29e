//! Findings about a snapshot in AWS's format for Security Hub (`SchemaVersion` 2018-10-08): a list
//! as `aws securityhub batch-import-findings --findings` takes it, a hundred at a time.
//!
//! Lengths: <https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-findings-format.html>.

use serde_json::{Value, json};

use crate::audit::ocsf::partition;
use crate::audit::{Audit, Finding, controls};

pub(crate) fn to_json(audit: &Audit) -> Value {
    audit.findings.iter().map(|f| finding(audit, f)).collect()
}

fn finding(audit: &Audit, finding: &Finding) -> Value {
    // Security Hub needs an account and a region; what nothing tells is marked as such.
    let account = finding.account.as_deref().unwrap_or("000000000000");
    let region = finding.resource.split(':').nth(3).filter(|r| !r.is_empty());
    let region = region.unwrap_or("us-east-1");
    let partition = partition(&finding.resource);
    let related: Vec<String> =
        controls(finding.kind).map(|c| format!("{} {}", c.framework, c.number)).collect();
    json!({
        "SchemaVersion": "2018-10-08",
        "Id": format!("keyaki/{}", finding.id),
        "ProductArn": format!("arn:{partition}:securityhub:{region}:{account}:product/{account}/default"),
        "ProductName": "keyaki",
        "GeneratorId": format!("keyaki/{}", finding.kind),
        "AwsAccountId": account,
        "Types": ["Software and Configuration Checks/AWS Security Best Practices"],
        "CreatedAt": audit.now,
        "UpdatedAt": audit.now,
        "Severity": {"Label": finding.severity.to_uppercase(), "Original": finding.severity},
        "Title": short(&format!("{}: {}", finding.kind, finding.resource), 256),
        "Description": short(&finding.sentence, 1024),
        "Remediation": {"Recommendation": {"Text": short(&finding.remedy, 512)}},
        "Resources": [{
            "Type": resource_type(finding.resource_kind),
            "Id": finding.resource,
            "Partition": partition,
            "Region": region,
        }],
        "Compliance": {"Status": "FAILED", "RelatedRequirements": related},
        "Workflow": {"Status": "NEW"},
        "RecordState": "ACTIVE",
        "ProductFields": {
            "keyaki/principal": finding.principal.clone().unwrap_or_default(),
            "keyaki/actions": short(&finding.actions.join(" "), 1024),
        },
    })
}

/// At most so many characters.
fn short(text: &str, most: usize) -> String {
    match text.char_indices().nth(most - 1) {
        Some((at, _)) if text.chars().count() > most => {
            format!("{}…", text.get(..at).unwrap_or_default())
        }
        Some(_) | None => text.to_owned(),
    }
}

/// AWS's name for a kind of resource.
fn resource_type(kind: &str) -> &'static str {
    match kind {
        "role" => "AwsIamRole",
        "user" => "AwsIamUser",
        "s3-bucket" => "AwsS3Bucket",
        "s3-access-point" => "AwsS3AccessPoint",
        "kms-key" => "AwsKmsKey",
        "lambda-function" => "AwsLambdaFunction",
        "lambda-layer" => "AwsLambdaLayerVersion",
        "sqs-queue" => "AwsSqsQueue",
        "sns-topic" => "AwsSnsTopic",
        "secrets-manager-secret" => "AwsSecretsManagerSecret",
        "ecr-repository" => "AwsEcrRepository",
        "dynamodb-table" => "AwsDynamoDbTable",
        "opensearch-domain" => "AwsOpenSearchServiceDomain",
        "kinesis-stream" => "AwsKinesisStream",
        "backup-vault" => "AwsBackupBackupVault",
        "rds-snapshot" => "AwsRdsDbSnapshot",
        "rds-cluster-snapshot" => "AwsRdsDbClusterSnapshot",
        _ => "Other",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_are_cut_to_their_limit() {
        assert_eq!(short("abc", 3), "abc");
        assert_eq!(short("äbcd", 3), "äb…");
    }
}
