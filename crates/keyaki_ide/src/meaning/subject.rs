//! Policies as what questions are about.

use keyaki_analyze::Subject;
use keyaki_eval::{self as eval, Layer, Policies, ResourceRole};
use keyaki_ir::{Policy, PolicyKind, ResourceType};
use keyaki_workspace::ReadPolicy;

use crate::Document;

/// What a policy grants by itself, whatever other policies say.
///
/// # Errors
/// Why it has no meaning, as the end of a sentence.
pub(super) fn subject(document: &Document, read: &ReadPolicy) -> Result<Subject, &'static str> {
    let document = meant(document, read)?;
    match read.kind {
        PolicyKind::Resource | PolicyKind::Trust | PolicyKind::VpcEndpoint => {
            Ok(Subject::resource(document))
        }
        PolicyKind::Identity | PolicyKind::Boundary | PolicyKind::Session => {
            Ok(Subject::identity(vec![document]))
        }
        PolicyKind::Scp | PolicyKind::Rcp => Err(
            "policies of an organisation take away from others, and grant nothing by themselves",
        ),
    }
}

/// A policy alone, in the layer that it is of.
///
/// # Errors
/// Why it has no meaning, as the end of a sentence.
pub(super) fn alone(
    document: &Document,
    read: &ReadPolicy,
) -> Result<(Policies, Layer), &'static str> {
    let document = meant(document, read)?;
    let mut policies = Policies::default();
    let layer = match read.kind {
        PolicyKind::Identity => {
            policies.identity = vec![document];
            Layer::Identity
        }
        PolicyKind::Boundary => {
            policies.boundary = Some(vec![document]);
            Layer::Boundary
        }
        PolicyKind::Session => {
            policies.session = Some(vec![document]);
            Layer::Session
        }
        PolicyKind::Scp => {
            policies.scp = Some(vec![vec![document]]);
            Layer::Scp(0)
        }
        PolicyKind::Rcp => {
            policies.rcp = Some(vec![vec![document]]);
            Layer::Rcp(0)
        }
        PolicyKind::Resource | PolicyKind::Trust => {
            policies.resource = Some(document);
            policies.resource_role = role(read);
            Layer::Resource
        }
        PolicyKind::VpcEndpoint => {
            policies.endpoint = Some(document);
            Layer::Endpoint
        }
    };
    Ok((policies, layer))
}

fn role(read: &ReadPolicy) -> ResourceRole {
    match (read.kind, read.resource_type) {
        (PolicyKind::Trust, _) | (_, Some(ResourceType::RoleTrust)) => ResourceRole::Role,
        (_, Some(ResourceType::KmsKey)) => ResourceRole::Key,
        (_, _) => ResourceRole::Ordinary,
    }
}

/// A policy that AWS would take, as a document of the evaluator.
fn meant(document: &Document, read: &ReadPolicy) -> Result<eval::Document, &'static str> {
    let policy = &read.policy;
    if !document.tree.errors().is_empty() {
        return Err("the text is no valid JSON");
    }
    if !policy.defects.is_empty() || !has_meaning(policy) {
        return Err("the policy does not fit AWS's grammar");
    }
    let name = document.path.display().to_string();
    Ok(eval::Document { name, policy: policy.clone() })
}

fn has_meaning(policy: &Policy) -> bool {
    policy.statements.iter().all(|statement| {
        let mut blocks = statement.condition.iter().flat_map(|c| &c.blocks);
        statement.effect().is_some() && blocks.all(|block| block.operator.operator.is_some())
    })
}
