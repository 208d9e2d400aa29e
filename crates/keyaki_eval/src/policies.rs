//! The policies that bear on a request, by layer.

use keyaki_ir::{Policy, Statement};

/// A policy document with the name to call it by.
#[derive(Clone, Debug)]
pub struct Document {
    /// A file or an ARN; shown, never interpreted.
    pub name: String,
    /// The policy. What AWS refuses to store, such as a condition that is no object, has no
    /// meaning; whoever reads policies refuses their [`keyaki_ir::Defect`]s first. Nor has one
    /// with holes: a hole is read like a variable without a value.
    pub policy: Policy,
}

/// A kind of policy that takes part in a decision.
///
/// Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html>.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Layer {
    /// Service control policies of one level: 0 is the organisation's root.
    Scp(usize),
    /// Resource control policies of one level: 0 is the organisation's root.
    Rcp(usize),
    /// The policy of the VPC endpoint that the request comes through.
    Endpoint,
    /// The resource's policy; of a role, its trust policy.
    Resource,
    /// Policies of the user or role, and of the user's groups.
    Identity,
    /// The permissions boundary of the user or role.
    Boundary,
    /// The policies that were passed when the session was made.
    Session,
}

impl Layer {
    /// The name in messages and outputs: `scp[1]`, `identity`.
    pub fn name(self) -> String {
        self.name_with(None)
    }

    /// The same where the level may have a name of its own: `scp[Production]`.
    pub fn name_with(self, level_name: Option<&str>) -> String {
        let named = |level: usize| level_name.map_or_else(|| level.to_string(), str::to_owned);
        match self {
            Layer::Scp(level) => format!("scp[{}]", named(level)),
            Layer::Rcp(level) => format!("rcp[{}]", named(level)),
            Layer::Endpoint => "endpoint".to_owned(),
            Layer::Resource => "resource".to_owned(),
            Layer::Identity => "identity".to_owned(),
            Layer::Boundary => "boundary".to_owned(),
            Layer::Session => "session".to_owned(),
        }
    }

    /// What is known of its level, given that of all levels of both kinds of guardrails.
    pub fn level_of<'l, T>(self, scp: &'l [T], rcp: &'l [T]) -> Option<&'l T> {
        match self {
            Layer::Scp(level) => scp.get(level),
            Layer::Rcp(level) => rcp.get(level),
            Layer::Endpoint
            | Layer::Resource
            | Layer::Identity
            | Layer::Boundary
            | Layer::Session => None,
        }
    }
}

/// What a resource policy is attached to, as far as the decision depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum ResourceRole {
    /// Any resource but the two below: an identity policy suffices in the same account.
    #[default]
    Ordinary,
    /// A role: the trust policy must allow, also in the same account.
    Role,
    /// A KMS key: the key policy must allow, also in the same account.
    Key,
}

/// S3 Block Public Access, where it is on for the bucket, its account or the access point.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub struct BlockPublicAccess {
    /// `RestrictPublicBuckets`: a public policy works for the own account and services only.
    pub restrict_public_buckets: bool,
}

/// All policies that bear on a request. A layer that is absent caps nothing;
/// one that is there without any document refuses everything.
#[derive(Clone, Debug, Default)]
pub struct Policies {
    /// Identity policies: inline, managed, and those of the groups.
    pub identity: Vec<Document>,
    /// The permissions boundary.
    pub boundary: Option<Vec<Document>>,
    /// The session policies.
    pub session: Option<Vec<Document>>,
    /// SCPs of the principal's account, root first; none outside of an organisation and for its
    /// management account.
    pub scp: Option<Vec<Vec<Document>>>,
    /// RCPs of the resource's account, root first; none outside of an organisation and for its
    /// management account.
    pub rcp: Option<Vec<Vec<Document>>>,
    /// The resource's policy.
    pub resource: Option<Document>,
    /// What the resource is.
    pub resource_role: ResourceRole,
    /// The policy of the VPC endpoint.
    pub endpoint: Option<Document>,
    /// S3 Block Public Access.
    pub block_public_access: BlockPublicAccess,
    /// Grants on the KMS key.
    pub grants: Vec<crate::grant::Grant>,
}

/// Names a statement of a [`Policies`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StatementRef {
    /// The layer.
    pub layer: Layer,
    /// Which document of the layer.
    pub document: usize,
    /// Which of the document's statements, among those that are objects.
    pub statement: usize,
}

impl Policies {
    /// A resource of the policy of an API that is no ARN before AWS has completed it.
    pub fn name_in_short(&self) -> Option<&str> {
        let elements = self.statements(Layer::Resource).flat_map(|(_, s)| s.resource_elements());
        let mut entries = elements.flat_map(|element| &element.entries);
        entries.find(|entry| entry.is_in_short()).map(|entry| entry.text())
    }

    /// The documents of a layer; nothing for a layer that is absent.
    pub fn documents(&self, layer: Layer) -> &[Document] {
        fn level(levels: &Option<Vec<Vec<Document>>>, index: usize) -> &[Document] {
            levels.as_ref().and_then(|l| l.get(index)).map_or(&[], Vec::as_slice)
        }
        match layer {
            Layer::Scp(index) => level(&self.scp, index),
            Layer::Rcp(index) => level(&self.rcp, index),
            Layer::Endpoint => self.endpoint.as_slice(),
            Layer::Resource => self.resource.as_slice(),
            Layer::Identity => &self.identity,
            Layer::Boundary => self.boundary.as_deref().unwrap_or_default(),
            Layer::Session => self.session.as_deref().unwrap_or_default(),
        }
    }

    /// The layers that are there, in the order of AWS's evaluation.
    pub fn layers(&self) -> Vec<Layer> {
        let levels = |l: &Option<Vec<Vec<Document>>>| l.as_ref().map_or(0, Vec::len);
        let mut layers: Vec<Layer> = (0..levels(&self.rcp)).map(Layer::Rcp).collect();
        layers.extend((0..levels(&self.scp)).map(Layer::Scp));
        layers.extend(self.endpoint.is_some().then_some(Layer::Endpoint));
        layers.extend(self.resource.is_some().then_some(Layer::Resource));
        layers.push(Layer::Identity);
        layers.extend(self.boundary.is_some().then_some(Layer::Boundary));
        layers.extend(self.session.is_some().then_some(Layer::Session));
        layers
    }

    /// The document of a statement.
    pub fn document(&self, at: StatementRef) -> Option<&Document> {
        self.documents(at.layer).get(at.document)
    }

    /// The statement that a reference names.
    pub fn statement(&self, at: StatementRef) -> Option<&Statement> {
        self.document(at)?.policy.statements.get(at.statement)
    }

    /// All statements of a layer.
    pub fn statements(&self, layer: Layer) -> impl Iterator<Item = (StatementRef, &Statement)> {
        self.documents(layer).iter().enumerate().flat_map(move |(document, d)| {
            d.policy
                .statements
                .iter()
                .enumerate()
                .map(move |(statement, s)| (StatementRef { layer, document, statement }, s))
        })
    }
}
