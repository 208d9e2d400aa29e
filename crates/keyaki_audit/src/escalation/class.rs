//! Holdings whose policies are the same: what one of them may do, the others may, too.

use std::collections::BTreeMap;
use std::sync::Arc;

use keyaki_account::{Principal, Stored};
use keyaki_eval::AskedKeys;

use super::ground::Ground;
use super::hold::Hold;
use crate::layered::Layered;

/// Holdings that one answer is enough for.
#[derive(Clone, Debug)]
pub(crate) struct Class {
    /// Their numbers; there is at least one.
    pub(crate) holds: Vec<usize>,
}

/// Sorts holdings into classes, in the order of their first members.
pub(crate) fn classes(ground: &Ground<'_>, holds: &[(usize, &Hold)]) -> Vec<Class> {
    let mut known: BTreeMap<Vec<String>, usize> = BTreeMap::new();
    let mut classes: Vec<Class> = Vec::new();
    for (number, hold) in holds {
        let at = *known.entry(signature(ground, hold)).or_insert_with(|| {
            classes.push(Class { holds: Vec::new() });
            classes.len() - 1
        });
        if let Some(class) = classes.get_mut(at) {
            class.holds.push(*number);
        }
    }
    classes
}

/// What the decisions about requests of a holder depend on.
fn signature(ground: &Ground<'_>, hold: &Hold) -> Vec<String> {
    let Some(principal) = ground.principals.get(hold.principal).copied() else { return Vec::new() };
    let snapshot = ground.auditor.snapshot;
    let (identity, missing) = snapshot.identity_of(principal);
    let mut documents: Vec<String> = identity.into_iter().map(text).collect();
    documents.sort_unstable();
    documents.dedup();
    let boundary = principal.boundary.as_ref();
    let partition = principal.arn.split(':').nth(1).unwrap_or_default().to_owned();
    let mut signature =
        vec![principal.account.clone(), partition, principal.kind.name().to_owned()];
    let boundary = boundary.filter(|_| !hold.unbounded).cloned().unwrap_or_default();
    signature.extend([boundary, format!("{:?} {:?}", hold.added, hold.removed)]);
    signature.push(is_told_apart(ground, hold, principal).unwrap_or_default());
    signature.extend(documents);
    signature.extend(missing);
    signature
}

/// The text of a policy.
fn text(stored: &Arc<Stored>) -> String {
    let range = stored.tree.range(stored.policy.origin);
    let text = stored.tree.source().get(range.start as usize..range.end as usize);
    format!("{} {}", stored.name, text.unwrap_or_default())
}

/// The ARN, where the policies ask who it is.
fn is_told_apart(ground: &Ground<'_>, hold: &Hold, principal: &Principal) -> Option<String> {
    let auditor = ground.auditor;
    let layered = hold.layered(Layered::default(), principal, auditor.snapshot, auditor.catalog);
    let asked = AskedKeys::of(&layered.policies);
    let mut own = asked.iter().filter(|key| {
        key.starts_with("aws:principal") || matches!(*key, "aws:userid" | "aws:username")
    });
    own.next().map(|_| principal.arn.clone())
}
