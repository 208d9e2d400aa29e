//! VPC endpoints with their policies: `aws ec2 describe-vpc-endpoints`.

use std::sync::Arc;

use keyaki_ir::arn::is_account_id;
use keyaki_syntax::{Tree, Value};

use crate::fragment::{Fragment, Piece};
use crate::place::{PathParts, is_region};
use crate::{Format, Resource, ResourceKind, Stored, json};

const WEAKENS: &str = "the perimeter";

/// What is known of a VPC endpoint beside its policy.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Endpoint {
    /// The service that it leads to, by the end of its name: `s3`, `ecr.api`; none where it leads
    /// to somebody's own.
    pub service: Option<String>,
    /// The region of that service, where its name has one.
    pub region: Option<String>,
    /// The VPC that it belongs to.
    pub vpc: Option<String>,
    /// Its state, in lower case.
    pub state: Option<String>,
}

/// An answer with a list of endpoints.
pub(crate) fn read(file: &Arc<str>, tree: &Arc<Tree>, root: Value<'_>) -> Option<Fragment> {
    let list = root.get("VpcEndpoints")?;
    let mut fragment = Fragment::new(file, Format::ResourcePolicy);
    if json::has_more(root) {
        fragment.remark("is one page of several", WEAKENS);
    }
    for entry in list.elements() {
        match endpoint(file, tree, entry) {
            Some(resource) => fragment.pieces.push(Piece::Resource(Box::new(resource))),
            None => fragment.remark("a VPC endpoint without id, region or owner", WEAKENS),
        }
    }
    Some(fragment)
}

fn endpoint(file: &Arc<str>, tree: &Arc<Tree>, entry: Value<'_>) -> Option<Resource> {
    let parts = PathParts::of(file);
    let id = json::text(entry, "VpcEndpointId")?;
    let owner = json::text(entry, "OwnerId").filter(|a| is_account_id(a));
    let owner = owner.or_else(|| parts.account())?;
    let (service, named) = service(json::text(entry, "ServiceName").unwrap_or_default());
    let own_region = parts.region().map(str::to_owned).or_else(|| named.clone())?;
    let kind = ResourceKind::of_folder(ResourceKind::VPC_ENDPOINT)?;
    let partition = crate::place::partition_of(&own_region);
    let arn = kind.arn(partition, Some(&own_region), Some(owner), id)?;
    let policy = entry.get("PolicyDocument").and_then(|v| Stored::of(&arn, file, tree, v));
    let facts = Endpoint {
        service,
        region: named,
        vpc: json::text(entry, "VpcId").map(str::to_owned),
        state: json::text(entry, "State").map(str::to_ascii_lowercase),
    };
    Some(Resource {
        kind,
        account: Some(owner.to_owned()),
        policy: policy.map(Arc::new),
        restricts_public_buckets: None,
        endpoint: Some(facts),
        arn,
    })
}

/// The service and the region in the name of an endpoint's service: `com.amazonaws.eu-west-1.s3`,
/// in China `cn.com.amazonaws.cn-north-1.s3`, for some `aws.api.eu-west-1.NAME` or
/// `aws.sagemaker.eu-west-1.studio`:
/// <https://docs.aws.amazon.com/vpc/latest/privatelink/aws-services-privatelink-support.html>.
fn service(name: &str) -> (Option<String>, Option<String>) {
    let labels: Vec<&str> = name.strip_prefix("cn.").unwrap_or(name).split('.').collect();
    let (service, region) = match labels.as_slice() {
        ["com", "amazonaws", "vpce", region, ..] => (&[][..], Some(*region)),
        ["com", "amazonaws", region, rest @ ..] if is_region(region) => (rest, Some(*region)),
        ["com", "amazonaws", rest @ ..] => (rest, None),
        ["aws", "api", region, rest @ ..] if is_region(region) => (rest, Some(*region)),
        ["aws", _, region, ..] if is_region(region) => {
            (labels.get(1..2).unwrap_or_default(), Some(*region))
        }
        _ => (&[][..], None),
    };
    let service = (!service.is_empty()).then(|| service.join("."));
    (service, region.filter(|r| is_region(r)).map(str::to_owned))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_service_tells_it_and_its_region() {
        let told = |name| {
            let (service, region) = service(name);
            (service.unwrap_or_default(), region.unwrap_or_default())
        };
        let pair = |one: &str, other: &str| (one.to_owned(), other.to_owned());
        assert_eq!(told("com.amazonaws.eu-west-1.s3"), pair("s3", "eu-west-1"));
        assert_eq!(told("cn.com.amazonaws.cn-north-1.ecr.dkr"), pair("ecr.dkr", "cn-north-1"));
        assert_eq!(told("com.amazonaws.us-gov-west-1.kms"), pair("kms", "us-gov-west-1"));
        assert_eq!(told("com.amazonaws.iam"), pair("iam", ""));
        assert_eq!(told("com.amazonaws.s3-global.accesspoint"), pair("s3-global.accesspoint", ""));
        assert_eq!(told("aws.sagemaker.eu-west-1.studio"), pair("sagemaker", "eu-west-1"));
        assert_eq!(told("com.amazonaws.vpce.eu-west-1.vpce-svc-1"), pair("", "eu-west-1"));
        assert_eq!(told(""), pair("", ""));
    }
}
