//! Permission sets of IAM Identity Center: answers of `aws sso-admin`, and iam-collect's `sso`.
//!
//! Most answers do not tell which set they are about; a folder or the file is named after it, by
//! its ARN or by its id `ps-…`. In each account that a set is assigned to, it is a role
//! `AWSReservedSSO_NAME_…`. Where the snapshot holds these roles, their own policies count;
//! of accounts of which nothing was read, the roles are made from the sets.

use std::collections::BTreeMap;
use std::sync::Arc;

use keyaki_ir::arn::is_account_id;
use keyaki_syntax::{NodeKind, Tree, Value};

use crate::fragment::{Fragment, Piece};
use crate::place::PathParts;
use crate::{Format, Kind, Principal, Remark, Snapshot, Stored, json};

/// What one answer tells of a permission set.
#[derive(Clone, Debug)]
pub(crate) enum Part {
    /// Its name, and the partition of its ARN.
    Name(String, String),
    /// That nothing is left out: what no other part tells, it does not have.
    Whole,
    /// None where it has none.
    Inline(Option<Arc<Stored>>),
    /// ARNs of AWS's managed policies.
    Managed(Vec<String>),
    /// Paths and names of managed policies of each account.
    Own(Vec<String>),
    Boundary(PolicyName),
    Accounts(Vec<String>),
}

/// A managed policy: of AWS's by its ARN, or of each account by path and name.
#[derive(Clone, Debug)]
pub(crate) enum PolicyName {
    ByAws(String),
    Own(String),
}

/// All that is known of one permission set.
#[derive(Clone, Debug, Default)]
struct PermissionSet {
    name: Option<(String, String)>,
    inline: Vec<Arc<Stored>>,
    managed: Vec<String>,
    own: Vec<String>,
    boundary: Option<PolicyName>,
    accounts: Vec<String>,
    /// Whether its policies were told: the inline one, those of AWS's, those of the accounts.
    told: [bool; 3],
}

/// What the policies of [`PermissionSet::told`] are called by.
const POLICIES: [&str; 3] = [
    "get-inline-policy-for-permission-set",
    "list-managed-policies-in-permission-set",
    "list-customer-managed-policy-references-in-permission-set",
];

/// Permission sets by their ids.
#[derive(Clone, Debug, Default)]
pub(crate) struct PermissionSets(BTreeMap<String, PermissionSet>);

/// An answer about a permission set, or about all.
pub(crate) fn read(file: &Arc<str>, tree: &Arc<Tree>, root: Value<'_>) -> Option<Fragment> {
    let mut fragment = Fragment::new(file, Format::PermissionSets);
    if json::has_more(root) {
        fragment.remark("is one page of several", "access by permission sets");
    }
    // A list of sets names them, and `describe-permission-set` tells the rest.
    if root.get("PermissionSets").is_some() {
        return Some(fragment);
    }
    if let Some(list) = root.get("AccountAssignments") {
        for entry in list.elements() {
            let set = json::text(entry, "PermissionSetArn").and_then(id_in);
            let account = json::text(entry, "AccountId").filter(|a| is_account_id(a));
            match (set, account) {
                (Some(id), Some(account)) => {
                    fragment.add(id, Part::Accounts(vec![account.to_owned()]));
                }
                _ => fragment.remark(
                    "an assignment without permission set or account",
                    "access by permission sets",
                ),
            }
        }
        return Some(fragment);
    }
    let told = root.get("PermissionSet").and_then(|s| json::text(s, "PermissionSetArn"));
    let parts = parts(file, tree, root)?;
    match told.and_then(id_in).or_else(|| id_of_path(file)) {
        Some(id) => parts.into_iter().for_each(|part| fragment.add(id.clone(), part)),
        None => fragment.remark(
            "is about a permission set, and nothing tells which: name the file or its folder after its ARN",
            "access by permission sets",
        ),
    }
    Some(fragment)
}

impl Fragment {
    fn add(&mut self, id: String, part: Part) {
        self.pieces.push(Piece::PermissionSet { id, part: Box::new(part) });
    }
}

