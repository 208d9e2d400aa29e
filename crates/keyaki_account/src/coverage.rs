//! What a snapshot holds, and which question lacks what.

use std::collections::BTreeMap;

use crate::{Guardrail, Kind, Remark, Snapshot};

/// What one of some things is called, and what several are.
pub type Noun = [&'static str; 2];

/// What a snapshot holds.
#[derive(Clone, Debug, Default)]
pub struct Coverage {
    /// How many there are of each thing, in the order in which they are shown.
    pub counts: Vec<(Noun, usize)>,
    /// How many resources of each kind there are, and how many of them have a policy.
    pub resources: BTreeMap<&'static str, (usize, usize)>,
    /// What is missing for which question.
    pub missing: Vec<Missing>,
}

/// Something that a question needs and that is not there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    /// The question: the name of an analysis or a command.
    pub question: &'static str,
    /// What is missing, and for whom.
    pub what: String,
}

/// What a snapshot holds, and what is missing for which question.
pub fn coverage(snapshot: &Snapshot) -> Coverage {
    let of_kind = |kind| snapshot.principals.values().filter(|p| p.kind == kind).count();
    let guardrails = |kind| {
        let all = snapshot.organizations.values().flat_map(|o| o.policies.values());
        all.filter(|(k, _)| *k == kind).count()
    };
    let from_catalog = snapshot.managed.values().filter(|m| m.is_from_catalog).count();
    let counts = vec![
        (["file", "files"], snapshot.files),
        (["organization", "organizations"], snapshot.organizations.len()),
        (["account", "accounts"], snapshot.accounts.len()),
        (["SCP", "SCPs"], guardrails(Guardrail::Scp)),
        (["RCP", "RCPs"], guardrails(Guardrail::Rcp)),
        (["user", "users"], of_kind(Kind::User)),
        (["group", "groups"], snapshot.groups.len()),
        (["role", "roles"], of_kind(Kind::Role)),
        (["permission set", "permission sets"], snapshot.permission_sets),
        (["managed policy", "managed policies"], snapshot.managed.len() - from_catalog),
        (
            ["managed policy from the catalogue", "managed policies from the catalogue"],
            from_catalog,
        ),
        (["resource", "resources"], snapshot.resources.len()),
        (
            ["share by ACLs, lists and grants", "shares by ACLs, lists and grants"],
            snapshot.shares.len(),
        ),
        (["workload", "workloads"], snapshot.workloads.len()),
    ];
    let mut resources: BTreeMap<&'static str, (usize, usize)> = BTreeMap::new();
    for resource in snapshot.resources.values() {
        let (all, with_policy) = resources.entry(resource.kind.name).or_default();
        *all += 1;
        *with_policy += usize::from(resource.policy.is_some());
    }
    Coverage { counts, resources, missing: missing(snapshot) }
}

fn missing(snapshot: &Snapshot) -> Vec<Missing> {
    let mut missing = Vec::new();
    let mut lacks = |question, what: String| missing.push(Missing { question, what });
    if snapshot.accounts.is_empty() {
        lacks("all", "no account was found".to_owned());
    }
    let is_target = |r: &crate::Resource| r.kind.name != crate::ResourceKind::VPC_ENDPOINT;
    if !snapshot.resources.values().any(is_target) {
        lacks(
            "external",
            "policies of resources; only trust policies of roles are asked".to_owned(),
        );
        lacks("public", "policies of resources; only trust policies of roles are asked".to_owned());
        lacks("confused-deputy", "policies of resources".to_owned());
    }
    // What buckets and keys there are, ACLs and grants are asked of.
    for (kind, by, what) in
        [("s3-bucket", "ACL", "ACLs of buckets"), ("kms-key", "grant", "grants of KMS keys")]
    {
        let has_kind = snapshot.resources.values().any(|r| r.kind.name == kind);
        if has_kind && !snapshot.lists.contains(by) {
            lacks("external", what.to_owned());
        }
    }
    if snapshot.organizations.is_empty() {
        lacks(
            "external",
            "the organization: no SCP, no RCP, and no zone of trust beyond accounts".to_owned(),
        );
    }
    for (id, account) in &snapshot.accounts {
        if !account.has_identities {
            lacks("admin", format!("users, groups and roles of {id}"));
            lacks("who-can", format!("users, groups and roles of {id}"));
            lacks("escalation", format!("users, groups and roles of {id}"));
            lacks("lock-out", format!("users, groups and roles of {id}"));
            lacks("boundary", format!("users, groups and roles of {id}"));
            lacks("abac", format!("users, groups and roles of {id}"));
            lacks("mfa", format!("users, groups and roles of {id}"));
            lacks("perimeter", format!("users, groups and roles of {id}"));
        }
        if !account.has_credential_report {
            lacks("unused", format!("the credential report of {id}: passwords and access keys"));
            lacks("credentials", format!("the credential report of {id}"));
            lacks(
                "mfa",
                format!("the credential report of {id}: who has passwords and access keys"),
            );
        }
    }
    let without = |kind: Kind, has: &dyn Fn(&crate::Principal) -> bool| {
        snapshot.principals.values().filter(|p| p.kind == kind && !has(p)).count()
    };
    let roles = without(Kind::Role, &|p| p.last_used.is_some() || p.services.is_some());
    if roles > 0 {
        let roles =
            if roles == 1 { "1 role was".to_owned() } else { format!("{roles} roles were") };
        lacks("unused", format!("when {roles} last used (`RoleLastUsed`)"));
    }
    let services = without(Kind::Role, &|p| p.services.is_some())
        + without(Kind::User, &|p| p.services.is_some());
    if services > 0 {
        let of = if services == 1 { "user or role" } else { "users and roles" };
        lacks("unused", format!("service last accessed details of {services} {of}"));
    }
    missing
}

impl Coverage {
    /// Whether anything was found.
    pub fn is_empty(&self) -> bool {
        self.counts.iter().all(|(_, n)| *n == 0)
    }
}

/// Remarks that weaken something first.
impl Snapshot {
    /// The remarks that weaken an answer, and those that do not.
    pub fn remarks_by_weight(&self) -> (Vec<&Remark>, Vec<&Remark>) {
        self.remarks.iter().partition(|r| !r.weakens.is_empty())
    }
}
