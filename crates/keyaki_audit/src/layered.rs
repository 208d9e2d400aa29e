//! Policies by layer, each statement with the place in the snapshot that it came from.

use std::sync::{Arc, OnceLock};

use keyaki_account::{Guardrail, Principal, Snapshot, Stored};
use keyaki_eval::{BlockPublicAccess, Document, Layer, Policies, StatementRef};
use keyaki_ir::glob::{self, Case};
use keyaki_ir::{ActionPattern, Element, Policy, Statement};

use crate::finding::Shown;
use crate::target::Target;

/// Documents of the snapshot as the layers of a decision.
#[derive(Clone, Debug, Default)]
pub struct Layered {
    /// The layers.
    pub policies: Policies,
    identity: Vec<Arc<Stored>>,
    boundary: Vec<Arc<Stored>>,
    resource: Vec<Arc<Stored>>,
    endpoint: Vec<Arc<Stored>>,
    scp: Vec<(String, Vec<Arc<Stored>>)>,
    rcp: Vec<(String, Vec<Arc<Stored>>)>,
    /// The one action that is asked about, if there is only one.
    only: Option<String>,
}

/// What a principal's own account may allow it, of which the snapshot knows nothing: everything.
pub fn everything() -> &'static Arc<Stored> {
    static TEXT: OnceLock<Arc<Stored>> = OnceLock::new();
    TEXT.get_or_init(|| {
        let text = r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}"#;
        Arc::new(Stored::of_text("everything", text))
    })
}

fn documents(stored: &[Arc<Stored>], only: Option<&str>) -> Vec<Document> {
    let document = |s: &Arc<Stored>| Document {
        name: s.place(),
        policy: only.map_or_else(|| s.policy.clone(), |action| narrowed(&s.policy, action)),
    };
    stored.iter().map(document).collect()
}

/// Those that mean something, each once.
fn sound<'s>(stored: impl IntoIterator<Item = &'s Arc<Stored>>) -> Vec<Arc<Stored>> {
    let mut sound: Vec<Arc<Stored>> = Vec::new();
    for document in stored {
        let is_known = sound.iter().any(|s| Arc::ptr_eq(s, document));
        if document.defect.is_none() && !is_known {
            sound.push(document.clone());
        }
    }
    sound
}

impl Layered {
    /// Layers with what bears on one action alone, which is all that questions about it need.
    pub fn about(action: &str) -> Layered {
        Layered { only: Some(action.to_owned()), ..Layered::default() }
    }

    /// Adds the policies of a principal: identity, boundary, and the SCPs of its account. Gives
    /// the names of those that the snapshot lacks or that are broken. A boundary or an SCP among
    /// them refuses nothing here, and an identity policy allows nothing.
    pub fn with_principal(
        mut self,
        snapshot: &Snapshot,
        principal: &Principal,
    ) -> (Layered, Vec<String>) {
        let (found, mut missing) = known_identity(snapshot, principal);
        self.identity = sound(found);
        self.policies.identity = documents(&self.identity, self.only.as_deref());
        if let Some(arn) = &principal.boundary {
            match snapshot.managed.get(arn) {
                Some(managed) => self.boundary = sound([&managed.document]),
                None => self.boundary.clear(),
            }
            if self.boundary.is_empty() {
                missing.push(arn.clone());
            }
            self.policies.boundary = (!self.boundary.is_empty())
                .then(|| documents(&self.boundary, self.only.as_deref()));
        }
        missing.extend(self.guard(snapshot, &principal.account));
        (self, missing)
    }

    /// Adds the SCPs of an account. Gives the names of those that are not known.
    fn guard(&mut self, snapshot: &Snapshot, account: &str) -> Vec<String> {
        let (scp, lacking) = levels(snapshot, account, Guardrail::Scp);
        self.scp = scp;
        self.policies.scp = layers_of(&self.scp, self.only.as_deref());
        lacking
    }

    /// Adds the SCPs of an account.
    #[must_use]
    pub(crate) fn with_guardrails(mut self, snapshot: &Snapshot, account: &str) -> Layered {
        self.guard(snapshot, account);
        self
    }

    /// Adds what guards a resource: its policy, Block Public Access, and the RCPs of its account.
    #[must_use]
    pub fn with_target(mut self, snapshot: &Snapshot, target: &Target) -> Layered {
        self.resource = sound(&target.policy);
        self.policies.resource = documents(&self.resource, self.only.as_deref()).pop();
        self.policies.resource_role = target.role;
        let restrict_public_buckets = target.restricts_public_buckets;
        self.policies.block_public_access = BlockPublicAccess { restrict_public_buckets };
        self.with_owner(snapshot, target.account.as_ref())
    }

    /// Adds the RCPs of the account that owns a resource, where it is known.
    #[must_use]
    pub(crate) fn with_owner(mut self, snapshot: &Snapshot, owner: Option<&String>) -> Layered {
        let account = owner.map(String::as_str).unwrap_or_default();
        (self.rcp, _) = levels(snapshot, account, Guardrail::Rcp);
        // What AWS itself attaches denies nothing.
        for (_, documents) in &mut self.rcp {
            documents.retain(|d| &*d.file != "p-RCPFullAWSAccess");
        }
        self.rcp.retain(|(_, documents)| !documents.is_empty());
        self.policies.rcp = layers_of(&self.rcp, self.only.as_deref());
        self
    }

    /// Takes the principal's own account to allow everything.
    #[must_use]
    pub fn with_everything(mut self) -> Layered {
        self.identity = vec![everything().clone()];
        self.policies.identity = documents(&self.identity, self.only.as_deref());
        self
    }

