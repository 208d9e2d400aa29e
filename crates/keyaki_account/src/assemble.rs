//! Fragments put together.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use keyaki_catalog::Catalog;

use crate::collected::Folders;
use crate::fragment::Piece;
use crate::permission_set::PermissionSets;
use crate::resource::account_of;
use crate::{
    Account, Credentials, Format, Fragment, Guardrail, Kind, Managed, Organization, Principal,
    Remark, Resource, RootUser, Snapshot, Stored,
};

/// Puts fragments together; managed policies of AWS's that they lack are the catalogue's.
pub fn assemble(fragments: Vec<Fragment>, catalog: &Catalog) -> Snapshot {
    let mut assembly = Assembly::default();
    for fragment in fragments {
        assembly.snapshot.files += usize::from(fragment.format != Format::Unknown);
        assembly.snapshot.remarks.extend(fragment.remarks);
        let file = fragment.file;
        fragment.pieces.into_iter().for_each(|piece| assembly.add(piece, &file));
    }
    assembly.finish(catalog)
}

#[derive(Default)]
struct Assembly {
    snapshot: Snapshot,
    folders: Folders,
    /// Accounts with their pages, and whether the last page of them is there.
    pages: BTreeMap<String, (usize, bool)>,
    jobs: BTreeMap<String, String>,
    accessed: Vec<(String, Option<String>, String, Vec<crate::ServiceAccess>)>,
    credentials: Vec<(String, Option<keyaki_ir::date::Instant>, Credentials)>,
    /// Block Public Access by bucket or account: what it restricts, and whether it ignores ACLs.
    blocks: BTreeMap<String, (bool, bool)>,
    own_accounts: BTreeSet<String>,
    sets: PermissionSets,
}

impl Assembly {
    fn add(&mut self, piece: Piece, file: &Arc<str>) {
        let snapshot = &mut self.snapshot;
        match piece {
            Piece::Principal(principal) => self.principal(*principal, file),
            Piece::Group(group) => {
                let account = account_of(&group.arn).unwrap_or_default();
                snapshot.accounts.entry(account).or_default().has_identities = true;
                let known =
                    snapshot.groups.entry(group.arn.clone()).or_insert_with(|| group.clone());
                if !known.is_as(&group) {
                    self.tell_first(&group.arn, file, "access of its members");
                }
            }
            Piece::Managed(managed) => {
                let known = snapshot.managed.entry(managed.arn.clone());
                let known = known.or_insert_with(|| managed.clone());
                if !known.document.says_the_same(&managed.document) {
                    self.tell_first(&managed.arn, file, "all access through it");
                }
            }
            Piece::Page { account, truncated } => {
                let (pages, is_whole) = self.pages.entry(account).or_default();
                *pages += 1;
                *is_whole |= !truncated;
            }
            Piece::Credentials { arn, created, credentials } => {
                self.credentials.push((arn, created, *credentials));
            }
            Piece::LastAccessed { of, job, services } => {
                self.accessed.push((file.to_string(), of, job, services));
            }
            Piece::Job { job, arn } => {
                self.jobs.insert(job, arn);
            }
            Piece::Organization(organization) => {
                let id = organization.id.clone();
                let known = snapshot.organizations.entry(id).or_default();
                for id in merge(known, *organization) {
                    self.tell_first(&id, file, "SCPs and RCPs");
                }
            }
            Piece::Resource(resource) => self.resource(*resource, file),
            Piece::Aspect { folder, aspect } => {
                self.folders.entry(folder).or_default().add(*aspect)
            }
            Piece::Workload(workload) => {
                snapshot.workload_kinds.insert((workload.account.clone(), workload.kind));
                let known = snapshot.workloads.entry(workload.arn.clone());
                let known = known.or_insert_with(|| (*workload).clone());
                known.role = known.role.take().or(workload.role);
            }
            Piece::Workloads { kind, account } => {
                if let Some(account) = account {
                    snapshot.workload_kinds.insert((account, kind));
                }
            }
            Piece::PermissionSet { id, part } => self.sets.add(id, *part),
            Piece::Account(account) => {
                self.own_accounts.insert(account);
            }
            Piece::BlockPublicAccess { bucket, restricts, ignores } => {
                self.blocks.insert(bucket, (restricts, ignores));
            }
            Piece::Share(share) => snapshot.shares.push(*share),
            Piece::List(by) => {
                snapshot.lists.insert(by);
            }
        }
    }

