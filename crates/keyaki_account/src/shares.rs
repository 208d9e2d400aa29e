//! Access that lists give rather than policies: ACLs of buckets, shares of snapshots and images,
//! grants of KMS keys.
//!
//! What is shared stands in the answer or, for buckets, in the file's name; account and region in
//! its folders.

use std::sync::Arc;

use keyaki_ir::Arn;
use keyaki_ir::arn::is_account_id;
use keyaki_syntax::{Tree, Value};

use crate::fragment::{Fragment, Piece};
use crate::place::PathParts;
use crate::resource::account_of;
use crate::{Format, json};

/// Access to one resource for one grantee.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Share {
    /// The ARN, or the name where nothing tells the rest of it.
    pub resource: String,
    /// What it is: `s3-bucket`, `ebs-snapshot`.
    pub kind: &'static str,
    /// The account that owns it, where that is known.
    pub account: Option<String>,
    /// To whom.
    pub with: Grantee,
    /// What for: permissions of ACLs, operations of grants, or actions.
    pub permissions: Vec<String>,
    /// Under which conditions, in words.
    pub conditions: Vec<String>,
    /// The list: `ACL`, `share` or `grant`.
    pub by: &'static str,
    /// The file, and the pointer to the entry.
    pub place: String,
    /// Whether Block Public Access ignores it.
    pub is_ignored: bool,
}

/// To whom a list gives access.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grantee {
    /// Everybody.
    Everybody,
    /// Everybody with an AWS account.
    AuthenticatedUsers,
    /// An account.
    Account(String),
    /// A user, role or other principal, by its ARN.
    Principal(String),
    /// An organisation or a unit of one, by its ARN.
    Organization(String),
    /// An account by the id that S3 gave it.
    CanonicalUser(String),
    /// A service of AWS.
    Service(String),
}

/// An answer with such a list.
pub(crate) fn read(file: &Arc<str>, tree: &Arc<Tree>, root: Value<'_>) -> Option<Fragment> {
    let reader = Reader { file, tree, parts: PathParts::of(file) };
    let of = |by| move |shares| (by, shares);
    let (by, shares) = (reader.acl(root).map(of("ACL")))
        .or_else(|| reader.snapshot(root).map(of("share")))
        .or_else(|| reader.image(root).map(of("share")))
        .or_else(|| reader.rds(root).map(of("share")))
        .or_else(|| reader.grants(root).map(of("grant")))?;
    let mut fragment = Fragment::new(file, Format::Share);
    fragment.pieces.push(Piece::List(by));
    fragment.pieces.extend(shares.into_iter().map(|s| Piece::Share(Box::new(s))));
    Some(fragment)
}

struct Reader<'r> {
    file: &'r Arc<str>,
    tree: &'r Arc<Tree>,
    parts: PathParts<'r>,
}

