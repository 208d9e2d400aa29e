//! What kind of policy a document is: given, or told from its shape.

use keyaki_diag::Confidence;

use crate::{Effect, Policy, Principal, PrincipalForm, Statement};

/// The kinds of policy, by where they are attached.
///
/// Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies.html#access_policy-types>.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PolicyKind {
    /// Attached to a user, group or role; grants.
    Identity,
    /// Attached to a resource; grants to the principals that it names.
    Resource,
    /// A role's trust policy: who may assume it.
    Trust,
    /// A permissions boundary; caps identity policies.
    Boundary,
    /// Passed when a session is created; caps the session.
    Session,
    /// A service control policy of an organisation; caps principals.
    Scp,
    /// A resource control policy of an organisation; caps resources.
    Rcp,
    /// Attached to a VPC endpoint; caps what passes through it.
    VpcEndpoint,
}

impl PolicyKind {
    /// All kinds.
    pub const ALL: [PolicyKind; 8] = [
        Self::Identity,
        Self::Resource,
        Self::Trust,
        Self::Boundary,
        Self::Session,
        Self::Scp,
        Self::Rcp,
        Self::VpcEndpoint,
    ];

    /// The name that the command line and the outputs use.
    pub fn name(self) -> &'static str {
        match self {
            Self::Identity => "identity",
            Self::Resource => "resource",
            Self::Trust => "trust",
            Self::Boundary => "boundary",
            Self::Session => "session",
            Self::Scp => "scp",
            Self::Rcp => "rcp",
            Self::VpcEndpoint => "vpc-endpoint",
        }
    }

    /// The kind of that name, in any letter case; AWS's names for the types of
    /// `ValidatePolicy` are taken, too.
    pub fn parse(name: &str) -> Option<PolicyKind> {
        let aws = match name.to_ascii_uppercase().as_str() {
            "IDENTITY_POLICY" => Some(Self::Identity),
            "RESOURCE_POLICY" => Some(Self::Resource),
            "SERVICE_CONTROL_POLICY" => Some(Self::Scp),
            "RESOURCE_CONTROL_POLICY" => Some(Self::Rcp),
            _ => None,
        };
        aws.or_else(|| Self::ALL.into_iter().find(|k| k.name().eq_ignore_ascii_case(name)))
    }

    /// Whether statements of this kind name principals.
    pub fn takes_principal(self) -> bool {
        match self {
            Self::Resource | Self::Trust | Self::Rcp | Self::VpcEndpoint => true,
            Self::Identity | Self::Boundary | Self::Session | Self::Scp => false,
        }
    }
}

macro_rules! resource_types {
    ($($variant:ident $name:literal $aws:literal,)*) => {
        /// The resource that a resource policy is attached to, where that is known.
        ///
        /// The types of `ValidatePolicy`, of `CheckNoPublicAccess` and, as far as they have policies,
        /// of `Finding` (<https://docs.aws.amazon.com/access-analyzer/latest/APIReference/>).
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[expect(missing_docs, reason = "named as the AWS types beside them")]
        pub enum ResourceType { $($variant,)* }

        impl ResourceType {
            /// All of them.
            pub const ALL: &'static [ResourceType] = &[$(ResourceType::$variant,)*];

            /// The name that the command line and the outputs use.
            pub fn name(self) -> &'static str {
                match self { $(ResourceType::$variant => $name,)* }
            }

            /// The name that AWS's API uses.
            pub fn aws_name(self) -> &'static str {
                match self { $(ResourceType::$variant => $aws,)* }
            }

            /// The type of either name, in any letter case.
            pub fn parse(name: &str) -> Option<ResourceType> {
                Self::ALL.iter().copied().find(|t| {
                    t.name().eq_ignore_ascii_case(name) || t.aws_name().eq_ignore_ascii_case(name)
                })
            }
        }
    };
}

resource_types! {
    ApiGatewayRestApi "api-gateway-rest-api" "AWS::ApiGateway::RestApi",
    BackupVault "backup-vault" "AWS::Backup::BackupVault",
    CloudTrailDashboard "cloudtrail-dashboard" "AWS::CloudTrail::Dashboard",
    CloudTrailEventDataStore "cloudtrail-event-data-store" "AWS::CloudTrail::EventDataStore",
    CodeArtifactDomain "codeartifact-domain" "AWS::CodeArtifact::Domain",
    DynamoDbStream "dynamodb-stream" "AWS::DynamoDB::Stream",
    DynamoDbTable "dynamodb-table" "AWS::DynamoDB::Table",
    EcrRepository "ecr-repository" "AWS::ECR::Repository",
    EfsFileSystem "efs-file-system" "AWS::EFS::FileSystem",
    KinesisStream "kinesis-stream" "AWS::Kinesis::Stream",
    KinesisConsumer "kinesis-consumer" "AWS::Kinesis::StreamConsumer",
    KmsKey "kms-key" "AWS::KMS::Key",
    LambdaFunction "lambda-function" "AWS::Lambda::Function",
    LambdaLayerVersion "lambda-layer" "AWS::Lambda::LayerVersion",
    OpenSearchDomain "opensearch-domain" "AWS::OpenSearchService::Domain",
    RoleTrust "role-trust" "AWS::IAM::AssumeRolePolicyDocument",
    S3AccessPoint "s3-access-point" "AWS::S3::AccessPoint",
    S3Bucket "s3-bucket" "AWS::S3::Bucket",
    S3ExpressAccessPoint "s3-express-access-point" "AWS::S3Express::AccessPoint",
    S3ExpressBucket "s3-express-bucket" "AWS::S3Express::DirectoryBucket",
    S3GlacierVault "s3-glacier-vault" "AWS::S3::Glacier",
    S3MultiRegionAccessPoint "s3-multi-region-access-point" "AWS::S3::MultiRegionAccessPoint",
    S3ObjectLambdaAccessPoint "s3-object-lambda-access-point" "AWS::S3ObjectLambda::AccessPoint",
    S3OutpostsAccessPoint "s3-outposts-access-point" "AWS::S3Outposts::AccessPoint",
    S3OutpostsBucket "s3-outposts-bucket" "AWS::S3Outposts::Bucket",
    S3Table "s3-table" "AWS::S3Tables::Table",
    S3TableBucket "s3-table-bucket" "AWS::S3Tables::TableBucket",
    SecretsManagerSecret "secrets-manager-secret" "AWS::SecretsManager::Secret",
    SnsTopic "sns-topic" "AWS::SNS::Topic",
    SqsQueue "sqs-queue" "AWS::SQS::Queue",
}