    /// Adds policies to the identity's, takes one of a name away, and perhaps the boundary.
    #[must_use]
    pub(crate) fn changed(
        mut self,
        added: &[Arc<Stored>],
        removed: Option<&str>,
        unbounded: bool,
    ) -> Layered {
        self.identity.retain(|s| removed != Some(s.name.as_str()));
        self.identity.extend_from_slice(added);
        self.policies.identity = documents(&self.identity, self.only.as_deref());
        if unbounded {
            self.boundary.clear();
            self.policies.boundary = None;
        }
        self
    }

    /// Puts another policy in the place of the resource's.
    #[must_use]
    pub(crate) fn with_resource_policy(mut self, policy: Arc<Stored>) -> Layered {
        self.resource = vec![policy];
        self.policies.resource = documents(&self.resource, self.only.as_deref()).pop();
        self
    }

    /// Adds the policy of the VPC endpoint that requests come through.
    #[must_use]
    pub(crate) fn with_endpoint(mut self, policy: &Arc<Stored>) -> Layered {
        self.endpoint = vec![policy.clone()];
        self.policies.endpoint = documents(&self.endpoint, self.only.as_deref()).pop();
        self
    }

    /// The documents of a layer.
    pub fn stored(&self, layer: Layer) -> &[Arc<Stored>] {
        fn level(levels: &[(String, Vec<Arc<Stored>>)], at: usize) -> &[Arc<Stored>] {
            levels.get(at).map_or(&[], |(_, documents)| documents)
        }
        match layer {
            Layer::Identity => &self.identity,
            Layer::Boundary => &self.boundary,
            Layer::Resource => &self.resource,
            Layer::Scp(at) => level(&self.scp, at),
            Layer::Rcp(at) => level(&self.rcp, at),
            Layer::Endpoint => &self.endpoint,
            Layer::Session => &[],
        }
    }

    /// The name of a layer, with that of the level.
    pub fn layer_name(&self, layer: Layer) -> String {
        layer.name_with(self.level_name(layer))
    }

    /// The name of a level of guardrails.
    pub(crate) fn level_name(&self, layer: Layer) -> Option<&str> {
        layer.level_of(&self.scp, &self.rcp).map(|(name, _)| name.as_str())
    }

    /// A statement with its place.
    pub fn shown(&self, at: StatementRef) -> Option<Shown> {
        let policy = self.stored(at.layer).get(at.document)?.clone();
        let index = self.policies.statement(at)?.index;
        let statement = policy.policy.statements.iter().position(|s| s.index == index)?;
        Some(Shown { layer: self.layer_name(at.layer), policy, statement })
    }
}

type Levels = Vec<(String, Vec<Arc<Stored>>)>;

/// The guardrails of an account by level, and the names of those that are not known.
fn levels(snapshot: &Snapshot, account: &str, kind: Guardrail) -> (Levels, Vec<String>) {
    let organization = snapshot.organization_of(account);
    let (mut levels, mut missing) = (Vec::new(), Vec::new());
    for (id, documents, lacking) in
        organization.and_then(|o| o.levels(account, kind)).into_iter().flatten()
    {
        levels.push((id, sound(&documents)));
        missing.extend(lacking);
    }
    (levels, missing)
}

/// The identity policies of a principal, and the names of those that the snapshot lacks and the
/// places of those that are broken.
pub(crate) fn known_identity<'s>(
    snapshot: &'s Snapshot,
    principal: &'s Principal,
) -> (Vec<&'s Arc<Stored>>, Vec<String>) {
    let (found, mut missing) = snapshot.identity_of(principal);
    missing.extend(found.iter().filter(|d| d.defect.is_some()).map(|d| d.place()));
    (found, missing)
}

fn layers_of(levels: &Levels, only: Option<&str>) -> Option<Vec<Vec<Document>>> {
    (!levels.is_empty()).then(|| levels.iter().map(|(_, d)| documents(d, only)).collect())
}

/// A policy with the statements alone that match an action, and of their `Action` elements one
/// entry that does: for that action it says the same.
fn narrowed(policy: &Policy, action: &str) -> Policy {
    let about = policy.statements.iter().filter(|s| matches_action(s, action));
    Policy {
        origin: policy.origin,
        version: policy.version.clone(),
        id: None,
        statement_element: policy.statement_element,
        statements: about.map(|s| narrow(s, action)).collect(),
        defects: Vec::new(),
        holes: Vec::new(),
    }
}

fn narrow(statement: &Statement, action: &str) -> Statement {
    let matches = |e: &&ActionPattern| glob::matches(&e.text, action, Case::Insensitive);
    let one = |element: &Element<ActionPattern>| Element {
        negated: element.negated,
        name: element.name,
        origin: element.origin,
        shape: element.shape,
        entries: element.entries.iter().find(matches).cloned().into_iter().collect(),
    };
    Statement {
        index: statement.index,
        origin: statement.origin,
        sid: statement.sid.clone(),
        effect: statement.effect.clone(),
        principal: statement.principal.clone(),
        not_principal: statement.not_principal.clone(),
        action: statement.action.as_ref().map(one),
        not_action: statement.not_action.clone(),
        resource: statement.resource.clone(),
        not_resource: statement.not_resource.clone(),
        condition: statement.condition.clone(),
    }
}

/// Whether a statement matches an action.
pub(crate) fn matches_action(statement: &Statement, action: &str) -> bool {
    let any = |e: &Element<ActionPattern>| {
        e.entries.iter().any(|p| glob::matches(&p.text, action, Case::Insensitive))
    };
    let positive = statement.action.as_ref().map(any);
    let negative = statement.not_action.as_ref().map(any);
    match (positive, negative) {
        (None, None) => false,
        (positive, negative) => positive.unwrap_or(true) && !negative.unwrap_or(false),
    }
}
