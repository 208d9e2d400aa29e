//! Condition keys.

use std::fmt::Write;

use keyaki_catalog::{Catalog, KeyLookup, KeyType};

use super::service::display_name;
use super::{count, names};

/// Of more actions than this, their number alone is shown.
const MOST_ACTIONS: usize = 20;

/// What is known of a condition key; none where it is not known.
pub(crate) fn key(catalog: &Catalog, name: &str) -> Option<String> {
    let lookup = catalog.key(name);
    let (found, kind) = entry(lookup)?;
    let about = match lookup {
        KeyLookup::Global(key) => format!("global, about the {}", key.category()),
        KeyLookup::Service { service, .. } => display_name(service),
        KeyLookup::Federated(_) => "claim of an identity provider".to_owned(),
        KeyLookup::UnknownGlobal | KeyLookup::UnknownInService(_) | KeyLookup::UnknownService => {
            return None;
        }
    };
    let mut text = format!("**{found}** — {} — {about}\n", kind.element());
    text += if kind.is_multivalued() {
        "\nA request may carry several values: use it with `ForAllValues:` or `ForAnyValue:`.\n"
    } else {
        "\nA request carries one value at most.\n"
    };
    let users: Vec<_> = catalog
        .actions()
        .filter(|action| action.all_condition_keys().any(|key| key.name() == found))
        .map(|action| action.full_name())
        .collect();
    match users.len() {
        0 => {}
        1..=MOST_ACTIONS => {
            let _ = writeln!(text, "\nCarried by {}.", names(&users, MOST_ACTIONS));
        }
        number => {
            let _ = writeln!(text, "\nCarried by {}.", count(number, "action"));
        }
    }
    Some(text)
}

/// The type of a key's value; none where the key is not known.
pub(crate) fn key_type(catalog: &Catalog, name: &str) -> Option<KeyType> {
    catalog.key(name).key_type()
}

fn entry(lookup: KeyLookup<'_>) -> Option<(&str, KeyType)> {
    match lookup {
        KeyLookup::Global(key) => Some((key.name(), key.key_type())),
        KeyLookup::Service { key, .. } | KeyLookup::Federated(Some(key)) => {
            Some((key.name(), key.key_type()))
        }
        KeyLookup::Federated(None)
        | KeyLookup::UnknownGlobal
        | KeyLookup::UnknownInService(_)
        | KeyLookup::UnknownService => None,
    }
}