impl Reader<'_> {
    fn share(&self, resource: &str, kind: &'static str, entry: Value<'_>, with: Grantee) -> Share {
        let account = account_of(resource).or_else(|| self.parts.account().map(str::to_owned));
        Share {
            resource: resource.to_owned(),
            kind,
            account,
            with,
            permissions: Vec::new(),
            conditions: Vec::new(),
            by: "share",
            place: format!("{}#{}", self.file, self.tree.pointer(entry.id())),
            is_ignored: false,
        }
    }

    /// `aws s3api get-bucket-acl`.
    fn acl(&self, root: Value<'_>) -> Option<Vec<Share>> {
        let owner = json::text(root.get("Owner")?, "ID")?;
        root.get("Grants")
            .filter(|g| g.elements().next().is_none_or(|e| e.get("Grantee").is_some()))?;
        let name = self.parts.name();
        let bucket = if name.starts_with("arn:") { name } else { format!("arn:aws:s3:::{name}") };
        let grants = json::list(root, "Grants").filter_map(|grant| {
            let with = acl_grantee(grant.get("Grantee")?, owner)?;
            let mut share = self.share(&bucket, "s3-bucket", grant, with);
            share.permissions = vec![json::text(grant, "Permission")?.to_owned()];
            share.by = "ACL";
            Some(share)
        });
        Some(grants.collect())
    }

    /// `aws ec2 describe-snapshot-attribute --attribute createVolumePermission`.
    fn snapshot(&self, root: Value<'_>) -> Option<Vec<Share>> {
        let id = json::text(root, "SnapshotId")?;
        root.get("CreateVolumePermissions")?;
        Some(self.ec2(
            root,
            "CreateVolumePermissions",
            &format!("snapshot/{id}"),
            "ebs-snapshot",
            "ec2:CreateVolume",
        ))
    }

    /// `aws ec2 describe-image-attribute --attribute launchPermission`.
    fn image(&self, root: Value<'_>) -> Option<Vec<Share>> {
        let id = json::text(root, "ImageId")?;
        root.get("LaunchPermissions")?;
        Some(self.ec2(
            root,
            "LaunchPermissions",
            &format!("image/{id}"),
            "image",
            "ec2:RunInstances",
        ))
    }

    fn ec2(
        &self,
        root: Value<'_>,
        list: &str,
        part: &str,
        kind: &'static str,
        action: &str,
    ) -> Vec<Share> {
        let partition = self.parts.partition();
        let resource = match self.parts.region() {
            Some(region) => format!("arn:{partition}:ec2:{region}::{part}"),
            None => part.rsplit('/').next().unwrap_or_default().to_owned(),
        };
        let entries = json::list(root, list).filter_map(|entry| {
            let text = |name| json::text(entry, name).map(str::to_owned);
            let organization = || {
                text("OrganizationArn")
                    .or_else(|| text("OrganizationalUnitArn"))
                    .map(Grantee::Organization)
            };
            let with = match json::text(entry, "Group") {
                Some("all") => Grantee::Everybody,
                Some(_) | None => text("UserId").map(Grantee::Account).or_else(organization)?,
            };
            let mut share = self.share(&resource, kind, entry, with);
            share.permissions = vec![action.to_owned()];
            Some(share)
        });
        entries.collect()
    }

    /// `aws rds describe-db-snapshot-attributes`, and that of clusters.
    fn rds(&self, root: Value<'_>) -> Option<Vec<Share>> {
        let of = |result, id, list, part, kind| Some((root.get(result)?, id, list, part, kind));
        let (result, id, list, part, kind) = of(
            "DBSnapshotAttributesResult",
            "DBSnapshotIdentifier",
            "DBSnapshotAttributes",
            "snapshot",
            "rds-snapshot",
        )
        .or_else(|| {
            of(
                "DBClusterSnapshotAttributesResult",
                "DBClusterSnapshotIdentifier",
                "DBClusterSnapshotAttributes",
                "cluster-snapshot",
                "rds-cluster-snapshot",
            )
        })?;
        let name = json::text(result, id)?;
        let resource = match (self.parts.region(), self.parts.account()) {
            (Some(region), Some(account)) => {
                format!("arn:{}:rds:{region}:{account}:{part}:{name}", self.parts.partition())
            }
            _ => name.to_owned(),
        };
        let lists =
            json::list(result, list).filter(|a| json::text(*a, "AttributeName") == Some("restore"));
        let entries = lists.flat_map(|a| json::list(a, "AttributeValues").collect::<Vec<_>>());
        let shares = entries.filter_map(|entry| {
            let with = match entry.as_str()? {
                "all" => Grantee::Everybody,
                account => Grantee::Account(account.to_owned()),
            };
            let mut share = self.share(&resource, kind, entry, with);
            share.permissions = vec!["rds:RestoreDBInstanceFromDBSnapshot".to_owned()];
            if kind == "rds-cluster-snapshot" {
                share.permissions = vec!["rds:RestoreDBClusterFromSnapshot".to_owned()];
            }
            Some(share)
        });
        Some(shares.collect())
    }

    /// `aws kms list-grants`.
    fn grants(&self, root: Value<'_>) -> Option<Vec<Share>> {
        let is_grant = |entry: Value<'_>| entry.get("GrantId").is_some();
        root.get("Grants").filter(|g| g.elements().all(is_grant))?;
        let shares = json::list(root, "Grants").filter_map(|grant| {
            let key = json::text(grant, "KeyId")?;
            let with = grantee(json::text(grant, "GranteePrincipal")?);
            let key = match (key.starts_with("arn:"), self.parts.region(), self.parts.account()) {
                (false, Some(region), Some(account)) => {
                    format!("arn:{}:kms:{region}:{account}:key/{key}", self.parts.partition())
                }
                _ => key.to_owned(),
            };
            let mut share = self.share(&key, "kms-key", grant, with);
            let operations = grant.get("Operations").map(json::texts).unwrap_or_default();
            share.permissions = operations.into_iter().map(|o| format!("kms:{o}")).collect();
            share.conditions = constraints(grant);
            share.by = "grant";
            Some(share)
        });
        Some(shares.collect())
    }
}

/// The encryption context that a grant asks for, in words.
fn constraints(grant: Value<'_>) -> Vec<String> {
    let lists = grant.get("Constraints").into_iter().flat_map(Value::members);
    let words = lists.flat_map(|list| {
        let entries = list.value().into_iter().flat_map(Value::members);
        entries
            .filter_map(|m| {
                let value = m.value()?.as_str()?.to_owned();
                Some(format!("kms:EncryptionContext:{} is {value}", m.name()))
            })
            .collect::<Vec<_>>()
    });
    words.collect()
}

/// A principal as KMS names it.
fn grantee(text: &str) -> Grantee {
    match text {
        account if is_account_id(account) => Grantee::Account(account.to_owned()),
        root if root.ends_with(":root") => {
            Grantee::Account(account_of(root).unwrap_or_else(|| root.to_owned()))
        }
        arn if Arn::plain(arn).is_some() => Grantee::Principal(arn.to_owned()),
        service => Grantee::Service(service.to_owned()),
    }
}

/// A grantee of an ACL; none for the owner, and for the group that delivers logs.
fn acl_grantee(grantee: Value<'_>, owner: &str) -> Option<Grantee> {
    match (json::text(grantee, "URI"), json::text(grantee, "ID")) {
        (Some(uri), _) => acl_group(uri),
        (None, Some(id)) if id == owner => None,
        (None, Some(id)) => Some(Grantee::CanonicalUser(id.to_owned())),
        (None, None) => {
            json::text(grantee, "EmailAddress").map(|mail| Grantee::CanonicalUser(mail.to_owned()))
        }
    }
}

/// A group of S3's by its address or name.
pub(crate) fn acl_group(name: &str) -> Option<Grantee> {
    match name.rsplit('/').next() {
        Some("AllUsers") => Some(Grantee::Everybody),
        Some("AuthenticatedUsers") => Some(Grantee::AuthenticatedUsers),
        Some("LogDelivery") => Some(Grantee::Service("logging.s3.amazonaws.com".to_owned())),
        Some(_) | None => None,
    }
}
