//! The kinds of resource that can have a policy.

use keyaki_ir::arn::Segment;
use keyaki_ir::{Arn, ResourceType};

/// A kind of resource that can have a policy.
#[derive(Debug, PartialEq, Eq)]
pub struct ResourceKind {
    /// Its name in folders and outputs.
    pub name: &'static str,
    /// The type of AWS's checks, where these know it.
    pub resource_type: Option<ResourceType>,
    /// The service in its ARN.
    service: &'static str,
    /// The ARN, with `{partition}`, `{region}`, `{account}` and `{name}`.
    template: &'static str,
    /// Folders in which command-line tools put the answers that hold its policy.
    folders: &'static [&'static str],
}

macro_rules! kinds {
    ($($name:literal $type:expr, $service:literal $template:literal [$($folder:literal)*];)*) => {
        /// All kinds. Of several that an ARN fits, the first.
        const KINDS: &[ResourceKind] = &[$(ResourceKind {
            name: $name,
            resource_type: $type,
            service: $service,
            template: $template,
            folders: &[$($folder),*],
        },)*];
    };
}

// Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_aws-services-that-work-with-iam.html>,
// and the ARN forms of the service authorization reference.
kinds! {
    "s3-access-point" Some(ResourceType::S3AccessPoint), "s3" "arn:{partition}:s3:{region}:{account}:accesspoint/{name}" ["s3control-get-access-point-policy"];
    "s3-multi-region-access-point" Some(ResourceType::S3MultiRegionAccessPoint), "s3" "arn:{partition}:s3::{account}:accesspoint/{name}" ["s3control-get-multi-region-access-point-policy"];
    "s3-bucket" Some(ResourceType::S3Bucket), "s3" "arn:{partition}:s3:::{name}" ["s3-get-bucket-policy" "s3api-get-bucket-policy"];
    "s3-object-lambda-access-point" Some(ResourceType::S3ObjectLambdaAccessPoint), "s3-object-lambda" "arn:{partition}:s3-object-lambda:{region}:{account}:accesspoint/{name}" ["s3control-get-access-point-policy-for-object-lambda"];
    "s3-express-access-point" Some(ResourceType::S3ExpressAccessPoint), "s3express" "arn:{partition}:s3express:{region}:{account}:accesspoint/{name}" [];
    "s3-express-bucket" Some(ResourceType::S3ExpressBucket), "s3express" "arn:{partition}:s3express:{region}:{account}:bucket/{name}" [];
    "s3-outposts-access-point" Some(ResourceType::S3OutpostsAccessPoint), "s3-outposts" "arn:{partition}:s3-outposts:{region}:{account}:outpost/{name}" [];
    "s3-outposts-bucket" Some(ResourceType::S3OutpostsBucket), "s3-outposts" "arn:{partition}:s3-outposts:{region}:{account}:outpost/{name}" ["s3control-get-bucket-policy"];
    "s3-table" Some(ResourceType::S3Table), "s3tables" "arn:{partition}:s3tables:{region}:{account}:bucket/{name}" ["s3tables-get-table-policy"];
    "s3-table-bucket" Some(ResourceType::S3TableBucket), "s3tables" "arn:{partition}:s3tables:{region}:{account}:bucket/{name}" ["s3tables-get-table-bucket-policy"];
    "s3-glacier-vault" Some(ResourceType::S3GlacierVault), "glacier" "arn:{partition}:glacier:{region}:{account}:vaults/{name}" ["glacier-get-vault-access-policy"];
    "sqs-queue" Some(ResourceType::SqsQueue), "sqs" "arn:{partition}:sqs:{region}:{account}:{name}" ["sqs-get-queue-attributes"];
    "sns-topic" Some(ResourceType::SnsTopic), "sns" "arn:{partition}:sns:{region}:{account}:{name}" ["sns-get-topic-attributes"];
    "kms-key" Some(ResourceType::KmsKey), "kms" "arn:{partition}:kms:{region}:{account}:key/{name}" ["kms-get-key-policy"];
    "lambda-layer" Some(ResourceType::LambdaLayerVersion), "lambda" "arn:{partition}:lambda:{region}:{account}:layer:{name}" ["lambda-get-layer-version-policy"];
    "lambda-function" Some(ResourceType::LambdaFunction), "lambda" "arn:{partition}:lambda:{region}:{account}:function:{name}" ["lambda-get-policy"];
    "secrets-manager-secret" Some(ResourceType::SecretsManagerSecret), "secretsmanager" "arn:{partition}:secretsmanager:{region}:{account}:secret:{name}" ["secretsmanager-get-resource-policy"];
    "ecr-repository" Some(ResourceType::EcrRepository), "ecr" "arn:{partition}:ecr:{region}:{account}:repository/{name}" ["ecr-get-repository-policy"];
    "ecr-public-repository" None, "ecr-public" "arn:{partition}:ecr-public::{account}:repository/{name}" ["ecr-public-get-repository-policy"];
    "dynamodb-stream" Some(ResourceType::DynamoDbStream), "dynamodb" "arn:{partition}:dynamodb:{region}:{account}:table/{name}" [];
    "dynamodb-table" Some(ResourceType::DynamoDbTable), "dynamodb" "arn:{partition}:dynamodb:{region}:{account}:table/{name}" ["dynamodb-get-resource-policy"];
    "kinesis-consumer" Some(ResourceType::KinesisConsumer), "kinesis" "arn:{partition}:kinesis:{region}:{account}:stream/{name}" [];
    "kinesis-stream" Some(ResourceType::KinesisStream), "kinesis" "arn:{partition}:kinesis:{region}:{account}:stream/{name}" ["kinesis-get-resource-policy"];
    "opensearch-domain" Some(ResourceType::OpenSearchDomain), "es" "arn:{partition}:es:{region}:{account}:domain/{name}" ["es-describe-elasticsearch-domain-config" "opensearch-describe-domain-config" "opensearch-describe-domain"];
    "api-gateway-rest-api" Some(ResourceType::ApiGatewayRestApi), "execute-api" "arn:{partition}:execute-api:{region}:{account}:{name}" ["apigateway-get-rest-api"];
    "backup-vault" Some(ResourceType::BackupVault), "backup" "arn:{partition}:backup:{region}:{account}:backup-vault:{name}" ["backup-get-backup-vault-access-policy"];
    "efs-file-system" Some(ResourceType::EfsFileSystem), "elasticfilesystem" "arn:{partition}:elasticfilesystem:{region}:{account}:file-system/{name}" ["efs-describe-file-system-policy"];
    "codeartifact-domain" Some(ResourceType::CodeArtifactDomain), "codeartifact" "arn:{partition}:codeartifact:{region}:{account}:domain/{name}" ["codeartifact-get-domain-permissions-policy"];
    "codeartifact-repository" None, "codeartifact" "arn:{partition}:codeartifact:{region}:{account}:repository/{name}" ["codeartifact-get-repository-permissions-policy"];
    "cloudtrail-dashboard" Some(ResourceType::CloudTrailDashboard), "cloudtrail" "arn:{partition}:cloudtrail:{region}:{account}:dashboard/{name}" [];
    "cloudtrail-event-data-store" Some(ResourceType::CloudTrailEventDataStore), "cloudtrail" "arn:{partition}:cloudtrail:{region}:{account}:eventdatastore/{name}" ["cloudtrail-get-resource-policy"];
    "cloudtrail-channel" None, "cloudtrail" "arn:{partition}:cloudtrail:{region}:{account}:channel/{name}" [];
    "event-bus" None, "events" "arn:{partition}:events:{region}:{account}:event-bus/{name}" ["events-describe-event-bus"];
    "schema-registry" None, "schemas" "arn:{partition}:schemas:{region}:{account}:registry/{name}" ["schemas-get-resource-policy"];
    "glue-catalog" None, "glue" "arn:{partition}:glue:{region}:{account}:{name}" ["glue-get-resource-policy"];
    "logs-destination" None, "logs" "arn:{partition}:logs:{region}:{account}:destination:{name}" ["logs-describe-destinations"];
    "log-group" None, "logs" "arn:{partition}:logs:{region}:{account}:log-group:{name}" ["logs-describe-resource-policies"];
    "mediastore-container" None, "mediastore" "arn:{partition}:mediastore:{region}:{account}:container/{name}" ["mediastore-get-container-policy"];
    "ses-identity" None, "ses" "arn:{partition}:ses:{region}:{account}:identity/{name}" ["ses-get-identity-policies" "sesv2-get-email-identity-policies"];
    "certificate-authority" None, "acm-pca" "arn:{partition}:acm-pca:{region}:{account}:certificate-authority/{name}" ["acm-pca-get-policy"];
    "codebuild-project" None, "codebuild" "arn:{partition}:codebuild:{region}:{account}:project/{name}" ["codebuild-get-resource-policy"];
    "ssm-parameter" None, "ssm" "arn:{partition}:ssm:{region}:{account}:parameter/{name}" ["ssm-get-resource-policies"];
    "ssm-incidents-response-plan" None, "ssm-incidents" "arn:{partition}:ssm-incidents::{account}:response-plan/{name}" [];
    "serverless-application" None, "serverlessrepo" "arn:{partition}:serverlessrepo:{region}:{account}:applications/{name}" ["serverlessrepo-get-application-policy"];
    "msk-cluster" None, "kafka" "arn:{partition}:kafka:{region}:{account}:cluster/{name}" ["kafka-get-cluster-policy"];
    "lattice-service" None, "vpc-lattice" "arn:{partition}:vpc-lattice:{region}:{account}:service/{name}" ["vpc-lattice-get-auth-policy"];
    "lattice-network" None, "vpc-lattice" "arn:{partition}:vpc-lattice:{region}:{account}:servicenetwork/{name}" [];
    "rekognition-project" None, "rekognition" "arn:{partition}:rekognition:{region}:{account}:project/{name}" [];
    "network-firewall-rule-group" None, "network-firewall" "arn:{partition}:network-firewall:{region}:{account}:stateful-rulegroup/{name}" [];
    "vpc-endpoint" None, "ec2" "arn:{partition}:ec2:{region}:{account}:vpc-endpoint/{name}" [];
    "data-exchange-data-grant" None, "dataexchange" "arn:{partition}:dataexchange:{region}:{account}:data-grants/{name}" [];
}

