//! A policy that grants what was used and nothing else, with what shows that it does.
//!
//! Every action that was used becomes an `Allow` on the resources that it was used on. Where the
//! policies are known that the principal has, each of these is cut down to what they grant, with
//! their conditions, and their `Deny` statements come along: so the engine can prove that the new
//! policy allows nothing that they do not. Whether all that was used is allowed is decided one
//! request at a time.
//!
//! More than a few resources of one kind become one pattern ([`MOST_NAMES`]).

mod cut;
mod text;
mod verify;

use std::collections::{BTreeMap, BTreeSet};

use keyaki_account::{Principal, Stored};
use keyaki_trail::{ActionUse, PrincipalUse, Resources, is_free};

use crate::Auditor;

/// Of one action, so many resources of a kind are named one by one; more become a pattern.
const MOST_NAMES: usize = 10;

/// A policy for one user or role.
#[derive(Clone, Debug)]
pub struct Proposal {
    /// The ARN of the user or role.
    pub principal: String,
    /// The policy.
    pub policy: Stored,
    /// Its text, without white space, as IAM counts its length.
    pub text: String,
    /// What was used, each with whether the policy allows it.
    pub used: Vec<Used>,
    /// What was used and no identity policy that is known grants, as action and resource: it is
    /// not in the policy.
    pub ungranted: Vec<(String, String)>,
    /// Whether the policies that there are allow all that this one does; none where they are not
    /// known.
    pub within: Option<Within>,
}

/// An action that was used on a resource.
#[derive(Clone, Debug)]
pub struct Used {
    /// The action.
    pub action: String,
    /// The resource, as a policy names it.
    pub resource: String,
    /// Whether the policy allows it.
    pub allowed: Allowed,
}

/// Whether a use is allowed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Allowed {
    /// The plain request is.
    Always,
    /// A request under the conditions that the policies have is.
    When,
    /// It is not, and why.
    No(String),
}

/// Whether one policy allows nothing that others do not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Within {
    /// The engine proved it.
    Proved,
    /// It does; here is a request, in words.
    Refuted(String),
    /// It was not found out.
    Undecided(String),
}

impl Proposal {
    /// Whether it allows all that was used, and is proved to allow nothing that the policies
    /// before it do not.
    pub fn is_sound(&self) -> bool {
        let allowed = self.used.iter().all(|u| !matches!(u.allowed, Allowed::No(_)));
        allowed && self.within == Some(Within::Proved)
    }
}

/// What one key must be.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Condition {
    pub(crate) operator: String,
    pub(crate) key: String,
    pub(crate) values: Vec<String>,
}

/// An action with the resources that it needs.
#[derive(Clone, Debug)]
pub(crate) struct Need {
    pub(crate) action: String,
    /// As they were used.
    pub(crate) used: BTreeSet<String>,
    /// As they are granted.
    pub(crate) granted: BTreeSet<String>,
    pub(crate) conditions: Vec<Condition>,
}

/// What a statement is about, without its actions.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct About {
    pub(crate) conditions: Vec<Condition>,
    /// The resources that it is not about, where it names those.
    pub(crate) but: Option<Vec<String>>,
}

/// For each action, its resources by what else a statement says.
pub(crate) type Grants = BTreeMap<(String, About), BTreeSet<String>>;

/// A policy for what a principal used. With the principal of a snapshot, one within its policies.
pub fn proposal(
    arn: &str,
    used: &PrincipalUse,
    principal: Option<&Principal>,
    auditor: &Auditor<'_>,
) -> Proposal {
    let needs = needs(used);
    let old = principal.map(|p| auditor.snapshot.identity_of(p).0);
    let mut grants = Grants::new();
    let mut ungranted = Vec::new();
    let mut denies = Vec::new();
    match &old {
        None => needs.iter().for_each(|need| cut::whole(need, &mut grants)),
        Some(old) => {
            let old: Vec<_> = old.iter().filter(|s| s.defect.is_none()).copied().collect();
            needs.iter().for_each(|need| cut::within(need, &old, &mut grants, &mut ungranted));
            denies = cut::denies(&needs, &old);
        }
    }
    let text = text::policy(&grants, &denies);
    let policy = Stored::of_text(arn, &text);
    let verifier = verify::Verifier { arn, policy: &policy, auditor };
    let missing: BTreeSet<&(String, String)> = ungranted.iter().collect();
    let used = needs.iter().flat_map(|need| verifier.used(need, &missing)).collect();
    let within = principal.map(|p| verifier.within(p));
    Proposal { principal: arn.to_owned(), policy, text, used, ungranted, within }
}