/// What an answer tells; none where it is not about permission sets.
fn parts(file: &Arc<str>, tree: &Arc<Tree>, root: Value<'_>) -> Option<Vec<Part>> {
    let stored = |value: Value<'_>| {
        let policy = Stored::of("permission set", file, tree, value)?;
        Some(Part::Inline(Some(Arc::new(policy))))
    };
    if let Some(set) = root.get("PermissionSet") {
        let name = json::text(set, "Name")?.to_owned();
        let arn = json::text(set, "PermissionSetArn").unwrap_or_default();
        return Some(vec![Part::Name(name, partition(arn))]);
    }
    if let Some(value) = root.get("InlinePolicy") {
        let is_empty = value.as_str().is_some_and(|text| text.trim().is_empty());
        let none = || Some(Part::Inline(None));
        return Some(if is_empty { none() } else { stored(value) }.into_iter().collect());
    }
    if let Some(boundary) = root.get("PermissionsBoundary") {
        return Some(boundary_of(boundary).into_iter().collect());
    }
    if let Some(list) = root.get("CustomerManagedPolicyReferences") {
        return Some(vec![Part::Own(own(list))]);
    }
    if let Some(list) = root.get("AttachedManagedPolicies") {
        return Some(vec![Part::Managed(arns(list))]);
    }
    if let Some(list) = root.get("AccountIds") {
        return Some(vec![Part::Accounts(json::texts(list))]);
    }
    collected(file, root, &stored)
}