impl ResourceKind {
    /// The kind of VPC endpoints, whose policies say what may pass rather than who has access.
    pub const VPC_ENDPOINT: &str = "vpc-endpoint";

    /// All kinds, in the order of their table.
    pub fn all() -> impl Iterator<Item = &'static ResourceKind> {
        KINDS.iter()
    }

    /// The kind with a name, or whose policy such a folder holds.
    pub(crate) fn of_folder(folder: &str) -> Option<&'static ResourceKind> {
        KINDS.iter().find(|k| k.name == folder || k.folders.contains(&folder))
    }

    /// The kind of a resource by its ARN.
    pub fn of_arn(arn: &str) -> Option<&'static ResourceKind> {
        let parsed = Arn::plain(arn)?;
        let service = parsed.get(arn, Segment::Service);
        let part = parsed.get(arn, Segment::Resource);
        let has_region = !parsed.get(arn, Segment::Region).is_empty();
        KINDS.iter().find(|kind| {
            let own = kind.template.splitn(6, ':').nth(5).unwrap_or_default();
            let (before, _) = own.split_once("{name}").unwrap_or((own, ""));
            let nested = match kind.name {
                "s3-access-point" => has_region,
                "s3-table" => part.contains("/table/"),
                "s3-outposts-access-point" => part.contains("/accesspoint/"),
                "dynamodb-stream" => part.contains("/stream/"),
                "kinesis-consumer" => part.contains("/consumer/"),
                _ => true,
            };
            kind.service == service && part.starts_with(before) && nested
        })
    }

    /// The ARN of a resource of this kind; none where a part of it is not known.
    pub(crate) fn arn(
        &self,
        partition: &str,
        region: Option<&str>,
        account: Option<&str>,
        name: &str,
    ) -> Option<String> {
        let need = |hole: &str, value: Option<&str>| match self.template.contains(hole) {
            true => value.map(str::to_owned),
            false => Some(String::new()),
        };
        let region = need("{region}", region)?;
        let account = need("{account}", account)?;
        let text = self.template.replace("{partition}", partition);
        let text = text.replace("{region}", &region).replace("{account}", &account);
        Some(text.replace("{name}", name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_told_from_its_arn_or_shares_its_form() {
        for kind in ResourceKind::all() {
            let arn = kind.arn("aws", Some("eu-west-1"), Some("111122223333"), "n");
            let arn = arn.unwrap_or_default();
            let found = ResourceKind::of_arn(&arn);
            assert!(found.is_some_and(|f| f.service == kind.service), "{arn}: {found:?}");
        }
    }

    #[test]
    fn there_are_at_least_forty_kinds_with_names_of_their_own() {
        let mut names: Vec<_> = ResourceKind::all().map(|k| k.name).collect();
        names.sort_unstable();
        names.dedup();
        assert!(names.len() >= 40 && names.len() == KINDS.len());
    }
}
