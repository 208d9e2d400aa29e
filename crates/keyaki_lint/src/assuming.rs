//! The actions by which a role is assumed, and whom each is for.

use keyaki_ir::glob::{self, Case};
use keyaki_ir::{Principal, Statement};

/// A way to assume a role.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Way {
    /// With AWS credentials, or as a service.
    Credentials,
    /// With an assertion of a SAML provider.
    Saml,
    /// With a token of an OpenID Connect provider.
    WebIdentity,
}

impl Way {
    pub(crate) const ALL: [Way; 3] = [Way::Credentials, Way::Saml, Way::WebIdentity];

    /// The action of it.
    pub(crate) fn action(self) -> &'static str {
        match self {
            Way::Credentials => "sts:AssumeRole",
            Way::Saml => "sts:AssumeRoleWithSAML",
            Way::WebIdentity => "sts:AssumeRoleWithWebIdentity",
        }
    }

    /// The way whose action this is, if it is spelt out.
    pub(crate) fn named(action: &str) -> Option<Way> {
        Way::ALL.into_iter().find(|way| way.action().eq_ignore_ascii_case(action))
    }

    /// The way that is open to a principal; none where that is not known, or any.
    pub(crate) fn of(principal: Principal) -> Option<Way> {
        match principal {
            Principal::Account
            | Principal::User
            | Principal::Role
            | Principal::AssumedRole
            | Principal::FederatedUser
            | Principal::UserId
            | Principal::RoleId
            | Principal::Service => Some(Way::Credentials),
            Principal::SamlProvider => Some(Way::Saml),
            Principal::OidcProvider | Principal::WebIdentity => Some(Way::WebIdentity),
            Principal::Any
            | Principal::AnyFederated
            | Principal::CanonicalUser
            | Principal::Unknown => None,
        }
    }
}

/// Whether the actions of a statement include this one.
pub(crate) fn covers(statement: &Statement, action: &str) -> bool {
    let matches = |pattern: &str| glob::matches(pattern, action, Case::Insensitive);
    match (&statement.action, &statement.not_action) {
        (Some(element), _) => element.entries.iter().any(|e| matches(&e.text)),
        (None, Some(element)) => !element.entries.iter().any(|e| matches(&e.text)),
        (None, None) => false,
    }
}
