//! What the policy of a resource of some type can be about: one service, and there some types of
//! resource.

use keyaki_ir::arn::Segment;
use keyaki_ir::{Policy, PolicyKind, ResourceType};

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

/// What the policy of a resource is attached to: given, else told from the services that it names.
///
/// Types differ here in nothing but the condition keys of S3 and EFS that outsiders cannot choose.
pub fn likely_type(kind: PolicyKind, given: Option<ResourceType>, policy: &Policy) -> ResourceType {
    let told = match kind {
        PolicyKind::Trust => Some(ResourceType::RoleTrust),
        PolicyKind::Identity
        | PolicyKind::Resource
        | PolicyKind::Boundary
        | PolicyKind::Session
        | PolicyKind::Scp
        | PolicyKind::Rcp
        | PolicyKind::VpcEndpoint => None,
    };
    let by_service = || services(policy).find_map(of_service);
    given.or(told).or_else(by_service).unwrap_or(ResourceType::SqsQueue)
}

/// The services that the resources and actions of a policy name.
fn services(policy: &Policy) -> impl Iterator<Item = &str> {
    policy.statements.iter().flat_map(|statement| {
        let resources = statement.resource_elements().flat_map(|element| &element.entries);
        let arns = resources.filter_map(|entry| {
            Some(keyaki_ir::Arn::parse(entry.text())?.get(entry.text(), Segment::Service))
        });
        let actions = statement.action_elements().flat_map(|element| &element.entries);
        arns.chain(actions.filter_map(|entry| entry.service()))
    })
}

fn of_service(service: &str) -> Option<ResourceType> {
    match service.to_ascii_lowercase().as_str() {
        "s3" => Some(ResourceType::S3Bucket),
        "elasticfilesystem" => Some(ResourceType::EfsFileSystem),
        "kms" => Some(ResourceType::KmsKey),
        "lambda" => Some(ResourceType::LambdaFunction),
        "sns" => Some(ResourceType::SnsTopic),
        "sqs" => Some(ResourceType::SqsQueue),
        "secretsmanager" => Some(ResourceType::SecretsManagerSecret),
        _ => None,
    }
}