    fn principal(&mut self, principal: Principal, file: &Arc<str>) {
        let snapshot = &mut self.snapshot;
        let account = snapshot.accounts.entry(principal.account.clone()).or_default();
        account.has_identities = true;
        let arn = principal.arn.clone();
        match snapshot.principals.entry(arn.clone()) {
            Entry::Occupied(mut known) => {
                if let Err(other) = known.get_mut().merge(principal) {
                    snapshot.other_principals.push(*other);
                    self.tell_both(&arn, file, "findings about it");
                }
            }
            Entry::Vacant(place) => {
                place.insert(principal);
            }
        }
    }

    fn resource(&mut self, resource: Resource, file: &Arc<str>) {
        let arn = resource.arn.clone();
        match self.snapshot.resources.entry(arn.clone()) {
            Entry::Occupied(mut known) => {
                if let Err(other) = known.get_mut().merge(resource) {
                    self.snapshot.other_resources.push(*other);
                    self.tell_both(&arn, file, "access to it");
                }
            }
            Entry::Vacant(place) => {
                place.insert(resource);
            }
        }
    }

    /// Says that two descriptions do not agree, and that each is looked at.
    fn tell_both(&mut self, arn: &str, file: &str, weakens: &'static str) {
        let message = format!("is described differently in {file}; each description is looked at");
        self.snapshot.remarks.push(Remark::new(arn, message, weakens));
    }

    /// Says that two descriptions do not agree, and that the first counts.
    fn tell_first(&mut self, arn: &str, file: &str, weakens: &'static str) {
        let message = format!("is described differently in {file}; its first description counts");
        self.snapshot.remarks.push(Remark::new(arn, message, weakens));
    }

    fn finish(mut self, catalog: &Catalog) -> Snapshot {
        for (folder, collected) in std::mem::take(&mut self.folders) {
            match collected.piece(&folder) {
                Ok(Some(piece)) => self.add(piece, &folder.as_str().into()),
                Ok(None) => {}
                Err(why) => {
                    let remark = Remark::new(&folder, why, "access to what the folder is about");
                    self.snapshot.remarks.push(remark);
                }
            }
        }
        std::mem::take(&mut self.sets).place(&mut self.snapshot);
        self.place_credentials();
        self.place_accessed();
        self.tell_pages();
        self.place_owners();
        let mut snapshot = self.snapshot;
        add_managed_by_aws(&mut snapshot, catalog);
        tell_missing(&mut snapshot);
        snapshot.remarks.sort();
        snapshot.remarks.dedup();
        snapshot
    }

    fn place_credentials(&mut self) {
        for (arn, created, credentials) in std::mem::take(&mut self.credentials) {
            let Some(id) = account_of(&arn) else { continue };
            let account: &mut Account = self.snapshot.accounts.entry(id.clone()).or_default();
            account.has_credential_report = true;
            if arn.ends_with(":root") {
                account.root = Some(RootUser { arn, credentials });
                continue;
            }
            match self.snapshot.principals.get_mut(&arn) {
                Some(user) => user.credentials = Some(credentials),
                None => {
                    let user = lone_user(&arn, id, created, credentials);
                    self.snapshot.principals.insert(arn, user);
                }
            }
        }
    }

    fn place_accessed(&mut self) {
        for (file, of, job, services) in std::mem::take(&mut self.accessed) {
            let of = self.jobs.get(&job).cloned().or(of);
            let principal = of.as_ref().and_then(|arn| self.snapshot.principals.get_mut(arn));
            match (principal, of) {
                (Some(principal), _) => principal.services = Some(services),
                (None, Some(arn)) => {
                    let message = format!("is about {arn}, of which nothing else is known");
                    self.snapshot.remarks.push(Remark::new(&file, message, "unused services"));
                }
                (None, None) => {
                    let message = "nothing tells whom it is about";
                    self.snapshot.remarks.push(Remark::new(&file, message, "unused services"));
                }
            }
        }
    }