fn needs(used: &PrincipalUse) -> Vec<Need> {
    let mut needs = Vec::new();
    let mut passed: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (action, used) in used.actions.iter().filter(|(a, _)| !is_free(a)) {
        needs.push(Need {
            action: action.clone(),
            used: used.resources.patterns().clone(),
            granted: patterns(&used.resources),
            conditions: conditions(action, used),
        });
        for (role, service) in &used.passed {
            passed.entry(service.clone()).or_default().insert(role.clone());
        }
    }
    needs.extend(passed.into_iter().map(|(service, roles)| Need {
        action: "iam:PassRole".to_owned(),
        used: roles.clone(),
        granted: roles,
        conditions: vec![equals("iam:PassedToService", vec![service])],
    }));
    needs
}

fn equals(key: &str, values: Vec<String>) -> Condition {
    Condition { operator: "StringEquals".to_owned(), key: key.to_owned(), values }
}

/// What is known of the circumstances: KMS tells which service asked it on the principal's behalf.
fn conditions(action: &str, used: &ActionUse) -> Vec<Condition> {
    let is_via = action.starts_with("kms:") && !used.via.is_empty() && !used.via.contains("");
    let values = used.via.iter().cloned().collect();
    if is_via { vec![equals("kms:ViaService", values)] } else { Vec::new() }
}

/// The resources as a statement names them: one by one, or by what they share.
fn patterns(resources: &Resources) -> BTreeSet<String> {
    let mut kinds: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for resource in resources.patterns() {
        kinds.entry(kind(resource)).or_default().push(resource);
    }
    let of_kind = |names: Vec<&str>| match names.len() {
        n if n > MOST_NAMES => vec![format!("{}*", shared(&names))],
        _ => names.into_iter().map(str::to_owned).collect(),
    };
    kinds.into_values().flat_map(of_kind).collect()
}

/// An ARN up to the first part of its resource.
fn kind(resource: &str) -> String {
    let own = resource.match_indices(':').nth(4).map_or(resource.len(), |(at, _)| at + 1);
    let rest = resource.get(own..).unwrap_or_default();
    let end = rest.find(['/', ':']).map_or(0, |at| at + 1);
    resource.get(..own + end).unwrap_or(resource).to_owned()
}

/// What all begin with.
fn shared<'t>(texts: &[&'t str]) -> &'t str {
    let Some((first, rest)) = texts.split_first() else { return "" };
    let common = |a: &str, b: &str| a.bytes().zip(b.bytes()).take_while(|(x, y)| x == y).count();
    let mut length = rest.iter().map(|t| common(first, t)).min().unwrap_or(first.len());
    let is_cut = |at: usize| {
        first.is_char_boundary(at) && !first.get(..at).unwrap_or_default().ends_with(['$', '{'])
    };
    while !is_cut(length) {
        length -= 1;
    }
    let head = first.get(..length).unwrap_or_default();
    // An escape that began and did not end.
    match head.rfind("${") {
        Some(at) if !head.get(at..).unwrap_or_default().contains('}') => {
            head.get(..at).unwrap_or_default()
        }
        Some(_) | None => head,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_resources_of_a_kind_become_one_pattern() {
        let names = |n: usize| (0..n).map(|i| format!("arn:aws:s3:::b/logs/{i}")).collect();
        let few = patterns(&Resources::Known(names(MOST_NAMES)));
        assert_eq!(few.len(), MOST_NAMES);
        let many = patterns(&Resources::Known(names(MOST_NAMES + 1)));
        assert_eq!(many.into_iter().collect::<Vec<_>>(), ["arn:aws:s3:::b/logs/*"]);
    }

    #[test]
    fn what_is_shared_ends_before_an_escape() {
        assert_eq!(shared(&["a/${*}x", "a/${?}x"]), "a/");
        assert_eq!(shared(&["a/${*}x", "a/${*}y"]), "a/${*}");
    }
}
