//! Which tags policies compare, and what they say so about.

use std::collections::BTreeMap;

use keyaki_analyze::Access;
use keyaki_catalog::{AccessLevel, Catalog};
use keyaki_ir::Statement;

use crate::layered::Layered;

/// A key with the tag of a resource, and the tag of the principal that it is compared with.
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
            let key = entry.key.value.to_string();
            let is_of_resource = key.to_ascii_lowercase().contains("resourcetag/")
                || key.to_ascii_lowercase().starts_with("s3:existingobjecttag/");
            let tags = entry.values.iter().filter_map(|v| principal_tag(v.text()));
            for tag in tags.filter(|_| is_of_resource) {
                pairs.entry((key.clone(), tag)).or_default().access.push(access(statement));
            }
        }
    }
    pairs
}

/// The tag of the principal that a value names.
fn principal_tag(value: &str) -> Option<String> {
    let lower = value.to_ascii_lowercase();
    let start = lower.find("${aws:principaltag/")? + "${aws:principaltag/".len();
    let rest = value.get(start..)?;
    let end = rest.find(['}', ','])?;
    rest.get(..end).map(|tag| tag.trim().to_owned())
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
