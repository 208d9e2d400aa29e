//! Policies as what questions are about.

use keyaki_analyze::Subject;
use keyaki_eval as eval;
use keyaki_ir::{Policy, PolicyKind};
use keyaki_workspace::ReadPolicy;

use crate::Document;

/// What a policy grants by itself, whatever other policies say.
///
/// # Errors
/// Why it has no meaning, as the end of a sentence.
pub(super) fn subject(document: &Document, read: &ReadPolicy) -> Result<Subject, &'static str> {
    let policy = &read.policy;
    if !document.tree.errors().is_empty() {
        return Err("the text is no valid JSON");
    }
    if !policy.defects.is_empty() || !has_meaning(policy) {
        return Err("the policy does not fit AWS's grammar");
    }
    let name = document.path.display().to_string();
    let document = eval::Document { name, policy: policy.clone() };
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

fn has_meaning(policy: &Policy) -> bool {
    policy.statements.iter().all(|statement| {
        let mut blocks = statement.condition.iter().flat_map(|c| &c.blocks);
        statement.effect().is_some() && blocks.all(|block| block.operator.operator.is_some())
    })
}
