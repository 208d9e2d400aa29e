//! VPC endpoints with their policies: `aws ec2 describe-vpc-endpoints`.

use std::sync::Arc;

use keyaki_ir::arn::is_account_id;
use keyaki_syntax::{Tree, Value};

use crate::fragment::{Fragment, Piece};
use crate::place::PathParts;
use crate::{Format, Resource, ResourceKind, Stored, json};

const WEAKENS: &str = "the perimeter";

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
    // `com.amazonaws.eu-west-1.s3`, in China `cn.com.amazonaws.cn-north-1.s3`
    let service = json::text(entry, "ServiceName").unwrap_or_default();
    let service = service.trim_start_matches("cn.");
    let mut names = service.split('.').skip(2);
    let named = names.next();
    let region = parts.region().or(named)?;
    let kind = ResourceKind::of_folder(ResourceKind::VPC_ENDPOINT)?;
    let partition = crate::place::partition_of(region);
    let arn = kind.arn(partition, Some(region), Some(owner), id)?;
    let policy = entry.get("PolicyDocument").and_then(|v| Stored::of(&arn, file, tree, v));
    Some(Resource {
        kind,
        account: Some(owner.to_owned()),
        policy: policy.map(Arc::new),
        restricts_public_buckets: None,
        leads_to: names.next().map(str::to_owned),
        arn,
    })
}
