//! Answers that hold the policy of a resource.
//!
//! Services wrap their policies in many ways: as an object, as text, under names of their own.
//! Whatever in the answer looks like a policy is one. What it belongs to is told by an ARN in the
//! answer, else by folder and file name, else by the one ARN that the policy itself names.

use std::sync::Arc;

use keyaki_ir::Arn;
use keyaki_ir::arn::{Segment, is_account_id};
use keyaki_syntax::{NodeKind, Tree, Value};

use crate::fragment::{Fragment, Piece};
use crate::place::PathParts;
use crate::{Format, Remark, Resource, ResourceKind, Stored, json};

/// Names of members that hold the ARN of the resource that an answer is about.
const ARN_MEMBERS: [&str; 10] = [
    "Arn",
    "ARN",
    "arn",
    "QueueArn",
    "TopicArn",
    "ResourceArn",
    "resourceArn",
    "BackupVaultArn",
    "EventBusArn",
    "KeyArn",
];

/// The kind of resource that a path tells.
pub(crate) fn kind_of_path(parts: &PathParts<'_>) -> Option<&'static ResourceKind> {
    parts.folders.iter().rev().find_map(|f| ResourceKind::of_folder(f))
}

/// An answer about a resource: with a policy, or, where a folder tells the kind, without one.
pub(crate) fn read(file: &Arc<str>, tree: &Arc<Tree>) -> Option<Fragment> {
    let root = tree.root()?;
    let parts = PathParts::of(file);
    let kind = kind_of_path(&parts);
    let arn = arn_member(root).filter(|arn| ResourceKind::of_arn(arn).is_some());
    if kind.is_none() && arn.is_none() {
        return None;
    }
    let policies = policies(tree);
    if policies.is_empty() && kind.is_none() {
        return None;
    }
    let mut fragment = Fragment::new(file, Format::ResourcePolicy);
    if policies.len() > 1 {
        let message = format!("holds {} policies; the first is used", policies.len());
        fragment.remark(message, "access to the resource");
    }
    let policy = policies.into_iter().next().and_then(|v| Stored::of("policy", file, tree, v));
    let owner = root.get("registryId").or(root.get("Owner")).and_then(Value::as_str);
    let draft = Draft { kind, arn, owner: owner.map(str::to_owned), policy };
    match draft.resource(&parts) {
        Ok(resource) => fragment.pieces.push(Piece::Resource(Box::new(resource))),
        Err(lacks) => {
            let message =
                format!("holds the policy of a resource whose ARN cannot be told: {lacks}");
            fragment.remarks.push(Remark::new(file, message, "external and public access"));
        }
    }
    Some(fragment)
}

/// The ARN of what an answer is about.
fn arn_member(root: Value<'_>) -> Option<String> {
    let attributes = root.get("Attributes");
    [Some(root), attributes].into_iter().flatten().find_map(|object| {
        let member = |name: &&str| json::text(object, name).map(str::to_owned);
        ARN_MEMBERS.iter().find_map(&member).filter(|a| Arn::plain(a).is_some())
    })
}

/// The policies in a tree: objects and strings, in order, none inside another.
pub(crate) fn policies(tree: &Tree) -> Vec<Value<'_>> {
    let mut found = Vec::new();
    let mut done = 0;
    for value in tree.values() {
        if value.range().start < done {
            continue;
        }
        let is_policy = match value.kind() {
            NodeKind::Object => value.get("Statement").is_some(),
            NodeKind::String => value.as_str().is_some_and(is_policy_text),
            NodeKind::Array
            | NodeKind::Member
            | NodeKind::Number
            | NodeKind::Bool
            | NodeKind::Null
            | NodeKind::Error => false,
        };
        if is_policy {
            done = value.range().end;
            found.push(value);
        }
    }
    found
}

fn is_policy_text(text: &str) -> bool {
    let start = text.trim_start();
    let is_object = start.starts_with('{') || start.starts_with("%7B") || start.starts_with("%7b");
    is_object && text.contains("Statement")
}

