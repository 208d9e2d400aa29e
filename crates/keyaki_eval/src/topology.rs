//! Who calls whom.

use crate::Caller;

/// What the decision depends on apart from statements: who calls whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Topology {
    /// The kind of caller.
    pub caller: CallerKind,
    /// Whether caller and resource belong to the same account.
    pub same_account: bool,
}

/// The kinds of caller that the decision tells apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "as the variants of `Caller`")]
pub enum CallerKind {
    Anonymous,
    Root,
    User,
    RoleSession,
    ServiceLinkedRole,
    FederatedUser,
    Service,
    WebIdentity,
    Saml,
    CanonicalUser,
}

impl CallerKind {
    /// The kind of a caller.
    pub fn of(caller: &Caller) -> CallerKind {
        match caller {
            Caller::Anonymous => CallerKind::Anonymous,
            Caller::Root { .. } => CallerKind::Root,
            Caller::User { .. } => CallerKind::User,
            Caller::RoleSession { .. } if caller.is_service_linked() => {
                CallerKind::ServiceLinkedRole
            }
            Caller::RoleSession { .. } => CallerKind::RoleSession,
            Caller::FederatedUser { .. } => CallerKind::FederatedUser,
            Caller::Service { .. } => CallerKind::Service,
            Caller::WebIdentity { .. } => CallerKind::WebIdentity,
            Caller::Saml { .. } => CallerKind::Saml,
            Caller::CanonicalUser { .. } => CallerKind::CanonicalUser,
        }
    }

    /// Whether identity policies, boundaries and session policies can be attached to it.
    pub(crate) fn has_identity(self) -> bool {
        match self {
            Self::User | Self::RoleSession | Self::ServiceLinkedRole | Self::FederatedUser => true,
            Self::Anonymous
            | Self::Root
            | Self::Service
            | Self::WebIdentity
            | Self::Saml
            | Self::CanonicalUser => false,
        }
    }
}
