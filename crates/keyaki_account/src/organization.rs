//! Organisations: what stands where, and which guardrails are attached there.
//!
//! One file holds AWS's answers put together: `Organization`, `Roots`, `OrganizationalUnits`,
//! `Accounts` and `Policies`, where roots, units and accounts have a `ParentId` and the ids of
//! the `Policies` that are attached to them. The layout stands in `docs/snapshots.md`.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use keyaki_ir::arn::is_account_id;
use keyaki_syntax::{Tree, Value};

use crate::fragment::{Fragment, Piece};
use crate::{Format, Stored, json};

/// What guards an organisation's accounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Guardrail {
    /// A service control policy.
    Scp,
    /// A resource control policy.
    Rcp,
}

impl Guardrail {
    /// The word in messages and outputs.
    pub fn name(self) -> &'static str {
        match self {
            Guardrail::Scp => "SCP",
            Guardrail::Rcp => "RCP",
        }
    }
}

/// An organisation.
#[derive(Clone, Debug, Default)]
pub struct Organization {
    /// Its id.
    pub id: String,
    /// The management account, which no guardrail reaches.
    pub management: Option<String>,
    /// Roots, units and accounts by id.
    pub nodes: BTreeMap<String, Node>,
    /// The documents of guardrails by id, each with what it is.
    pub policies: BTreeMap<String, (Guardrail, Arc<Stored>)>,
}

/// A root, a unit or an account.
#[derive(Clone, Debug, Default)]
pub struct Node {
    /// Its name.
    pub name: String,
    /// The node above it; none for a root.
    pub parent: Option<String>,
    /// The ids of the guardrails that are attached to it; none where nothing tells.
    pub policies: Option<Vec<String>>,
}

/// A level of guardrails: the node, their documents, and the ids without one.
type Level = (String, Vec<Arc<Stored>>, Vec<String>);

impl Organization {
    /// Whether an account is part of it.
    pub fn has_account(&self, account: &str) -> bool {
        self.management.as_deref() == Some(account) || self.nodes.contains_key(account)
    }

    /// The accounts that are known of it.
    pub fn accounts(&self) -> impl Iterator<Item = &str> {
        let known = self.nodes.keys().map(String::as_str).filter(|id| is_account_id(id));
        let management = self.management.as_deref().filter(|m| !self.nodes.contains_key(*m));
        known.chain(management)
    }

    /// The guardrails of an account by level, the root first: for each node its documents, and the
    /// ids of those that the snapshot lacks or that are broken, which are taken to refuse nothing.
    /// None for the management account, and for accounts that are not known.
    pub fn levels(&self, account: &str, kind: Guardrail) -> Option<Vec<Level>> {
        if self.management.as_deref() == Some(account) {
            return None;
        }
        let mut levels = Vec::new();
        let mut at = Some(account.to_owned());
        // A unit can stand five levels deep; a circle must end, too.
        for _ in 0..16 {
            let Some(id) = at.take() else { break };
            let Some(node) = self.nodes.get(&id) else {
                at = Some(id);
                break;
            };
            levels.push(self.level(&id, node, kind));
            at.clone_from(&node.parent);
            if node.parent.is_none() && !id.starts_with("r-") {
                at = Some(format!("what {id} stands below"));
            }
        }
        if levels.is_empty() {
            return None;
        }
        if let Some(above) = at {
            levels.push(unknown(above, kind));
        }
        levels.reverse();
        Some(levels)
    }

    fn level(&self, id: &str, node: &Node, kind: Guardrail) -> Level {
        let (mut documents, mut missing) = (Vec::new(), Vec::new());
        let Some(ids) = &node.policies else { return unknown(id.to_owned(), kind) };
        // AWS attaches `RCPFullAWSAccess` everywhere, and nobody can detach it.
        if kind == Guardrail::Rcp {
            documents.push(everything(kind));
        }
        for policy in ids {
            match self.policies.get(policy) {
                Some((of, _)) if *of != kind => {}
                Some((_, document)) if document.defect.is_some() => missing.push(policy.clone()),
                Some((_, document)) => documents.push(document.clone()),
                None if policy == "p-FullAWSAccess" && kind == Guardrail::Scp => {
                    documents.push(everything(kind));
                }
                None if policy.ends_with("FullAWSAccess") => {}
                None => missing.push(policy.clone()),
            }
        }
        // What one SCP of a level allows, the others need not; the one that lacks may allow all.
        if kind == Guardrail::Scp && !missing.is_empty() {
            documents.push(everything(kind));
        }
        (id.to_owned(), documents, missing)
    }
}