    fn tell_pages(&mut self) {
        for (account, (pages, is_whole)) in &self.pages {
            if !is_whole {
                let message = format!(
                    "of its authorization details there are {pages} pages, without the last"
                );
                let weakens = "all findings about identities";
                self.snapshot.remarks.push(Remark::new(account, message, weakens));
            }
        }
    }

    /// Resources whose owner nothing tells belong to the one account that there is.
    fn place_owners(&mut self) {
        let known: BTreeSet<&String> =
            self.snapshot.accounts.keys().chain(&self.own_accounts).collect();
        let only = (known.len() == 1).then(|| known.first().map(|a| (*a).clone())).flatten();
        let snapshot = &mut self.snapshot;
        for resource in snapshot.resources.values_mut().chain(&mut snapshot.other_resources) {
            if resource.account.is_none() {
                resource.account.clone_from(&only);
            }
            let name = resource.arn.rsplit(':').next().unwrap_or_default();
            if resource.kind.name == "s3-bucket" && resource.restricts_public_buckets.is_none() {
                let block = |name: &String| self.blocks.get(name).map(|(restricts, _)| restricts);
                let of_account = resource.account.as_ref().and_then(block);
                let own = self.blocks.get(name).map(|(restricts, _)| restricts);
                resource.restricts_public_buckets = match (own, of_account) {
                    (Some(true), _) | (_, Some(true)) => Some(true),
                    (own, of_account) => own.or(of_account).copied(),
                };
            }
        }
        for share in &mut self.snapshot.shares {
            let known =
                self.snapshot.resources.get(&share.resource).and_then(|r| r.account.clone());
            share.account = share.account.take().or(known).or_else(|| only.clone());
            let name = share.resource.rsplit(':').next().unwrap_or_default();
            let ignores = |name: &str| self.blocks.get(name).is_some_and(|(_, ignores)| *ignores);
            let of_account = share.account.as_deref().is_some_and(ignores);
            share.is_ignored = share.by == "ACL" && (ignores(name) || of_account);
        }
        let by_place = |s: &crate::Share| {
            (s.resource.clone(), s.with.clone(), s.by, s.conditions.clone(), s.place.clone())
        };
        self.snapshot.shares.sort_by_cached_key(by_place);
        // Several entries for one grantee are one share.
        self.snapshot.shares.dedup_by(|later, first| {
            let is_same = (&later.resource, &later.with, later.by, &later.conditions)
                == (&first.resource, &first.with, first.by, &first.conditions);
            if is_same {
                first.permissions.append(&mut later.permissions);
                first.permissions.sort_unstable();
                first.permissions.dedup();
            }
            is_same
        });
        let owners: Vec<String> =
            self.snapshot.described_resources().filter_map(|r| r.account.clone()).collect();
        let shared: Vec<String> =
            self.snapshot.shares.iter().filter_map(|s| s.account.clone()).collect();
        for owner in owners.into_iter().chain(shared).chain(std::mem::take(&mut self.own_accounts))
        {
            self.snapshot.accounts.entry(owner).or_default();
        }
    }
}

/// Adds more of an organisation. Gives the ids of what it describes otherwise.
fn merge(known: &mut Organization, more: Organization) -> Vec<String> {
    known.id = more.id;
    known.management = more.management.or(known.management.take());
    let mut differing = Vec::new();
    for (id, node) in more.nodes {
        let first = known.nodes.entry(id.clone()).or_insert_with(|| node.clone());
        if (&first.parent, &first.policies) != (&node.parent, &node.policies) {
            differing.push(id);
        }
    }
    for (id, (kind, document)) in more.policies {
        let first = known.policies.entry(id.clone()).or_insert_with(|| (kind, document.clone()));
        if first.0 != kind || !first.1.says_the_same(&document) {
            differing.push(id);
        }
    }
    differing
}

/// A user of whom only the credential report tells.
fn lone_user(
    arn: &str,
    account: String,
    created: Option<keyaki_ir::date::Instant>,
    credentials: Credentials,
) -> Principal {
    Principal {
        arn: arn.to_owned(),
        kind: Kind::User,
        account,
        id: None,
        created,
        inline: Vec::new(),
        attached: Vec::new(),
        groups: Vec::new(),
        boundary: None,
        trust: None,
        instance_profiles: Vec::new(),
        tags: Vec::new(),
        tells_tags: false,
        last_used: None,
        credentials: Some(credentials),
        services: None,
    }
}

