//! What kind of policy a document is.
//!
//! In this order: what the user says; what the answer of an interface around the policy says; the
//! nearest folder that is named after a kind, unless the shape of the policy speaks against it;
//! the shape.

use std::path::Path;

use keyaki_diag::Confidence;
use keyaki_ir::{Policy, PolicyKind, ResourceType, Statement};
use keyaki_lint::KindSource;
use keyaki_syntax::Value;

/// A kind, how it became known, and the resource that the policy belongs to, where that is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Kind {
    pub(crate) kind: PolicyKind,
    pub(crate) source: KindSource,
    pub(crate) resource_type: Option<ResourceType>,
}

/// What is known from outside of the policy.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Hint {
    pub(crate) kind: Option<PolicyKind>,
    pub(crate) resource_type: Option<ResourceType>,
}

impl Hint {
    /// What was given, completed by what is around the policy.
    pub(crate) fn or(self, other: Hint) -> Hint {
        let kind = self.kind.or(self.resource_type.map(kind_of_resource)).or(other.kind);
        Hint { kind, resource_type: self.resource_type.or(other.resource_type) }
    }
}

pub(crate) fn determine(policy: &Policy, hint: Hint, path: &Path) -> Kind {
    if let Some(kind) = hint.kind {
        let source = KindSource::Given;
        return Kind { kind, source, resource_type: hint.resource_type };
    }
    let detected = keyaki_ir::detect(policy);
    let by_path = folder_kind(path).filter(|kind| fits(*kind, policy));
    let (kind, confidence) = match by_path {
        Some(kind) => (kind, Confidence::High),
        None => (detected.kind, detected.confidence),
    };
    let source = KindSource::Detected(confidence);
    Kind { kind, source, resource_type: hint.resource_type }
}

fn kind_of_resource(resource_type: ResourceType) -> PolicyKind {
    if resource_type == ResourceType::RoleTrust { PolicyKind::Trust } else { PolicyKind::Resource }
}

/// The kind after which the nearest folder is named.
fn folder_kind(path: &Path) -> Option<PolicyKind> {
    let folders = path.ancestors().skip(1).filter_map(Path::file_name);
    folders.filter_map(|name| kind_of_folder(&name.to_string_lossy())).next()
}

fn kind_of_folder(name: &str) -> Option<PolicyKind> {
    let name = name.to_ascii_lowercase().replace(['_', ' '], "-");
    let name = name.strip_suffix("-policies").or(name.strip_suffix("-policy")).unwrap_or(&name);
    match name {
        "identity" | "identities" => Some(PolicyKind::Identity),
        "resource" | "bucket" | "resource-based" => Some(PolicyKind::Resource),
        "trust" | "assume-role" => Some(PolicyKind::Trust),
        "boundary"
        | "boundaries"
        | "permissions-boundary"
        | "permissions-boundaries"
        | "permission-boundary"
        | "permission-boundaries" => Some(PolicyKind::Boundary),
        "session" => Some(PolicyKind::Session),
        "scp" | "scps" | "service-control" => Some(PolicyKind::Scp),
        "rcp" | "rcps" | "resource-control" => Some(PolicyKind::Rcp),
        "vpc-endpoint" | "vpc-endpoints" | "vpce" => Some(PolicyKind::VpcEndpoint),
        _ => None,
    }
}

/// Whether the principals of a policy allow for that kind: not if every statement, or none, names
/// one against the rule. Where some do and some do not, that is the mistake to report.
fn fits(kind: PolicyKind, policy: &Policy) -> bool {
    let names = |s: &Statement| s.principal_elements().next().is_some();
    let mut statements = policy.statements.iter();
    policy.statements.is_empty() || statements.any(|s| names(s) == kind.takes_principal())
}

/// What the members around a policy tell about it.
pub(crate) fn hint(policy: Value<'_>) -> Hint {
    let Some(member) = policy.parent().and_then(Value::as_member) else { return Hint::default() };
    let Some(object) = policy.parent().and_then(Value::parent) else { return Hint::default() };
    let has = |name: &str| object.members().take(MEMBERS).any(|m| m.name() == name);
    let kind = |kind| Hint { kind: Some(kind), resource_type: None };
    let on = |resource_type| Hint { kind: None, resource_type: Some(resource_type) };
    match member.name() {
        "AssumeRolePolicyDocument" | "assume_role_policy" | "assumeRolePolicy" => {
            kind(PolicyKind::Trust)
        }
        "Document" if has("VersionId") || has("IsDefaultVersion") => kind(PolicyKind::Identity),
        "PolicyDocument" if has("VpcEndpointId") => kind(PolicyKind::VpcEndpoint),
        "PolicyDocument" if has("PolicyName") => kind(PolicyKind::Identity),
        "Policy" if has("QueueArn") => Hint::default().or(on(ResourceType::SqsQueue)),
        "Policy" if has("TopicArn") => Hint::default().or(on(ResourceType::SnsTopic)),
        "Content" => Hint { kind: organization_kind(object), resource_type: None },
        _ => Hint::default(),
    }
}

/// How many members around a policy are looked at; answers of AWS have a dozen.
const MEMBERS: usize = 100;

/// The kind of an organisation's policy, by the summary beside its content.
fn organization_kind(policy: Value<'_>) -> Option<PolicyKind> {
    let summary = policy.members().take(MEMBERS).find(|m| m.name() == "PolicySummary")?;
    PolicyKind::parse(summary.value()?.get("Type")?.as_str()?)
}
