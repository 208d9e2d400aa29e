//! Snapshots of AWS Config: `configurationItems`, one for each resource.
//!
//! Form: <https://docs.aws.amazon.com/config/latest/developerguide/example-s3-snapshot.html>.

use std::sync::Arc;

use keyaki_syntax::{NodeKind, Tree, Value};

use crate::fragment::{Fragment, Piece};
use crate::resource::{account_of, policies};
use crate::shares::acl_group;
use crate::{
    Format, Grantee, Group, Kind, Managed, Principal, Resource, ResourceKind, Share, Stored, json,
};

/// Whether an object is such a snapshot.
pub(crate) fn is_one(root: Value<'_>) -> bool {
    root.get("configurationItems").is_some()
}

pub(crate) fn read(file: &Arc<str>, tree: &Arc<Tree>, root: Value<'_>) -> Fragment {
    let policies = policies(tree);
    let mut items = Items {
        file,
        tree,
        policies,
        fragment: Fragment::new(file, Format::Configuration),
        other: 0,
    };
    for item in json::list(root, "configurationItems") {
        let is_gone = json::text(item, "configurationItemStatus").is_some_and(|s| {
            s.starts_with("ResourceDeleted") || s.starts_with("ResourceNotRecorded")
        });
        if !is_gone {
            items.item(item);
        }
    }
    if items.other > 0 {
        let message = format!("{} items are of types that are not looked at", items.other);
        items.fragment.remark(message, "");
    }
    items.fragment
}

struct Items<'i> {
    file: &'i Arc<str>,
    tree: &'i Arc<Tree>,
    /// All policies in the file, in order.
    policies: Vec<Value<'i>>,
    fragment: Fragment,
    other: usize,
}

impl<'i> Items<'i> {
    fn item(&mut self, item: Value<'i>) {
        let Some(kind) = json::text(item, "resourceType") else {
            return self.fragment.remark("an item has no type", "what it is about");
        };
        let named = json::text(item, "ARN").or_else(|| json::text(item, "arn"));
        let Some(arn) = named.map(str::to_owned) else {
            self.other += 1;
            return;
        };
        let configuration = item.get("configuration").filter(|c| c.kind() == NodeKind::Object);
        match (kind, configuration) {
            ("AWS::IAM::Role", Some(c)) => self.principal(arn, c, Kind::Role),
            ("AWS::IAM::User", Some(c)) => self.principal(arn, c, Kind::User),
            ("AWS::IAM::Group", Some(c)) => self.group(arn, c),
            ("AWS::IAM::Policy", Some(c)) => self.managed(arn, c),
            (
                "AWS::IAM::Role" | "AWS::IAM::User" | "AWS::IAM::Group" | "AWS::IAM::Policy",
                None,
            ) => {
                let message = format!("the item of {arn} has no configuration");
                self.fragment.remark(message, "everything about it");
            }
            _ => self.resource(&arn, item),
        }
    }

    fn stored(&self, name: &str, value: Value<'_>) -> Option<Arc<Stored>> {
        Stored::of(name, self.file, self.tree, value).map(Arc::new)
    }

