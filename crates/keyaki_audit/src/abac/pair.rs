//! Which tags policies compare, and what they say so about.

use std::collections::BTreeMap;

use keyaki_analyze::Access;
use keyaki_catalog::{AccessLevel, Catalog};
use keyaki_ir::Statement;

use crate::layered::Layered;

/// A key with the tag of a resource, or of a request, and the tag of the principal that it is
/// compared with.
pub(super) type Pair = (String, String);

/// What the statements of one pair are about.
#[derive(Default)]
pub(super) struct Meant {
    pub(super) access: Vec<Access>,
}

/// The pairs of tags that statements of any layer compare, with what these statements are about.
pub(super) fn pairs(layered: &Layered) -> BTreeMap<Pair, Meant> {
    let mut pairs: BTreeMap<Pair, Meant> = BTreeMap::new();
    let layers = layered.policies.layers().into_iter();
    for (_, statement) in layers.flat_map(|layer| layered.policies.statements(layer)) {
        for (_, entry) in statement.condition_entries() {
            let key: &str = &entry.key.value;
            let named = entry.values.iter().filter_map(|v| variable(v.text()));
            for pair in named.filter_map(|name| pair(key, name).or_else(|| pair(name, key))) {
                pairs.entry(pair).or_default().access.push(access(statement));
            }
        }
    }
    pairs
}

/// A key with a tag of the resource, or of the request, and one with a tag of the principal.
fn pair(key: &str, other: &str) -> Option<Pair> {
    const PRINCIPAL: &str = "aws:principaltag/";
    let lower = key.to_ascii_lowercase();
    let is_of_resource = lower.contains("resourcetag/")
        || lower.starts_with(REQUEST)
        || lower.starts_with("s3:existingobjecttag/");
    let is_of_principal = other.to_ascii_lowercase().starts_with(PRINCIPAL);
    let tag = other.get(PRINCIPAL.len()..).filter(|_| is_of_resource && is_of_principal)?;
    Some((key.to_owned(), tag.to_owned()))
}

/// What the keys with tags of requests begin with.
const REQUEST: &str = "aws:requesttag/";

/// Whether a key is about the tags that a request gives.
pub(super) fn is_of_request(key: &str) -> bool {
    key.to_ascii_lowercase().starts_with(REQUEST)
}

/// The first variable in a value.
fn variable(value: &str) -> Option<&str> {
    let (_, rest) = value.split_once("${")?;
    let end = rest.find(['}', ','])?;
    rest.get(..end).map(str::trim)
}

/// What a statement is about; what it says not to be about is everything.
fn access(statement: &Statement) -> Access {
    let actions = statement.action.iter().flat_map(|e| &e.entries).map(|a| a.text.to_string());
    let entries = statement.resource.iter().flat_map(|e| &e.entries);
    let is_open = entries.clone().any(|e| e.is_star() || e.text().contains("${"));
    let resources = entries.filter(|_| !is_open).map(|r| r.text().to_owned());
    Access { actions: actions.collect(), resources: resources.collect() }
}

/// The actions that give tags, of the services that statements are about.
pub(super) fn tagging(meant: &Meant, catalog: &Catalog) -> Vec<String> {
    let actions = meant.access.iter().flat_map(|a| &a.actions);
    let services = actions.filter_map(|a| a.split_once(':')).map(|(service, _)| service);
    let mut services: Vec<&str> = services.collect();
    services.sort_unstable();
    services.dedup();
    let all = services.into_iter().filter_map(|s| catalog.service(s)).flat_map(|s| s.actions());
    let tagging = all.filter(|a| a.access_level() == Some(AccessLevel::Tagging));
    let names = tagging.map(|a| a.full_name());
    let takes = |name: &String| {
        let action = name.split(':').nth(1).unwrap_or_default();
        ["Untag", "Delete", "Remove"].iter().any(|verb| action.starts_with(verb))
    };
    names.filter(|name| !takes(name)).collect()
}