/// A file of iam-collect's tree: `sso/permissionset/ID/ASPECT.json`.
fn collected(
    file: &Arc<str>,
    root: Value<'_>,
    stored: &impl Fn(Value<'_>) -> Option<Part>,
) -> Option<Vec<Part>> {
    let path = PathParts::of(file);
    let is_set = path.folders.windows(2).any(|f| f == ["sso", "permissionset"]);
    is_set.then_some(())?;
    let aspect: String = path.stem.chars().filter(char::is_ascii_alphabetic).collect();
    let arn = || PathParts::of(file).folders.last().map(|f| partition(f)).unwrap_or_default();
    Some(match aspect.to_ascii_lowercase().as_str() {
        "metadata" => {
            let name = json::text(root, "name").map(str::to_owned);
            let name = name.map(|name| Part::Name(name, arn()));
            [Part::Whole].into_iter().chain(name).collect()
        }
        "awsmanagedpolicies" => vec![Part::Managed(arns(root))],
        "customermanagedpolicies" => vec![Part::Own(own(root))],
        "inlinepolicy" if root.kind() == NodeKind::Object => stored(root).into_iter().collect(),
        "permissionboundary" => boundary_of(root).into_iter().collect(),
        "accounts" => vec![Part::Accounts(json::texts(root))],
        _ => Vec::new(),
    })
}

fn arns(list: Value<'_>) -> Vec<String> {
    list.elements().filter_map(|p| json::text(p, "Arn")).map(str::to_owned).collect()
}

/// Path and name of policies of each account.
fn own(list: Value<'_>) -> Vec<String> {
    list.elements().filter_map(reference).collect()
}

fn reference(value: Value<'_>) -> Option<String> {
    let path = json::text(value, "Path").unwrap_or("/");
    Some(format!("{path}{}", json::text(value, "Name")?))
}

fn boundary_of(value: Value<'_>) -> Option<Part> {
    let by_aws = json::text(value, "ManagedPolicyArn").map(str::to_owned);
    let own = value.get("CustomerManagedPolicyReference").and_then(reference);
    by_aws.map(PolicyName::ByAws).or(own.map(PolicyName::Own)).map(Part::Boundary)
}

fn partition(arn: &str) -> String {
    let name = arn.strip_prefix("arn:").and_then(|rest| rest.split(':').next());
    name.filter(|p| p.starts_with("aws")).unwrap_or("aws").to_owned()
}

/// The id of a permission set in its ARN, or alone.
fn id_in(text: &str) -> Option<String> {
    let start = text.rfind("ps-")?;
    let id: String =
        text.get(start..)?.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
    (id.len() > 3).then(|| id.to_ascii_lowercase())
}

/// The id that the innermost part of a path has which has one.
fn id_of_path(file: &str) -> Option<String> {
    let parts = PathParts::of(file);
    let folders = parts.folders.iter().rev().map(|f| (*f).to_owned());
    let names = std::iter::once(parts.name()).chain(folders);
    names.map(|n| keyaki_ir::percent::decoded(&n)).find_map(|n| {
        let own = n.rsplit('/').next().unwrap_or_default().to_owned();
        own.starts_with("ps-").then(|| id_in(&own)).flatten()
    })
}

impl PermissionSets {
    pub(crate) fn add(&mut self, id: String, part: Part) {
        let set = self.0.entry(id).or_default();
        match part {
            Part::Name(name, partition) => set.name = Some((name, partition)),
            Part::Whole => set.told = [true; 3],
            Part::Inline(policy) => {
                set.inline = policy.into_iter().collect();
                set.told[0] = true;
            }
            Part::Managed(arns) => {
                set.managed.extend(arns);
                set.told[1] = true;
            }
            Part::Own(names) => {
                set.own.extend(names);
                set.told[2] = true;
            }
            Part::Boundary(boundary) => set.boundary = Some(boundary),
            Part::Accounts(accounts) => set.accounts.extend(accounts),
        }
    }

    /// Adds the roles of the sets to accounts of which nothing was read.
    pub(crate) fn place(self, snapshot: &mut Snapshot) {
        for (id, mut set) in self.0 {
            set.accounts.sort_unstable();
            set.accounts.dedup();
            let Some((name, partition)) = set.name.clone() else {
                let message = "nothing tells the name of the permission set";
                snapshot.remarks.push(Remark::new(&id, message, "access by permission sets"));
                continue;
            };
            snapshot.permission_sets += 1;
            if set.accounts.is_empty() {
                let message = format!("nothing tells to which accounts `{name}` is assigned");
                snapshot.remarks.push(Remark::new(&id, message, "access by permission sets"));
            }
            let lacking = POLICIES.iter().zip(set.told).filter(|(_, is_told)| !is_told);
            let lacking: Vec<&str> = lacking.map(|(command, _)| *command).collect();
            if !lacking.is_empty() {
                let message = format!(
                    "of the permission set `{name}` the snapshot lacks {}",
                    lacking.join(", ")
                );
                snapshot.remarks.push(Remark::new(&id, message, "access by permission sets"));
            }
            for account in &set.accounts {
                set.place_in(account, &name, &partition, snapshot);
            }
        }
    }
}

impl PermissionSet {
    fn place_in(&self, account: &str, name: &str, partition: &str, snapshot: &mut Snapshot) {
        let head = format!("/AWSReservedSSO_{name}_");
        let has_role =
            snapshot.principals.values().any(|p| p.account == account && p.arn.contains(&head));
        if has_role {
            return;
        }
        let is_read = snapshot.accounts.get(account).is_some_and(|a| a.has_identities);
        let role = self.role(account, name, partition);
        let (message, weakens) = match is_read {
            true => (
                format!(
                    "the permission set `{name}` is assigned to {account}, which has no role of it"
                ),
                "access by permission sets",
            ),
            false => (
                format!(
                    "is made from the permission set `{name}`; the end of its name and its trust policy are not known"
                ),
                "",
            ),
        };
        snapshot.remarks.push(Remark::new(&role.arn, message, weakens));
        if !is_read {
            snapshot.accounts.entry(account.to_owned()).or_default();
            snapshot.principals.insert(role.arn.clone(), role);
        }
    }

    /// The role that a set is in an account.
    /// Source: <https://docs.aws.amazon.com/singlesignon/latest/userguide/referencingpermissionsets.html>.
    fn role(&self, account: &str, name: &str, partition: &str) -> Principal {
        let head = format!("arn:{partition}:iam::{account}");
        let own = |policy: &String| format!("{head}:policy{policy}");
        let boundary = self.boundary.as_ref().map(|boundary| match boundary {
            PolicyName::ByAws(arn) => arn.clone(),
            PolicyName::Own(policy) => own(policy),
        });
        Principal {
            arn: format!(
                "{head}:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_{name}_0000000000000000"
            ),
            kind: Kind::Role,
            account: account.to_owned(),
            id: None,
            created: None,
            inline: self.inline.clone(),
            attached: self.managed.iter().cloned().chain(self.own.iter().map(own)).collect(),
            groups: Vec::new(),
            boundary,
            trust: None,
            instance_profiles: Vec::new(),
            tags: Vec::new(),
            tells_tags: false,
            last_used: None,
            credentials: None,
            services: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_id_of_a_set_is_told_by_its_arn_and_by_names_of_files() {
        let arn = "arn:aws:sso:::permissionSet/ssoins-0123456789abcdef/ps-fedcba9876543210";
        assert_eq!(id_in(arn).as_deref(), Some("ps-fedcba9876543210"));
        let folder = "sso/arn%3Aaws%3Asso%3A%3A%3ApermissionSet%2Fssoins-01%2Fps-02/inline.json";
        assert_eq!(id_of_path(folder).as_deref(), Some("ps-02"));
        assert_eq!(id_of_path("permission-sets/ps-03/x.json").as_deref(), Some("ps-03"));
        assert_eq!(id_of_path("maps-of/x.json"), None);
    }
}
