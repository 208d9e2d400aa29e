//! Whose permissions somebody holds, and how policies were changed on the way there.

use std::sync::Arc;

use keyaki_account::{Principal, Snapshot, Stored};
use keyaki_catalog::Catalog;

use crate::layered::{Layered, everything};

/// The permissions of a user or role that somebody holds.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Hold {
    /// Which of the snapshot's users and roles.
    pub(crate) principal: usize,
    /// What was added to its identity policies.
    pub(crate) added: Option<Added>,
    /// The managed policy that was replaced by what was added.
    pub(crate) removed: Option<String>,
    /// Whether the boundary was taken away.
    pub(crate) unbounded: bool,
}

/// What was added to identity policies.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Added {
    /// A policy that allows everything.
    Everything,
    /// A managed policy, by ARN.
    Policy(String),
    /// The policies of a group, by ARN.
    Group(String),
}

impl Hold {
    /// A user or role as it is.
    pub(crate) fn plain(principal: usize) -> Hold {
        Hold { principal, added: None, removed: None, unbounded: false }
    }

    pub(crate) fn with(principal: usize, added: Added) -> Hold {
        Hold { added: Some(added), ..Hold::plain(principal) }
    }

    pub(crate) fn is_plain(&self) -> bool {
        *self == Hold::plain(self.principal)
    }

    /// The layers of the principal, with what was changed; and the policies that are missing.
    pub(crate) fn layered(
        &self,
        layers: Layered,
        principal: &Principal,
        snapshot: &Snapshot,
        catalog: &Catalog,
    ) -> Layered {
        let (layered, _) = layers.with_principal(snapshot, principal);
        if self.is_plain() {
            return layered;
        }
        let added = self.added.as_ref().map(|a| a.documents(snapshot, catalog)).unwrap_or_default();
        layered.changed(&added, self.removed.as_deref(), self.unbounded)
    }
}

impl Added {
    fn documents(&self, snapshot: &Snapshot, catalog: &Catalog) -> Vec<Arc<Stored>> {
        match self {
            Added::Everything => vec![everything().clone()],
            Added::Policy(arn) => managed(arn, snapshot, catalog).into_iter().collect(),
            Added::Group(arn) => {
                let Some(group) = snapshot.groups.get(arn) else { return Vec::new() };
                let attached = group.attached.iter().filter_map(|a| managed(a, snapshot, catalog));
                group.inline.iter().cloned().chain(attached).collect()
            }
        }
    }
}

/// A managed policy of the snapshot, or of AWS's.
fn managed(arn: &str, snapshot: &Snapshot, catalog: &Catalog) -> Option<Arc<Stored>> {
    if let Some(known) = snapshot.managed.get(arn) {
        return Some(known.document.clone());
    }
    let by_aws = arn.contains(":iam::aws:").then(|| catalog.managed_policy(arn)).flatten()?;
    Some(Arc::new(Stored::of_text(arn, by_aws.document)))
}