    fn inline(&self, value: Value<'_>, list: &str) -> Vec<Arc<Stored>> {
        let of = |entry: Value<'_>| {
            let name = json::text(entry, "policyName").unwrap_or("inline policy");
            self.stored(name, entry.get("policyDocument")?)
        };
        json::list(value, list).filter_map(of).collect()
    }

    fn principal(&mut self, arn: String, value: Value<'_>, kind: Kind) {
        let Some(account) = account_of(&arn) else { return };
        let (inline, id) = match kind {
            Kind::User => ("userPolicyList", "userId"),
            Kind::Role => ("rolePolicyList", "roleId"),
        };
        let boundary = value.get("permissionsBoundary");
        let boundary = boundary.and_then(|b| json::text(b, "permissionsBoundaryArn"));
        let last_used = value.get("roleLastUsed").map(|v| json::time(v, "lastUsedDate"));
        let principal = Principal {
            kind,
            account,
            id: json::text(value, id).map(str::to_owned),
            created: json::time(value, "createDate"),
            inline: self.inline(value, inline),
            attached: attached(value),
            groups: value.get("groupList").map(json::texts).unwrap_or_default(),
            boundary: boundary.map(str::to_owned),
            trust: value.get("assumeRolePolicyDocument").and_then(|v| self.stored(&arn, v)),
            instance_profiles: json::list(value, "instanceProfileList")
                .filter_map(|p| json::text(p, "instanceProfileName"))
                .map(str::to_owned)
                .collect(),
            tags: tags(value.get("tags")),
            tells_tags: value.get("tags").is_some(),
            last_used,
            credentials: None,
            services: None,
            arn,
        };
        self.fragment.pieces.push(Piece::Principal(Box::new(principal)));
    }

    fn group(&mut self, arn: String, value: Value<'_>) {
        let inline = self.inline(value, "groupPolicyList");
        self.fragment.pieces.push(Piece::Group(Group { inline, attached: attached(value), arn }));
    }

    fn managed(&mut self, arn: String, value: Value<'_>) {
        let versions = || json::list(value, "policyVersionList");
        let chosen = versions()
            .find(|v| json::truth(*v, "isDefaultVersion") == Some(true))
            .or_else(|| versions().next());
        let document = chosen.and_then(|v| v.get("document")).and_then(|d| self.stored(&arn, d));
        match document {
            Some(document) => {
                let managed = Managed { arn, document, is_from_catalog: false };
                self.fragment.pieces.push(Piece::Managed(managed));
            }
            None => {
                self.fragment.remark(format!("{arn} has no document"), "all access through it");
            }
        }
    }

    /// A resource with the policy that its item holds, wherever that stands.
    fn resource(&mut self, arn: &str, item: Value<'i>) {
        let account = json::text(item, "awsAccountId").map(str::to_owned);
        let Some(kind) = ResourceKind::of_arn(arn) else {
            self.other += 1;
            return;
        };
        let range = item.range();
        let from = self.policies.partition_point(|p| p.range().start < range.start);
        let own = self.policies.get(from).filter(|p| p.range().start < range.end);
        let policy = own.and_then(|p| self.stored(arn, *p));
        let account = account_of(arn).or(account);
        if kind.name == "s3-bucket" {
            self.bucket(arn, account.as_deref(), item);
        }
        let resource = Resource {
            arn: arn.to_owned(),
            kind,
            account,
            policy,
            restricts_public_buckets: None,
            leads_to: None,
        };
        self.fragment.pieces.push(Piece::Resource(Box::new(resource)));
    }

    /// The ACL and Block Public Access of a bucket.
    fn bucket(&mut self, arn: &str, account: Option<&str>, item: Value<'_>) {
        let Some(more) = item.get("supplementaryConfiguration") else { return };
        if let Some(block) = more.get("PublicAccessBlockConfiguration") {
            let nested = block.as_str().map(Tree::parse);
            let block = nested.as_ref().and_then(Tree::root).unwrap_or(block);
            if let Some(restricts) = json::truth(block, "restrictPublicBuckets") {
                let bucket = arn.rsplit(':').next().unwrap_or_default().to_owned();
                let ignores = json::truth(block, "ignorePublicAcls").unwrap_or(false);
                self.fragment.pieces.push(Piece::BlockPublicAccess { bucket, restricts, ignores });
            }
        }
        let Some(list) = more.get("AccessControlList") else { return };
        self.fragment.pieces.push(Piece::List("ACL"));
        let nested = list.as_str().map(Tree::parse);
        let acl = nested.as_ref().and_then(Tree::root).unwrap_or(list);
        let owner = acl.get("owner").and_then(|o| json::text(o, "id")).unwrap_or_default();
        for grant in json::list(acl, "grantList") {
            let Some(with) = grant.get("grantee").and_then(|g| grantee(g, owner)) else { continue };
            self.fragment.pieces.push(Piece::Share(Box::new(Share {
                resource: arn.to_owned(),
                kind: "s3-bucket",
                account: account.map(str::to_owned),
                with,
                permissions: vec![
                    json::text(grant, "permission").unwrap_or_default().to_uppercase(),
                ],
                conditions: Vec::new(),
                by: "ACL",
                place: format!("{}#{}", self.file, self.tree.pointer(list.id())),
                is_ignored: false,
            })));
        }
    }
}

fn grantee(value: Value<'_>, owner: &str) -> Option<Grantee> {
    match (value.as_str(), json::text(value, "id")) {
        (Some(group), _) => acl_group(group),
        (None, Some(id)) if id != owner => Some(Grantee::CanonicalUser(id.to_owned())),
        (None, _) => None,
    }
}

fn attached(value: Value<'_>) -> Vec<String> {
    let list = json::list(value, "attachedManagedPolicies");
    list.filter_map(|p| json::text(p, "policyArn")).map(str::to_owned).collect()
}

fn tags(value: Option<Value<'_>>) -> Vec<(String, String)> {
    let pair =
        |v: Value<'_>| Some((json::text(v, "key")?.to_owned(), json::text(v, "value")?.to_owned()));
    value.into_iter().flat_map(Value::elements).filter_map(pair).collect()
}
