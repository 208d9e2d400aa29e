//! What a rule is asked about.

use keyaki_catalog::Catalog;
use keyaki_diag::Confidence;
use keyaki_ir::{Policy, PolicyKind, ResourceType};
use keyaki_syntax::Tree;

/// How the kind of a policy became known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KindSource {
    /// The user, an API answer or a template says so.
    Given,
    /// The shape of the document suggests it.
    Detected(Confidence),
}

/// One policy to check, with all that is known about it.
#[derive(Clone, Copy)]
pub struct Document<'a> {
    /// The text's tree; the policy may be a part of it.
    pub tree: &'a Tree,
    /// The policy.
    pub policy: &'a Policy,
    /// Whether faults of the text count that are outside of the policy.
    pub whole_text: bool,
    /// Its kind.
    pub kind: PolicyKind,
    /// How the kind became known.
    pub kind_source: KindSource,
    /// The type of the resource that it is attached to, where that is known.
    pub resource_type: Option<ResourceType>,
    /// What AWS services define.
    pub catalog: &'a Catalog,
}

impl<'a> Document<'a> {
    /// A document whose kind is told from its shape.
    pub fn detected(tree: &'a Tree, policy: &'a Policy, catalog: &'a Catalog) -> Self {
        let detected = keyaki_ir::detect(policy);
        Self {
            tree,
            policy,
            whole_text: true,
            kind: detected.kind,
            kind_source: KindSource::Detected(detected.confidence),
            resource_type: None,
            catalog,
        }
    }

    /// The same document with a kind that is known.
    pub fn with_kind(self, kind: PolicyKind) -> Self {
        Self { kind, kind_source: KindSource::Given, ..self }
    }

    /// The same document, attached to a resource of a known type.
    pub fn with_resource_type(self, resource_type: ResourceType) -> Self {
        Self { resource_type: Some(resource_type), ..self }
    }
}
