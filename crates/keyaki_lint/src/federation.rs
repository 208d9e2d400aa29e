//! Identity providers: who stands behind the `Federated` principals of a trust policy.

use keyaki_ir::{ConditionBlock, ConditionEntry, Effect, Principal, PrincipalEntry, Statement};

use crate::assuming::{Way, covers};
use crate::placeholder::has_placeholder;

/// The OpenID Connect provider that a principal names, as condition keys write it: its host, and
/// its path where it has one. None for other principals, and where a template hides the name.
pub(crate) fn issuer(entry: &PrincipalEntry) -> Option<&str> {
    let text = &*entry.text;
    let issuer = match entry.principal {
        Principal::OidcProvider => text.split_once("oidc-provider/").map(|(_, issuer)| issuer),
        Principal::WebIdentity => Some(text),
        Principal::Any
        | Principal::Account
        | Principal::User
        | Principal::Role
        | Principal::AssumedRole
        | Principal::FederatedUser
        | Principal::UserId
        | Principal::RoleId
        | Principal::Service
        | Principal::SamlProvider
        | Principal::CanonicalUser
        | Principal::Unknown => None,
    };
    issuer.filter(|issuer| !has_placeholder(issuer))
}

/// The OpenID Connect providers whose users a statement lets assume the role.
pub(crate) fn admitted_issuers(
    statement: &Statement,
) -> impl Iterator<Item = (&PrincipalEntry, &str)> {
    let admits =
        statement.effect() == Some(Effect::Allow) && covers(statement, Way::WebIdentity.action());
    let principal = statement.principal.as_ref().filter(|_| admits);
    let entries = principal.into_iter().flat_map(|p| p.entries());
    entries.filter_map(|(_, entry)| Some((entry, issuer(entry)?)))
}

/// The condition keys of a statement that test a claim of a provider, with the claim's name.
pub(crate) fn claims<'s>(
    statement: &'s Statement,
    issuer: &'s str,
) -> impl Iterator<Item = (&'s ConditionBlock, &'s ConditionEntry, &'s str)> {
    statement.condition_entries().filter_map(move |(block, entry)| {
        let key = &*entry.key.value;
        let claim = entry.starts_with(issuer).then(|| &key[issuer.len()..])?.strip_prefix(':')?;
        Some((block, entry, claim))
    })
}

/// Whether a template hides the provider of some condition key.
pub(crate) fn has_hidden_keys(statement: &Statement) -> bool {
    statement.condition_entries().any(|(_, entry)| {
        let key = &*entry.key.value;
        has_placeholder(key.split_once(':').map_or(key, |(prefix, _)| prefix))
    })
}

/// Whether a provider is GitHub Actions, of github.com or of an enterprise.
pub(crate) fn is_github(issuer: &str) -> bool {
    let host = issuer.split_once('/').map_or(issuer, |(host, _)| host);
    host.eq_ignore_ascii_case("token.actions.githubusercontent.com")
        || (host.starts_with("token.actions.") && host.ends_with(".ghe.com"))
}

/// The provider and the claim of a condition key that tests one; none for other keys.
pub(crate) fn claim_of(key: &str) -> Option<(&str, &str)> {
    key.split_once(':').filter(|(issuer, _)| issuer.contains('.'))
}