/// A kind told from the shape of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Detected {
    /// The kind.
    pub kind: PolicyKind,
    /// How sure that is.
    pub confidence: Confidence,
}

/// Tells the kind of a policy from its shape.
///
/// With principals it is a trust policy if every action is one of assuming a role and no resource
/// is named, an RCP if it only denies everybody everything of `*`, else a resource policy.
/// Without principals it is an SCP if it has the marks of one, else an identity policy;
/// boundaries and session policies cannot be told from identity policies.
pub fn detect(policy: &Policy) -> Detected {
    let statements = &policy.statements;
    let sure = |kind, confidence| Detected { kind, confidence };
    if statements.is_empty() {
        return sure(PolicyKind::Identity, Confidence::Low);
    }
    let named = statements.iter().filter(|s| s.principal_elements().next().is_some()).count();
    if statements.iter().all(assumes_roles) && statements.iter().all(|s| !names_resource(s)) {
        let confidence = if named > 0 { Confidence::High } else { Confidence::Medium };
        return sure(PolicyKind::Trust, confidence);
    }
    if named > 0 {
        return if statements.iter().all(is_rcp_statement) {
            sure(PolicyKind::Rcp, Confidence::Medium)
        } else if statements.iter().all(assumes_roles) {
            sure(PolicyKind::Trust, Confidence::Medium)
        } else if named == statements.len() {
            sure(PolicyKind::Resource, Confidence::High)
        } else {
            sure(PolicyKind::Resource, Confidence::Medium)
        };
    }
    if statements.iter().all(is_scp_statement) && statements.iter().any(has_scp_mark) {
        return sure(PolicyKind::Scp, Confidence::Medium);
    }
    let grants = statements.iter().any(|s| s.effect() == Some(Effect::Allow));
    sure(PolicyKind::Identity, if grants { Confidence::High } else { Confidence::Low })
}

/// Whether a statement names a resource.
fn names_resource(s: &Statement) -> bool {
    s.resource_elements().next().is_some()
}

/// Whether all actions are ones that only a trust policy grants.
fn assumes_roles(s: &Statement) -> bool {
    const ACTIONS: [&str; 4] =
        ["sts:assumerole", "sts:tagsession", "sts:setsourceidentity", "sts:setcontext"];
    let actions = s.action.iter().flat_map(|e| &e.entries);
    let assumes = |text: &str| {
        let text = text.to_ascii_lowercase();
        ACTIONS.iter().any(|a| text.starts_with(a)) || text == "sts:assume*"
    };
    s.action.as_ref().is_some_and(|e| !e.entries.is_empty())
        && s.not_action.is_none()
        && actions.map(|a| &*a.text).all(assumes)
}

/// Whether a statement names `*` alone as its resource.
fn is_on_everything(s: &Statement) -> bool {
    let mut entries = s.resource.iter().flat_map(|e| &e.entries);
    s.not_resource.is_none()
        && entries.next().is_some_and(crate::ResourcePattern::is_star)
        && entries.next().is_none()
}

/// Denies everybody, on `*`, with a condition on who the caller or the source is.
fn is_rcp_statement(s: &Statement) -> bool {
    const MARKS: [&str; 7] = [
        "aws:principalorgid",
        "aws:principalorgpaths",
        "aws:principalaccount",
        "aws:principalisawsservice",
        "aws:sourceorgid",
        "aws:sourceorgpaths",
        "aws:sourceaccount",
    ];
    let everybody = s.principal.as_ref().is_some_and(|p| match &p.form {
        PrincipalForm::Any => true,
        PrincipalForm::Map(_) => p.entries().all(|(_, e)| e.principal == Principal::Any),
        PrincipalForm::Wrong => false,
    });
    everybody
        && s.effect() == Some(Effect::Deny)
        && is_on_everything(s)
        && s.condition_entries().any(|(_, e)| MARKS.iter().any(|m| e.is(m)))
}

/// Denies, or is the statement that lets everything through.
fn is_scp_statement(s: &Statement) -> bool {
    let actions = || s.action.iter().flat_map(|e| &e.entries);
    match s.effect() {
        Some(Effect::Deny) => true,
        Some(Effect::Allow) => is_on_everything(s) && actions().any(|a| a.is_star()),
        None => false,
    }
}

/// Something that is common in SCPs and rare in identity policies.
fn has_scp_mark(s: &Statement) -> bool {
    let leaves = |text: &str| text.to_ascii_lowercase().starts_with("organizations:leave");
    let actions = s.action.iter().flat_map(|e| &e.entries);
    s.effect() == Some(Effect::Deny)
        && (actions.map(|a| &*a.text).any(leaves)
            || s.condition_entries().any(|(_, e)| e.is("aws:PrincipalArn")))
}