/// A level of which it is not known what is attached.
fn unknown(id: String, kind: Guardrail) -> Level {
    let missing = format!("{} attached to {id}", kind.name());
    (id, vec![everything(kind)], vec![missing])
}

/// The document of `FullAWSAccess` or `RCPFullAWSAccess`.
fn everything(kind: Guardrail) -> Arc<Stored> {
    static TEXTS: OnceLock<[Arc<Stored>; 2]> = OnceLock::new();
    let [scp, rcp] = TEXTS.get_or_init(|| {
        let everybody = [("p-FullAWSAccess", ""), ("p-RCPFullAWSAccess", r#""Principal": "*", "#)];
        everybody.map(|(name, principal)| {
            let rest = r#""Action": "*", "Resource": "*"}]}"#;
            let head = r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "#;
            Arc::new(Stored::of_text(name, &format!("{head}{principal}{rest}")))
        })
    });
    match kind {
        Guardrail::Scp => scp.clone(),
        Guardrail::Rcp => rcp.clone(),
    }
}

/// Whether an object describes an organisation.
pub(crate) fn is_one(root: Value<'_>) -> bool {
    let id = root.get("Organization").and_then(|o| json::text(o, "Id"));
    id.is_some_and(|id| id.starts_with("o-"))
}

pub(crate) fn read(file: &Arc<str>, tree: &Arc<Tree>, root: Value<'_>) -> Fragment {
    let mut fragment = Fragment::new(file, Format::Organization);
    let Some(about) = root.get("Organization") else { return fragment };
    let management = json::text(about, "MasterAccountId")
        .or_else(|| json::text(about, "ManagementAccountId"))
        .map(str::to_owned);
    let id = json::text(about, "Id").unwrap_or_default().to_owned();
    let mut organization = Organization { id, management, ..Organization::default() };
    if json::has_more(root) {
        fragment.remark("is one page of several", "SCPs and RCPs");
    }
    for list in ["Roots", "OrganizationalUnits", "Accounts"] {
        for entry in json::list(root, list) {
            match json::text(entry, "Id") {
                Some(id) => {
                    organization.nodes.insert(id.to_owned(), node(entry));
                }
                None => fragment.remark(format!("an entry of {list} has no `Id`"), "SCPs and RCPs"),
            }
        }
    }
    for entry in json::list(root, "Policies") {
        if let Err(message) = add_policy(&mut organization, file, tree, entry) {
            fragment.remark(message, "SCPs and RCPs");
        }
    }
    fragment.pieces.push(Piece::Organization(Box::new(organization)));
    fragment
}

fn node(entry: Value<'_>) -> Node {
    Node {
        name: json::text(entry, "Name").unwrap_or_default().to_owned(),
        parent: json::text(entry, "ParentId").map(str::to_owned),
        policies: entry.get("Policies").map(json::texts),
    }
}

fn add_policy(
    organization: &mut Organization,
    file: &Arc<str>,
    tree: &Arc<Tree>,
    entry: Value<'_>,
) -> Result<(), String> {
    let summary = entry.get("PolicySummary").unwrap_or(entry);
    let id = json::text(summary, "Id").ok_or("an entry of Policies has no `Id`")?;
    let kind = match json::text(summary, "Type") {
        Some("SERVICE_CONTROL_POLICY") => Guardrail::Scp,
        Some("RESOURCE_CONTROL_POLICY") => Guardrail::Rcp,
        Some(other) => return Err(format!("policies of type {other} are not looked at: {id}")),
        None => return Err(format!("the policy {id} has no `Type`")),
    };
    let content = entry.get("Content").ok_or(format!("the policy {id} has no `Content`"))?;
    let stored = Stored::of(id, file, tree, content).ok_or(format!("{id} is no policy"))?;
    organization.policies.insert(id.to_owned(), (kind, Arc::new(stored)));
    Ok(())
}
