//! The condition keys of one policy, each looked up once.
//!
//! A policy tests few keys often, and several rules ask what each of them is.

use keyaki_catalog::{Catalog, KeyLookup, KeyType};
use keyaki_ir::{Policy, Statement};

/// The distinct condition keys of a policy with what they are, sorted by their text.
pub(crate) struct PolicyKeys<'a>(Vec<(&'a str, KeyLookup<'a>)>);

impl<'a> PolicyKeys<'a> {
    pub(crate) fn new(policy: &'a Policy, catalog: &'a Catalog) -> Self {
        let entries = policy.statements.iter().flat_map(Statement::condition_entries);
        let mut names: Vec<&str> = entries.map(|(_, entry)| &*entry.key.value).collect();
        names.sort_unstable();
        names.dedup();
        Self(names.into_iter().map(|name| (name, catalog.key(name))).collect())
    }

    /// A key of the policy with what it is; none for a key that the policy does not test.
    pub(crate) fn get(&self, key: &str) -> Option<(&'a str, KeyLookup<'a>)> {
        let at = self.0.binary_search_by_key(&key, |(name, _)| name).ok()?;
        self.0.get(at).copied()
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
