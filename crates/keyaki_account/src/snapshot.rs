//! The snapshot: plain data, each policy with the place that it came from.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use keyaki_ir::date::Instant;

use crate::{Organization, ResourceKind, Share, Stored, Workload};

/// Accounts, perhaps of an organisation, as some files describe them.
#[derive(Clone, Debug, Default)]
pub struct Snapshot {
    /// Organisations by id; usually one or none.
    pub organizations: BTreeMap<String, Organization>,
    /// Accounts by id.
    pub accounts: BTreeMap<String, Account>,
    /// Users and roles by ARN.
    pub principals: BTreeMap<String, Principal>,
    /// Groups by ARN.
    pub groups: BTreeMap<String, Group>,
    /// Managed policies by ARN, those of the account and those of AWS.
    pub managed: BTreeMap<String, Managed>,
    /// Resources that can have a policy, by ARN; roles are not among them.
    pub resources: BTreeMap<String, Resource>,
    /// Access that lists give rather than policies.
    pub shares: Vec<Share>,
    /// The kinds of lists that were read, even if they share nothing: `ACL`, `share`, `grant`.
    pub lists: BTreeSet<&'static str>,
    /// What runs with a role, by ARN.
    pub workloads: BTreeMap<String, Workload>,
    /// The kinds of workloads that were read, by account.
    pub workload_kinds: BTreeSet<(String, &'static str)>,
    /// How many permission sets were read.
    pub permission_sets: usize,
    /// Users and roles that are also described in another way, each with the other description.
    pub other_principals: Vec<Principal>,
    /// Resources that are also described in another way, each with the other description.
    pub other_resources: Vec<Resource>,
    /// What was not understood or is missing.
    pub remarks: Vec<Remark>,
    /// How many files gave something.
    pub files: usize,
}

/// What is known of an account as a whole.
#[derive(Clone, Debug, Default)]
pub struct Account {
    /// Whether its users, groups and roles were read.
    pub has_identities: bool,
    /// Whether its credential report was read.
    pub has_credential_report: bool,
    /// The root user, where a credential report tells of it.
    pub root: Option<RootUser>,
}

/// The root user of an account.
#[derive(Clone, Debug)]
pub struct RootUser {
    /// Its ARN.
    pub arn: String,
    /// Its password and access keys.
    pub credentials: Credentials,
}

/// A user or a role.
#[derive(Clone, Debug)]
pub struct Principal {
    /// Its ARN.
    pub arn: String,
    /// Which of both.
    pub kind: Kind,
    /// The account.
    pub account: String,
    /// Its unique id, `AIDA…` or `AROA…`, where the snapshot tells it.
    pub id: Option<String>,
    /// When it was made.
    pub created: Option<Instant>,
    /// Inline policies.
    pub inline: Vec<Arc<Stored>>,
    /// ARNs of managed policies.
    pub attached: Vec<String>,
    /// Names or ARNs of groups.
    pub groups: Vec<String>,
    /// ARN of the managed policy that is the permissions boundary.
    pub boundary: Option<String>,
    /// The trust policy of a role.
    pub trust: Option<Arc<Stored>>,
    /// Names of the instance profiles of a role.
    pub instance_profiles: Vec<String>,
    /// Tags.
    pub tags: Vec<(String, String)>,
    /// Whether these are known to be all of its tags.
    pub tells_tags: bool,
    /// When a role was last used: none where nothing tells, else perhaps never in the tracking
    /// period.
    pub last_used: Option<Option<Instant>>,
    /// Password and access keys of a user.
    pub credentials: Option<Credentials>,
    /// When services were last used.
    pub services: Option<Vec<ServiceAccess>>,
}

/// Users and roles.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// An IAM user.
    User,
    /// An IAM role.
    Role,
}

impl Kind {
    /// The word in messages and outputs.
    pub fn name(self) -> &'static str {
        match self {
            Kind::User => "user",
            Kind::Role => "role",
        }
    }
}

/// A group of users.
#[derive(Clone, Debug)]
pub struct Group {
    /// Its ARN.
    pub arn: String,
    /// Inline policies.
    pub inline: Vec<Arc<Stored>>,
    /// ARNs of managed policies.
    pub attached: Vec<String>,
}

/// A managed policy.
#[derive(Clone, Debug)]
pub struct Managed {
    /// Its ARN.
    pub arn: String,
    /// The document of the default version.
    pub document: Arc<Stored>,
    /// Whether the document is the catalogue's, for want of one in the snapshot.
    pub is_from_catalog: bool,
}

