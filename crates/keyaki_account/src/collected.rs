//! The tree that iam-collect writes: one folder for each resource, one file for each aspect.
//!
//! Layout: <https://github.com/cloud-copilot/iam-collect/blob/main/docs/Storage.md>.
//! The path tells what a file is; the ARN stands in the folder's `metadata.json`.

use std::collections::BTreeMap;
use std::sync::Arc;

use keyaki_ir::arn::is_account_id;
use keyaki_ir::date::Instant;
use keyaki_syntax::{NodeKind, Tree, Value};

use crate::fragment::{Fragment, Piece};
use crate::place::PathParts;
use crate::resource::account_of;
use crate::{
    Format, Group, Guardrail, Kind, Managed, Node, Organization, Principal, Resource, ResourceKind,
    Stored, json,
};

/// What one file tells of the resource of its folder.
#[derive(Clone, Debug)]
pub(crate) enum Aspect {
    Metadata { arn: String, created: Option<Instant>, boundary: Option<String> },
    Policy(Stored),
    Trust(Stored),
    Inline(Vec<Arc<Stored>>),
    Attached(Vec<String>),
    Groups(Vec<String>),
    Tags(Vec<(String, String)>),
    BlockPublicAccess(Option<bool>),
}

/// A file of such a tree; none for a path or a content that is no part of one.
pub(crate) fn read(file: &Arc<str>, tree: &Arc<Tree>, root: Value<'_>) -> Option<Fragment> {
    let parts = PathParts::of(file);
    let mut fragment = Fragment::new(file, Format::Collected);
    let at = |name: &str| parts.folders.iter().rposition(|f| *f == name);
    if let Some(place) = at("organizations") {
        let id = parts.folders.get(place + 1).filter(|id| id.starts_with("o-"))?;
        let rest = parts.folders.get(place + 2..).unwrap_or_default();
        let organization = organization_file(id, rest, parts.stem, file, tree, root)?;
        fragment.pieces.push(Piece::Organization(Box::new(organization)));
        return Some(fragment);
    }
    let place = at("accounts")?;
    is_account_id(parts.folders.get(place + 1)?).then_some(())?;
    if parts.folders.get(place + 2).is_none_or(|f| *f == "resources") {
        return None;
    }
    let aspect = aspect(parts.stem, file, tree, root)?;
    let folder = parts.folders.join("/");
    fragment.pieces.push(Piece::Aspect { folder, aspect: Box::new(aspect) });
    Some(fragment)
}

fn aspect(stem: &str, file: &Arc<str>, tree: &Arc<Tree>, root: Value<'_>) -> Option<Aspect> {
    let stored = |name: &str, value| Stored::of(name, file, tree, value);
    match stem {
        "metadata" => Some(Aspect::Metadata {
            arn: json::text(root, "arn")?.to_owned(),
            created: json::time(root, "created").or_else(|| json::time(root, "createDate")),
            boundary: json::text(root, "permissionBoundary").map(str::to_owned),
        }),
        "policy" => stored("policy", root).map(Aspect::Policy),
        "trust-policy" => stored("trust policy", root).map(Aspect::Trust),
        "inline-policies" => {
            let policies = root.elements().filter_map(|entry| {
                let name = json::text(entry, "PolicyName").unwrap_or("inline policy");
                stored(name, entry.get("PolicyDocument")?).map(Arc::new)
            });
            Some(Aspect::Inline(policies.collect()))
        }
        "managed-policies" => Some(Aspect::Attached(json::texts(root))),
        "groups" => Some(Aspect::Groups(json::texts(root))),
        "tags" => Some(Aspect::Tags(json::tags(Some(root)))),
        "bpa" => {
            let restricts = ["RestrictPublicBuckets", "restrictPublicBuckets"];
            Some(Aspect::BlockPublicAccess(restricts.iter().find_map(|n| json::truth(root, n))))
        }
        _ => None,
    }
}

fn organization_file(
    id: &str,
    folders: &[&str],
    stem: &str,
    file: &Arc<str>,
    tree: &Arc<Tree>,
    root: Value<'_>,
) -> Option<Organization> {
    let mut organization = Organization { id: id.to_owned(), ..Organization::default() };
    match (folders, stem) {
        ([], "metadata") => {
            organization.management = json::text(root, "rootAccountId").map(str::to_owned);
        }
        ([], "accounts" | "ous") => {
            for member in root.members() {
                let Some(value) = member.value() else { continue };
                organization.nodes.insert(member.name().to_owned(), node(value));
            }
        }
        ([kind @ ("scps" | "rcps"), policy], "policy") => {
            let kind = if *kind == "scps" { Guardrail::Scp } else { Guardrail::Rcp };
            let stored = Stored::of(policy, file, tree, root)?;
            organization.policies.insert((*policy).to_owned(), (kind, Arc::new(stored)));
        }
        // The hierarchy stands in the other files as well; the rest says nothing of policies.
        ([], "structure" | "delegated-admins") | (["ous" | "scps" | "rcps", _], _) => {}
        _ => return None,
    }
    Some(organization)
}

