//! What access is asked about: resources with policies, and roles with trust policies.

use std::sync::Arc;

use keyaki_account::{Kind, Snapshot, Stored};
use keyaki_eval::ResourceRole;
use keyaki_ir::arn::Segment;
use keyaki_ir::{Arn, ResourceType};

/// A resource or a role, as far as access to it goes.
#[derive(Clone, Debug)]
pub struct Target {
    /// Its ARN.
    pub arn: String,
    /// What it is.
    pub kind: &'static str,
    /// The type of AWS's checks.
    pub resource_type: Option<ResourceType>,
    /// The account that owns it.
    pub account: Option<String>,
    /// What the decision depends on.
    pub role: ResourceRole,
    /// Its policy.
    pub policy: Option<Arc<Stored>>,
    /// Whether Block Public Access restricts public policies.
    pub restricts_public_buckets: bool,
}

/// All resources and roles of a snapshot, by ARN.
pub fn targets(snapshot: &Snapshot) -> Vec<Target> {
    let roles = snapshot.principals.values().filter(|p| p.kind == Kind::Role).map(|p| Target {
        arn: p.arn.clone(),
        kind: "role",
        resource_type: Some(ResourceType::RoleTrust),
        account: Some(p.account.clone()),
        role: ResourceRole::Role,
        policy: p.trust.clone(),
        restricts_public_buckets: false,
    });
    let resources = snapshot.resources.values().map(|r| Target {
        arn: r.arn.clone(),
        kind: r.kind.name,
        resource_type: r.kind.resource_type,
        account: r.account.clone(),
        role: match r.kind.name {
            "kms-key" => ResourceRole::Key,
            _ => ResourceRole::Ordinary,
        },
        policy: r.policy.clone(),
        restricts_public_buckets: r.restricts_public_buckets == Some(true),
    });
    let mut all: Vec<Target> = roles.chain(resources).collect();
    all.sort_by(|a, b| a.arn.cmp(&b.arn));
    all
}

impl Target {
    /// Patterns of what belongs to it: itself, and what is in it.
    pub(crate) fn patterns(&self) -> Vec<String> {
        let arn = &self.arn;
        match self.kind {
            "role" | "kms-key" => vec![arn.clone()],
            _ => vec![arn.clone(), format!("{arn}/*"), format!("{arn}:*")],
        }
    }

    /// Whether an ARN is of it, or of something in it.
    pub fn has(&self, arn: &str) -> bool {
        let rest = arn.strip_prefix(self.arn.as_str());
        rest.is_some_and(|r| r.is_empty() || r.starts_with('/') || r.starts_with(':'))
    }

    /// Whether resource control policies reach its service.
    pub(crate) fn has_rcps(&self, catalog: &keyaki_catalog::Catalog) -> bool {
        catalog.rcp_services().any(|s| s == self.service())
    }

    /// The service whose actions its policy is about: of roles, STS.
    pub(crate) fn service(&self) -> &str {
        match (self.kind, Arn::plain(&self.arn)) {
            ("role", _) => "sts",
            (_, Some(arn)) => arn.get(&self.arn, Segment::Service),
            (_, None) => "",
        }
    }

    /// A resource that the policy names in a way that cannot be understood, if there is one.
    pub(crate) fn odd_resource(&self) -> Option<String> {
        let statements = self.policy.iter().flat_map(|p| &p.policy.statements);
        let mut entries = statements.flat_map(|s| s.resource_elements()).flat_map(|e| &e.entries);
        let is_odd = |text: &str| {
            !text.starts_with("arn:") && !text.starts_with('*') && !text.starts_with("${")
        };
        entries.find(|e| is_odd(e.text())).map(|e| e.text().to_owned())
    }
}