/// A resource that can have a policy.
#[derive(Clone, Debug)]
pub struct Resource {
    /// Its ARN.
    pub arn: String,
    /// What it is.
    pub kind: &'static ResourceKind,
    /// The account that owns it, where that is known.
    pub account: Option<String>,
    /// Its policy, if it has one.
    pub policy: Option<Arc<Stored>>,
    /// Whether S3 Block Public Access restricts public policies; none where nothing tells.
    pub restricts_public_buckets: Option<bool>,
    /// The service that a VPC endpoint leads to, where that is known.
    pub leads_to: Option<String>,
}

/// Password and access keys, from a credential report.
#[derive(Clone, Debug, Default)]
pub struct Credentials {
    /// Whether there is a password; none where it is not told.
    pub has_password: Option<bool>,
    /// When the password was last used.
    pub password_used: Option<Instant>,
    /// When the password was last changed.
    pub password_changed: Option<Instant>,
    /// Whether there is a second factor.
    pub has_mfa: Option<bool>,
    /// The access keys that there are.
    pub keys: Vec<AccessKey>,
    /// The file of the report.
    pub file: Arc<str>,
}

/// An access key.
#[derive(Clone, Debug)]
pub struct AccessKey {
    /// 1 or 2.
    pub number: u8,
    /// Whether it is active.
    pub is_active: bool,
    /// When it was made.
    pub rotated: Option<Instant>,
    /// When it was last used.
    pub used: Option<Instant>,
}

/// When a service was last used.
#[derive(Clone, Debug)]
pub struct ServiceAccess {
    /// The service's prefix in actions.
    pub namespace: String,
    /// When; none for never in the tracking period.
    pub last: Option<Instant>,
    /// The actions that are tracked, each with when it was last used.
    pub actions: Vec<(String, Option<Instant>)>,
}

/// Something that was not understood, or that is missing.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Remark {
    /// The file, or what it is about.
    pub about: String,
    /// What.
    pub message: String,
    /// What that weakens; empty where it weakens nothing.
    pub weakens: &'static str,
}

impl Remark {
    /// A remark.
    pub fn new(about: &str, message: impl Into<String>, weakens: &'static str) -> Remark {
        Remark { about: about.to_owned(), message: message.into(), weakens }
    }
}

impl Snapshot {
    /// The documents of a principal's identity policies, groups' included, and the ARNs and names
    /// that nothing in the snapshot tells about.
    pub fn identity_of<'s>(
        &'s self,
        principal: &'s Principal,
    ) -> (Vec<&'s Arc<Stored>>, Vec<String>) {
        let mut found: Vec<&Arc<Stored>> = principal.inline.iter().collect();
        let mut missing = Vec::new();
        self.managed_into(&principal.attached, &mut found, &mut missing);
        for name in &principal.groups {
            match self.group_of(name, principal) {
                Some(group) => {
                    found.extend(&group.inline);
                    self.managed_into(&group.attached, &mut found, &mut missing);
                }
                None => missing.push(format!("group {name}")),
            }
        }
        (found, missing)
    }

    fn managed_into<'s>(
        &'s self,
        arns: &[String],
        found: &mut Vec<&'s Arc<Stored>>,
        missing: &mut Vec<String>,
    ) {
        for arn in arns {
            match self.managed.get(arn) {
                Some(managed) => found.push(&managed.document),
                None => missing.push(arn.clone()),
            }
        }
    }

    /// Users and roles, each as often as it is described in different ways.
    pub fn described_principals(&self) -> impl Iterator<Item = &Principal> {
        self.principals.values().chain(&self.other_principals)
    }

    /// Resources, each as often as it is described in different ways.
    pub fn described_resources(&self) -> impl Iterator<Item = &Resource> {
        self.resources.values().chain(&self.other_resources)
    }

    /// A group by name or ARN, in the account of one of its members.
    pub fn group_of(&self, name: &str, member: &Principal) -> Option<&Group> {
        if name.starts_with("arn:") {
            return self.groups.get(name);
        }
        let of_account = |g: &&Group| {
            let arn = keyaki_ir::Arn::plain(&g.arn);
            let account = arn.map(|a| a.get(&g.arn, keyaki_ir::arn::Segment::Account).to_owned());
            account.as_deref() == Some(&*member.account)
        };
        let partition = member.arn.split(':').nth(1).unwrap_or("aws");
        let plain = format!("arn:{partition}:iam::{}:group/{name}", member.account);
        let named = |g: &&Group| g.arn.rsplit('/').next() == Some(name);
        self.groups.get(&plain).or_else(|| self.groups.values().filter(named).find(of_account))
    }

    /// The organisation that an account belongs to.
    pub fn organization_of(&self, account: &str) -> Option<&Organization> {
        self.organizations.values().find(|o| o.has_account(account))
    }
}