fn node(value: Value<'_>) -> Node {
    let ids = |name: &str| {
        let list = value.get(name).filter(|v| v.kind() == NodeKind::Array)?;
        let last = |arn: String| arn.rsplit('/').next().unwrap_or_default().to_owned();
        // Folders are in lower case, but for what AWS attaches itself.
        let folded =
            |id: String| if id.ends_with("FullAWSAccess") { id } else { id.to_lowercase() };
        Some(json::texts(list).into_iter().map(last).map(folded).collect::<Vec<_>>())
    };
    let policies = match (ids("scps"), ids("rcps")) {
        (None, None) => None,
        (scps, rcps) => Some([scps.unwrap_or_default(), rcps.unwrap_or_default()].concat()),
    };
    let parent = json::text(value, "parent").or_else(|| json::text(value, "ou"));
    Node { name: String::new(), parent: parent.map(str::to_owned), policies }
}

/// All aspects of one resource.
#[derive(Debug, Default)]
pub(crate) struct Collected {
    arn: Option<String>,
    created: Option<Instant>,
    boundary: Option<String>,
    policy: Option<Stored>,
    trust: Option<Stored>,
    inline: Vec<Arc<Stored>>,
    attached: Vec<String>,
    groups: Vec<String>,
    tags: Option<Vec<(String, String)>>,
    restricts_public_buckets: Option<bool>,
}

impl Collected {
    pub(crate) fn add(&mut self, aspect: Aspect) {
        match aspect {
            Aspect::Metadata { arn, created, boundary } => {
                (self.arn, self.created, self.boundary) = (Some(arn), created, boundary);
            }
            Aspect::Policy(policy) => self.policy = Some(policy),
            Aspect::Trust(policy) => self.trust = Some(policy),
            Aspect::Inline(policies) => self.inline = policies,
            Aspect::Attached(arns) => self.attached = arns,
            Aspect::Groups(groups) => self.groups = groups,
            Aspect::Tags(tags) => self.tags = Some(tags),
            Aspect::BlockPublicAccess(restricts) => self.restricts_public_buckets = restricts,
        }
    }

    /// What the aspects together describe.
    ///
    /// # Errors
    /// Why they describe nothing.
    pub(crate) fn piece(self, folder: &str) -> Result<Option<Piece>, String> {
        let account = PathParts::of(&format!("{folder}/x")).account().map(str::to_owned);
        let Some(arn) = self.arn.clone() else {
            let has_policy = self.policy.is_some() || self.trust.is_some();
            let lacks = "there is no `metadata.json` that tells the ARN".to_owned();
            return if has_policy || !self.inline.is_empty() { Err(lacks) } else { Ok(None) };
        };
        let part = arn.splitn(6, ':').nth(5).unwrap_or_default().to_owned();
        let is_iam = arn.split(':').nth(2) == Some("iam");
        let kind = part.split('/').next().unwrap_or_default();
        match (is_iam, kind) {
            (true, "role") => Ok(Some(self.principal(arn, Kind::Role))),
            (true, "user") => Ok(Some(self.principal(arn, Kind::User))),
            (true, "group") => {
                Ok(Some(Piece::Group(Group { arn, inline: self.inline, attached: self.attached })))
            }
            (true, "policy") => Ok(self.policy.map(|document| {
                let document = Arc::new(Stored { name: arn.clone(), ..document });
                Piece::Managed(Managed { arn, document, is_from_catalog: false })
            })),
            _ => self.resource(arn, account),
        }
    }

    fn principal(self, arn: String, kind: Kind) -> Piece {
        let account = account_of(&arn).unwrap_or_default();
        let trust = self.trust.map(|t| Arc::new(Stored { name: arn.clone(), ..t }));
        Piece::Principal(Box::new(Principal {
            kind,
            account,
            id: None,
            created: self.created,
            inline: self.inline,
            attached: self.attached,
            groups: self.groups,
            boundary: self.boundary,
            trust,
            instance_profiles: Vec::new(),
            tells_tags: self.tags.is_some(),
            tags: self.tags.unwrap_or_default(),
            last_used: None,
            credentials: None,
            services: None,
            arn,
        }))
    }

    fn resource(self, arn: String, account: Option<String>) -> Result<Option<Piece>, String> {
        let Some(kind) = ResourceKind::of_arn(&arn) else {
            let lacks = || format!("the kind of {arn} is not known");
            return if self.policy.is_some() { Err(lacks()) } else { Ok(None) };
        };
        let policy = self.policy.map(|p| Arc::new(Stored { name: arn.clone(), ..p }));
        let account = account_of(&arn).or(account);
        let restricts_public_buckets = self.restricts_public_buckets;
        let leads_to = None;
        let resource = Resource { arn, kind, account, policy, restricts_public_buckets, leads_to };
        Ok(Some(Piece::Resource(Box::new(resource))))
    }
}

/// Folders with the aspects that were found in them.
pub(crate) type Folders = BTreeMap<String, Collected>;
