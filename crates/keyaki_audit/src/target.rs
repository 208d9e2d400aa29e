//! What access is asked about: resources with policies, and roles with trust policies.

use std::sync::Arc;

use keyaki_account::{Kind, Principal, ResourceKind, Snapshot, Stored};
use keyaki_eval::ResourceRole;
use keyaki_ir::arn::Segment;
use keyaki_ir::glob::{self, Case};
use keyaki_ir::{Arn, Effect, ResourceType};

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

/// The partition of an ARN.
pub(crate) fn partition(arn: &str) -> &str {
    arn.split(':').nth(1).unwrap_or("aws")
}

/// What belongs to a resource and has an ARN that does not begin with the resource's.
fn beside(kind: &str, arn: &str) -> Option<String> {
    match kind {
        // Six random characters follow the name.
        "secrets-manager-secret" => Some(format!("{arn}-??????")),
        "event-bus" => Some(format!("{}/*", arn.replacen(":event-bus/", ":rule/", 1))),
        "schema-registry" => Some(format!("{}/*", arn.replacen(":registry/", ":schema/", 1))),
        // Databases, tables and functions.
        "glue-catalog" => arn.rsplit_once(':').map(|(account, _)| format!("{account}:*")),
        _ => None,
    }
}

/// All resources and roles of a snapshot, by ARN.
pub fn targets(snapshot: &Snapshot) -> Vec<Target> {
    let roles = snapshot.described_principals().filter(|p| p.kind == Kind::Role);
    let roles = roles.map(Target::of_role);
    let resources = snapshot.described_resources();
    let resources =
        resources.filter(|r| r.kind.name != ResourceKind::VPC_ENDPOINT).map(|r| Target {
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
    /// A role with its trust policy.
    pub(crate) fn of_role(role: &Principal) -> Target {
        Target {
            arn: role.arn.clone(),
            kind: "role",
            resource_type: Some(ResourceType::RoleTrust),
            account: Some(role.account.clone()),
            role: ResourceRole::Role,
            policy: role.trust.clone(),
            restricts_public_buckets: false,
        }
    }

    /// Patterns of what belongs to it: itself, and what is in it.
    pub(crate) fn patterns(&self) -> Vec<String> {
        let arn = &self.arn;
        match self.kind {
            "role" | "kms-key" | "boundary" => vec![arn.clone()],
            "account" => vec![format!("{}*", arn.trim_end_matches("root"))],
            kind => {
                let within = [arn.clone(), format!("{arn}/*"), format!("{arn}:*")];
                within.into_iter().chain(beside(kind, arn)).collect()
            }
        }
    }

    /// Whether an ARN is of it, or of something in it.
    pub fn has(&self, arn: &str) -> bool {
        self.patterns().iter().any(|p| glob::matches(p, arn, Case::Sensitive))
    }

    /// Why more or less access than what is found may come from its policy.
    pub fn doubt(&self) -> Option<String> {
        self.unreadable().or_else(|| self.elsewhere()).or_else(|| self.sessions())
    }

    /// That its policy lets in sessions by their names: who asks about a role asks about a session
    /// of some name.
    pub(crate) fn sessions(&self) -> Option<String> {
        let statements = self.policy.iter().flat_map(|p| &p.policy.statements);
        let allows = statements.filter(|s| s.effect() == Some(Effect::Allow));
        let entries = allows.filter_map(|s| s.principal.as_ref()).flat_map(|p| p.entries());
        let mut sessions =
            entries.filter(|(_, e)| e.principal == keyaki_ir::Principal::AssumedRole);
        let (_, entry) = sessions.next()?;
        Some(format!("its policy names the session `{}`, not the role that it is of", entry.text))
    }

    /// Why its policy cannot be asked about.
    pub(crate) fn unreadable(&self) -> Option<String> {
        let policy = self.policy.as_ref()?;
        if let Some(defect) = &policy.defect {
            return Some(format!("its policy is broken: {defect}"));
        }
        let odd = self.odd_resource();
        odd.map(|text| format!("its policy names a resource that is no ARN: `{text}`"))
    }

    /// That a statement which allows something names nothing that belongs to it: then its ARN, or
    /// the policy, is another's.
    pub(crate) fn elsewhere(&self) -> Option<String> {
        let statements = self.policy.iter().flat_map(|p| &p.policy.statements);
        let mut allows = statements.filter(|s| s.effect() == Some(Effect::Allow));
        let patterns = self.patterns();
        let is_own = |text: &str| {
            let meets = |p: &String| glob::intersects(p, text, Case::Sensitive);
            text.contains("${") || patterns.iter().any(meets)
        };
        let text = allows.find_map(|s| {
            let entries = &s.resource.as_ref()?.entries;
            let first = entries.first()?.text();
            (!entries.iter().any(|e| is_own(e.text()))).then_some(first)
        })?;
        Some(format!("a statement of its policy names nothing that belongs to it, but `{text}`"))
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
    fn odd_resource(&self) -> Option<String> {
        let statements = self.policy.iter().flat_map(|p| &p.policy.statements);
        let mut entries = statements.flat_map(|s| s.resource_elements()).flat_map(|e| &e.entries);
        let is_odd = |text: &str| {
            !text.starts_with("arn:") && !text.starts_with('*') && !text.starts_with("${")
        };
        entries.find(|e| is_odd(e.text())).map(|e| e.text().to_owned())
    }
}
