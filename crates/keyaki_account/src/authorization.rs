//! The answer of `aws iam get-account-authorization-details`: a page of it, or all.

use std::sync::Arc;

use keyaki_syntax::{Tree, Value};

use crate::fragment::{Fragment, Piece};
use crate::resource::account_of;
use crate::{Format, Group, Kind, Managed, Principal, Remark, Stored, accessed, json};

/// What lists are called: by AWS, and in a recording of several answers in one file.
const LISTS: [(&str, &str); 4] = [
    ("UserDetailList", "AccountUsers"),
    ("GroupDetailList", "AccountGroups"),
    ("RoleDetailList", "AccountRoles"),
    ("Policies", "AccountPolicies"),
];

/// Whether an object is such an answer.
pub(crate) fn is_one(root: Value<'_>) -> bool {
    let has = |name: &str| root.get(name).is_some_and(|v| v.elements().next().is_some());
    let is_policy = |v: Value<'_>| v.get("PolicyVersionList").is_some();
    LISTS[..3].iter().any(|(name, other)| has(name) || root.get(other).is_some())
        || (root.get("UserDetailList").is_some() && root.get("RoleDetailList").is_some())
        || json::list(root, "Policies").any(is_policy)
}

pub(crate) fn read(file: &Arc<str>, tree: &Arc<Tree>, root: Value<'_>) -> Fragment {
    let mut page = Page { file, tree, fragment: Fragment::new(file, Format::Authorization) };
    let [users, groups, roles, policies] = LISTS.map(|(name, other)| {
        let list = root.get(name).or_else(|| root.get(other));
        list.into_iter().flat_map(Value::elements).collect::<Vec<_>>()
    });
    users.into_iter().for_each(|u| page.principal(u, Kind::User));
    roles.into_iter().for_each(|r| page.principal(r, Kind::Role));
    groups.into_iter().for_each(|g| page.group(g));
    policies.into_iter().for_each(|p| page.managed(p));
    let truncated = json::has_more(root);
    let accounts = page.fragment.identity_accounts();
    page.fragment
        .pieces
        .extend(accounts.into_iter().map(|a| Piece::Page { account: a, truncated }));
    page.fragment
}

struct Page<'p> {
    file: &'p Arc<str>,
    tree: &'p Arc<Tree>,
    fragment: Fragment,
}

impl Page<'_> {
    fn principal(&mut self, value: Value<'_>, kind: Kind) {
        let Some((arn, account)) = self.arn(value, kind.name()) else { return };
        let (inline, id) = match kind {
            Kind::User => ("UserPolicyList", "UserId"),
            Kind::Role => ("RolePolicyList", "RoleId"),
        };
        let last_used = value.get("RoleLastUsed").map(|v| json::time(v, "LastUsedDate"));
        let boundary = value.get("PermissionsBoundary");
        let boundary = boundary.and_then(|b| json::text(b, "PermissionsBoundaryArn"));
        let services = value.get("LastAccessed").map(|list| accessed::services(list.elements()));
        let principal = Principal {
            kind,
            account,
            id: json::text(value, id).map(str::to_owned),
            created: json::time(value, "CreateDate"),
            inline: self.inline(value, inline),
            attached: attached(value),
            groups: value.get("GroupList").map(json::texts).unwrap_or_default(),
            boundary: boundary.map(str::to_owned),
            trust: value.get("AssumeRolePolicyDocument").and_then(|v| self.stored(&arn, v)),
            instance_profiles: json::list(value, "InstanceProfileList")
                .filter_map(|p| json::text(p, "InstanceProfileName"))
                .map(str::to_owned)
                .collect(),
            tags: json::tags(value.get("Tags")),
            tells_tags: value.get("Tags").is_some(),
            last_used: if kind == Kind::Role { last_used } else { None },
            credentials: None,
            services,
            arn,
        };
        self.fragment.pieces.push(Piece::Principal(Box::new(principal)));
    }

    fn group(&mut self, value: Value<'_>) {
        let Some((arn, _)) = self.arn(value, "group") else { return };
        let (inline, attached) = (self.inline(value, "GroupPolicyList"), attached(value));
        self.fragment.pieces.push(Piece::Group(Group { arn, inline, attached }));
    }

    fn managed(&mut self, value: Value<'_>) {
        let Some((arn, _)) = self.arn(value, "managed policy") else { return };
        let default = json::text(value, "DefaultVersionId");
        let mut versions = json::list(value, "PolicyVersionList");
        let chosen = versions.find(|v| match default {
            Some(id) => json::text(*v, "VersionId") == Some(id),
            None => json::truth(*v, "IsDefaultVersion") == Some(true),
        });
        let document = chosen.and_then(|v| v.get("Document"));
        match document.and_then(|d| self.stored(&arn, d)) {
            Some(document) => {
                let managed = Managed { arn, document, is_from_catalog: false };
                self.fragment.pieces.push(Piece::Managed(managed));
            }
            None => {
                let message = "the document of its default version is missing";
                self.fragment.remarks.push(Remark::new(&arn, message, "all access through it"));
            }
        }
    }

    fn inline(&mut self, value: Value<'_>, list: &str) -> Vec<Arc<Stored>> {
        let mut policies = Vec::new();
        for entry in json::list(value, list) {
            let name = json::text(entry, "PolicyName").unwrap_or("inline policy");
            match entry.get("PolicyDocument").and_then(|d| self.stored(name, d)) {
                Some(policy) => policies.push(policy),
                None => self.fragment.remark(
                    format!("the inline policy `{name}` has no document"),
                    "all access through it",
                ),
            }
        }
        policies
    }

    fn stored(&mut self, name: &str, value: Value<'_>) -> Option<Arc<Stored>> {
        Stored::of(name, self.file, self.tree, value).map(Arc::new)
    }

    /// The ARN and the account of an entry; AWS's own policies have the account `aws`.
    fn arn(&mut self, value: Value<'_>, what: &str) -> Option<(String, String)> {
        let arn = json::text(value, "Arn").or_else(|| json::text(value, "arn"));
        let told = arn.and_then(|arn| {
            let by_aws = what == "managed policy" && arn.contains(":iam::aws:");
            let own = by_aws.then(|| "aws".to_owned());
            Some((arn.to_owned(), own.or_else(|| account_of(arn))?))
        });
        if told.is_none() {
            let pointer = self.tree.pointer(value.id());
            let message = format!("the {what} at {pointer} has no ARN of an account");
            self.fragment.remark(message, "everything about it");
        }
        told
    }
}

fn attached(value: Value<'_>) -> Vec<String> {
    let list = json::list(value, "AttachedManagedPolicies");
    list.filter_map(|p| json::text(p, "PolicyArn")).map(str::to_owned).collect()
}
