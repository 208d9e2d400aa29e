//! The type of a condition key, as the catalogue has it.

use keyaki_catalog::{Catalog, KeyLookup, KeyType};

/// The type of a condition key's value; none where the key is not known.
pub(crate) fn key_type(catalog: &Catalog, key: &str) -> Option<KeyType> {
    match catalog.key(key) {
        KeyLookup::Global(key) => Some(key.key_type()),
        KeyLookup::Service { key, .. } | KeyLookup::Federated(Some(key)) => Some(key.key_type()),
        KeyLookup::Federated(None)
        | KeyLookup::UnknownGlobal
        | KeyLookup::UnknownInService(_)
        | KeyLookup::UnknownService => None,
    }
}

/// A type in the words of a sentence: "a boolean".
pub(crate) fn phrase(key_type: KeyType) -> &'static str {
    match key_type {
        KeyType::String => "text",
        KeyType::Arn => "an ARN",
        KeyType::Bool => "a boolean",
        KeyType::Date => "a date",
        KeyType::Numeric => "a number",
        KeyType::IpAddress => "an IP address",
        KeyType::Binary => "binary data",
        KeyType::ArrayOfString => "a set of texts",
        KeyType::ArrayOfArn => "a set of ARNs",
        KeyType::ArrayOfBool => "a set of booleans",
    }
}