/// What is known of a resource before its ARN is.
struct Draft {
    kind: Option<&'static ResourceKind>,
    arn: Option<String>,
    owner: Option<String>,
    policy: Option<Stored>,
}

impl Draft {
    fn resource(mut self, parts: &PathParts<'_>) -> Result<Resource, String> {
        let account = self.owner.take().filter(|a| is_account_id(a));
        let account = account.or_else(|| parts.account().map(str::to_owned));
        let arn = self.told_arn(parts, account.as_deref())?;
        let named = ResourceKind::of_arn(&arn);
        let kind = self.kind.or(named).ok_or("no kind of resource has such an ARN")?;
        Ok(Resource {
            account: account_of(&arn).or(account),
            kind,
            policy: self.policy.map(|p| Arc::new(Stored { name: arn.clone(), ..p })),
            arn,
            restricts_public_buckets: None,
            endpoint: None,
        })
    }

    fn told_arn(&self, parts: &PathParts<'_>, account: Option<&str>) -> Result<String, String> {
        if let Some(arn) = &self.arn {
            return Ok(arn.clone());
        }
        let name = parts.name();
        if Arn::plain(&name).is_some() {
            return Ok(name);
        }
        let kind = self.kind.ok_or("no folder tells its kind")?;
        let told = parts.region().map(|_| parts.partition());
        let partition = told.or_else(|| self.named_partition()).unwrap_or("aws");
        let built = kind.arn(partition, parts.region(), account, &name);
        built
            .map(|arn| self.named_with_suffix(&arn).unwrap_or(arn))
            .or_else(|| self.only_resource(kind))
            .ok_or_else(|| "neither the answer nor the folders tell account and region".to_owned())
    }

    /// The resources that the policy names.
    fn named(&self) -> Vec<&str> {
        let statements = self.policy.iter().flat_map(|p| &p.policy.statements);
        let entries = statements.flat_map(|s| &s.resource).flat_map(|e| &e.entries);
        let mut texts: Vec<&str> = entries.map(|e| e.text()).collect();
        texts.sort_unstable();
        texts.dedup();
        texts
    }

    /// The partition of what the policy names: a resource, else a principal.
    fn named_partition(&self) -> Option<&str> {
        let statements = self.policy.iter().flat_map(|p| &p.policy.statements);
        let principals = statements.flat_map(|s| &s.principal).flat_map(|p| p.entries());
        let names = self.named().into_iter().chain(principals.map(|(_, e)| &*e.text));
        let mut partitions = names.filter_map(|n| Some(Arn::parse(n)?.get(n, Segment::Partition)));
        partitions.find(|p| p.starts_with("aws") && !p.contains(['*', '?']))
    }

    /// The ARN of a secret ends with six random characters after its name, which the policy may
    /// tell.
    fn named_with_suffix(&self, arn: &str) -> Option<String> {
        let is_suffix = |s: &str| s.len() == 6 && s.bytes().all(|b| b.is_ascii_alphanumeric());
        let rest = |text: &&str| text.strip_prefix(arn)?.strip_prefix('-').map(is_suffix);
        let is_secret = self.kind.is_some_and(|k| k.name == "secrets-manager-secret");
        let named = self.named();
        let mut whole = named.iter().filter(|text| is_secret && rest(text) == Some(true));
        let only = whole.next().filter(|_| whole.next().is_none());
        only.map(|text| (*text).to_owned())
    }

    /// The one resource that all statements of the policy name.
    fn only_resource(&self, kind: &ResourceKind) -> Option<String> {
        match self.named().as_slice() {
            [one] if !one.contains(['*', '?', '$']) => {
                ResourceKind::of_arn(one).filter(|k| *k == kind).map(|_| (*one).to_owned())
            }
            _ => None,
        }
    }
}

/// The account in an ARN.
pub(crate) fn account_of(arn: &str) -> Option<String> {
    let parsed = Arn::plain(arn)?;
    let account = parsed.get(arn, Segment::Account);
    is_account_id(account).then(|| account.to_owned())
}