fn add_managed_by_aws(snapshot: &mut Snapshot, catalog: &Catalog) {
    let of_principals =
        snapshot.described_principals().flat_map(|p| p.attached.iter().chain(&p.boundary));
    let of_groups = snapshot.groups.values().flat_map(|g| &g.attached);
    let named: BTreeSet<String> =
        of_principals.chain(of_groups).cloned().chain(asked_boundaries(snapshot)).collect();
    let lacking: Vec<String> =
        named.into_iter().filter(|arn| !snapshot.managed.contains_key(arn)).collect();
    for arn in lacking {
        let found = arn.contains(":iam::aws:").then(|| catalog.managed_policy(&arn)).flatten();
        let Some(found) = found else { continue };
        let document = Arc::new(Stored::of_text(&arn, found.document));
        let managed = Managed { arn: arn.clone(), document, is_from_catalog: true };
        snapshot.managed.insert(arn, managed);
    }
}

/// The policies that identity policies ask for as boundaries.
fn asked_boundaries(snapshot: &Snapshot) -> BTreeSet<String> {
    let inline = snapshot.described_principals().flat_map(|p| &p.inline);
    let of_groups = snapshot.groups.values().flat_map(|g| &g.inline);
    let managed = snapshot.managed.values().map(|m| &m.document);
    let documents = inline.chain(of_groups).chain(managed);
    let entries = documents
        .flat_map(|d| &d.policy.statements)
        .flat_map(|s| s.condition_entries())
        .filter(|(_, entry)| entry.is("iam:PermissionsBoundary"));
    let values = entries.flat_map(|(_, entry)| &entry.values).map(|v| v.text().to_owned());
    values.filter(|text| text.contains(":iam::aws:")).collect()
}

/// Says which policies are missing, and what that weakens.
fn tell_missing(snapshot: &mut Snapshot) {
    let mut users: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for principal in snapshot.described_principals() {
        let (_, missing) = snapshot.identity_of(principal);
        let boundary = principal.boundary.iter().filter(|b| !snapshot.managed.contains_key(*b));
        for name in missing.into_iter().chain(boundary.cloned()) {
            users.entry(name).or_default().push(&principal.arn);
        }
    }
    let mut remarks: Vec<Remark> = Vec::new();
    for (name, users) in users {
        let more =
            if users.len() > 1 { format!(" and {} more", users.len() - 1) } else { String::new() };
        let first = users.first().copied().unwrap_or_default();
        let message = format!("is missing; {first}{more} may have more or less access than shown");
        remarks.push(Remark::new(&name, message, "admin, who-can and what-can"));
    }
    for organization in snapshot.organizations.values() {
        for account in organization.accounts() {
            for kind in [Guardrail::Scp, Guardrail::Rcp] {
                let Some(levels) = organization.levels(account, kind) else { continue };
                for lacking in levels.into_iter().flat_map(|(_, _, lacking)| lacking) {
                    let message = "is missing or broken; it is taken to refuse nothing";
                    remarks.push(Remark::new(
                        &lacking,
                        message,
                        "everything that guardrails refuse",
                    ));
                }
            }
        }
    }
    let documents = stored(snapshot);
    let broken = documents.iter().filter_map(|d| {
        let defect = d.defect.as_ref()?;
        let message = format!("the policy `{}` is left out: {defect}", d.name);
        Some(Remark::new(&d.place(), message, "all access through it"))
    });
    remarks.extend(broken);
    snapshot.remarks.extend(remarks);
}

/// All documents.
fn stored(snapshot: &Snapshot) -> Vec<&Arc<Stored>> {
    let principals = snapshot.described_principals().flat_map(|p| p.inline.iter().chain(&p.trust));
    let groups = snapshot.groups.values().flat_map(|g| &g.inline);
    let managed = snapshot.managed.values().map(|m| &m.document);
    let resources = snapshot.described_resources().flat_map(|r| &r.policy);
    let guardrails =
        snapshot.organizations.values().flat_map(|o| o.policies.values().map(|(_, d)| d));
    principals.chain(groups).chain(managed).chain(resources).chain(guardrails).collect()
}
