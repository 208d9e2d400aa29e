//! Identity providers: who stands behind the `Federated` principals of a trust policy.

use keyaki_catalog::{Catalog, KeyLookup};
use keyaki_ir::{ConditionBlock, ConditionEntry, Effect, Principal, PrincipalEntry, Statement};

use crate::assuming::{Way, covers};
use crate::placeholder::is_template;

/// The OpenID Connect provider that a principal names, as condition keys write it: its host, and
/// its path where it has one. None for other principals, and where a template hides the name.
pub(crate) fn issuer(entry: &PrincipalEntry) -> Option<&str> {
    let text = &*entry.text;
    let issuer = match entry.principal {
        Principal::OidcProvider => text.split_once("oidc-provider/").map(|(_, issuer)| issuer),
        Principal::WebIdentity => Some(text),
        Principal::Any
        | Principal::AnyFederated
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
    issuer.filter(|issuer| !is_template(issuer))
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

/// The condition keys of those tests of a statement, in lower case and sorted.
pub(crate) fn tested_keys(
    statement: &Statement,
    counts: impl Fn(&ConditionBlock, &ConditionEntry) -> bool,
) -> Vec<String> {
    let tests = statement.condition_entries().filter(|(block, entry)| counts(block, entry));
    let mut keys: Vec<String> = tests.map(|(_, e)| e.key.value.to_ascii_lowercase()).collect();
    keys.sort_unstable();
    keys
}

/// Whether a template hides the provider of some condition key.
pub(crate) fn has_hidden_keys(statement: &Statement) -> bool {
    statement.condition_entries().any(|(_, entry)| {
        let key = &*entry.key.value;
        is_template(key.split_once(':').map_or(key, |(prefix, _)| prefix))
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

/// What is known of the audience in the tokens of a provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Audience {
    /// It is always one value.
    Single,
    /// It may be one value or a list.
    Unknown,
}

/// What is known of the audience that a condition key tests; none for other keys.
pub(crate) fn audience(catalog: &Catalog, entry: &ConditionEntry) -> Option<Audience> {
    let key = &*entry.key.value;
    let (issuer, _) = claim_of(key).filter(|(_, claim)| claim.eq_ignore_ascii_case("aud"))?;
    let is_listed = match catalog.key(key) {
        KeyLookup::Federated(listed) => listed.is_some_and(|k| !k.key_type().is_multivalued()),
        KeyLookup::Global(_)
        | KeyLookup::Service { .. }
        | KeyLookup::UnknownGlobal
        | KeyLookup::UnknownInService(_)
        | KeyLookup::UnknownService => false,
    };
    Some(if is_listed || is_github(issuer) { Audience::Single } else { Audience::Unknown })
}
