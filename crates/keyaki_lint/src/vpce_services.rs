//! The services whose requests carry the keys about the owner of a VPC endpoint.
//!
//! Source: the availability of `aws:VpceAccount`, `aws:VpceOrgID` and `aws:VpceOrgPaths` in
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html>,
//! as of November 2026.

/// Services that support all three keys; `iam:PassRole` is no request of its own.
const ALL_KEYS: [&str; 39] = [
    "acm-pca",
    "applicationinsights",
    "apprunner",
    "athena",
    "cloudformation",
    "comprehendmedical",
    "compute-optimizer",
    "datasync",
    "discovery",
    "dynamodb",
    "ebs",
    "ecr",
    "ecs",
    "firehose",
    "gamelift",
    "healthlake",
    "iam",
    "iotfleetwise",
    "iotwireless",
    "kinesisanalytics",
    "kms",
    "lambda",
    "medical-imaging",
    "omics",
    "payment-cryptography",
    "polly",
    "rbin",
    "rekognition",
    "route53",
    "s3",
    "scheduler",
    "servicediscovery",
    "servicequotas",
    "shield",
    "ssm-contacts",
    "storagegateway",
    "textract",
    "transcribe",
    "transfer",
];

/// Services that support `aws:VpceOrgID` beside these.
const ORGANIZATION_ONLY: [&str; 13] = [
    "b2bi",
    "cassandra",
    "cognito-identity",
    "dms",
    "ds-data",
    "identitystore",
    "iottwinmaker",
    "network-firewall",
    "pricing",
    "ses",
    "sms-voice",
    "sqs",
    "workmail",
];

/// A condition key about the owner of the endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum VpceKey {
    Account,
    Organization,
    Path,
}

impl VpceKey {
    /// The key of this name.
    pub(crate) fn of(name: &str) -> Option<VpceKey> {
        let keys = [
            ("aws:VpceAccount", VpceKey::Account),
            ("aws:VpceOrgID", VpceKey::Organization),
            ("aws:VpceOrgPaths", VpceKey::Path),
        ];
        keys.into_iter().find(|(k, _)| k.eq_ignore_ascii_case(name)).map(|(_, key)| key)
    }

    /// Whether requests to a service carry the key.
    pub(crate) fn is_carried_by(self, service: &str) -> bool {
        ALL_KEYS.binary_search(&service).is_ok()
            || (self == VpceKey::Organization && ORGANIZATION_ONLY.binary_search(&service).is_ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_are_sorted_and_their_services_are_known() {
        assert!(ALL_KEYS.is_sorted() && ORGANIZATION_ONLY.is_sorted());
        let catalog = keyaki_catalog::embedded();
        for service in ALL_KEYS.iter().chain(&ORGANIZATION_ONLY) {
            assert!(catalog.service(service).is_some(), "{service}");
        }
    }
}
