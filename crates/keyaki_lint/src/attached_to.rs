//! What the policy of a resource of some type can be about: one service, and there some types of
//! resource.

use keyaki_ir::ResourceType;

use crate::context::Context;

/// What a policy that is attached to a resource reaches.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reach {
    /// The prefix of the actions and the service of the ARNs.
    pub(crate) service: &'static str,
    /// The types of resource, where the service has others that such a policy does not reach.
    pub(crate) resources: Option<&'static [&'static str]>,
}

/// The type of the resource that the policy under check is attached to, and what such a policy
/// reaches.
pub(crate) fn of(cx: &Context<'_>) -> Option<(ResourceType, Reach)> {
    let resource_type = cx.resource_type()?;
    reach(resource_type).map(|reach| (resource_type, reach))
}

/// What the policy of a resource reaches; none for a role, whose trust policy has rules of its own.
///
/// Source: the pages of the services in
/// <https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html>.
fn reach(resource_type: ResourceType) -> Option<Reach> {
    let whole = |service| Some(Reach { service, resources: None });
    let some = |service, resources| Some(Reach { service, resources: Some(resources) });
    match resource_type {
        ResourceType::ApiGatewayRestApi => whole("execute-api"),
        ResourceType::BackupVault => whole("backup"),
        ResourceType::CloudTrailDashboard | ResourceType::CloudTrailEventDataStore => {
            whole("cloudtrail")
        }
        ResourceType::CodeArtifactDomain => whole("codeartifact"),
        ResourceType::DynamoDbStream => some("dynamodb", &["stream"]),
        ResourceType::DynamoDbTable => some("dynamodb", &["table", "index"]),
        ResourceType::EcrRepository => whole("ecr"),
        ResourceType::EfsFileSystem => whole("elasticfilesystem"),
        ResourceType::KinesisStream | ResourceType::KinesisConsumer => whole("kinesis"),
        ResourceType::KmsKey => whole("kms"),
        ResourceType::LambdaFunction | ResourceType::LambdaLayerVersion => whole("lambda"),
        ResourceType::OpenSearchDomain => whole("es"),
        ResourceType::RoleTrust => None,
        ResourceType::S3AccessPoint | ResourceType::S3MultiRegionAccessPoint => whole("s3"),
        ResourceType::S3Bucket => some("s3", &["bucket", "object"]),
        ResourceType::S3ExpressAccessPoint | ResourceType::S3ExpressBucket => whole("s3express"),
        ResourceType::S3GlacierVault => whole("glacier"),
        ResourceType::S3ObjectLambdaAccessPoint => whole("s3-object-lambda"),
        ResourceType::S3OutpostsAccessPoint | ResourceType::S3OutpostsBucket => {
            whole("s3-outposts")
        }
        ResourceType::S3Table | ResourceType::S3TableBucket => whole("s3tables"),
        ResourceType::SecretsManagerSecret => whole("secretsmanager"),
        ResourceType::SnsTopic => whole("sns"),
        ResourceType::SqsQueue => whole("sqs"),
    }
}
