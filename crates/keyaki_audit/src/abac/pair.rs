//! Which tags policies compare, and what they say so about.

use std::collections::{BTreeMap, BTreeSet};

use keyaki_analyze::Access;
use keyaki_catalog::{AccessLevel, Catalog};
use keyaki_ir::glob::{self, Case};
use keyaki_ir::{BaseOperator, Statement};

use crate::layered::Layered;
use crate::target::Target;

/// A key with the tag of a resource, or of a request, and the tag of the principal that it is
/// compared with.
pub(super) type Pair = (String, String);

/// What the statements of one pair are about.
#[derive(Default)]
pub(super) struct Meant {
    pub(super) access: Vec<Access>,
    /// What stands before and behind the principal's tag in the values for the resource's.
    pub(super) templates: BTreeSet<(String, String)>,
    /// Values with the tag that are not judged.
    pub(super) odd: BTreeSet<String>,
    /// Values without variables that any statement compares the resource's tag with.
    pub(super) spelled: BTreeSet<String>,
    /// The same, of the principal's tag.
    pub(super) own_spelled: BTreeSet<String>,
    /// Whether a value is given for principals without the tag.
    pub(super) has_default: bool,
}

impl Meant {
    /// Takes in a value: of the resource's tag with that of the principal in it, or the other way
    /// round.
    fn add(&mut self, statement: &Statement, value: &str, is_turned: bool) {
        self.access.push(access(statement));
        let mut variables = value.split("${").skip(1).filter_map(|v| v.split('}').next());
        self.has_default |= variables.any(|v| v.contains(','));
        match split(value) {
            Some((before, after)) if !is_turned || (before.is_empty() && after.is_empty()) => {
                self.templates.insert((before.to_owned(), after.to_owned()));
            }
            Some(_) | None => {
                self.odd.insert(value.to_owned());
            }
        }
    }
}

/// The pairs of tags that statements of any layer compare, with what these statements are about.
pub(super) fn pairs(layered: &Layered) -> BTreeMap<Pair, Meant> {
    let mut pairs: BTreeMap<Pair, Meant> = BTreeMap::new();
    for statement in statements(layered) {
        for (_, entry) in statement.condition_entries() {
            let key: &str = &entry.key.value;
            for text in entry.values.iter().map(|v| v.text()) {
                for name in variables(text) {
                    if let Some(pair) = pair(key, name) {
                        pairs.entry(pair).or_default().add(statement, text, false);
                    } else if let Some(pair) = pair(name, key) {
                        pairs.entry(pair).or_default().add(statement, text, true);
                    }
                }
            }
        }
    }
    for ((key, tag), meant) in &mut pairs {
        meant.spelled = spelled(layered, |k| is_same_tag(k, key));
        let own = format!("aws:PrincipalTag/{tag}");
        meant.own_spelled = spelled(layered, |k| k.eq_ignore_ascii_case(&own));
    }
    pairs
}

fn statements(layered: &Layered) -> impl Iterator<Item = &Statement> {
    let layers = layered.policies.layers().into_iter();
    layers.flat_map(|layer| layered.policies.statements(layer)).map(|(_, statement)| statement)
}

/// The values without variables that a key is compared with.
pub(super) fn spelled(layered: &Layered, is_key: impl Fn(&str) -> bool) -> BTreeSet<String> {
    let entries = statements(layered).flat_map(|s| s.condition_entries());
    let entries = entries.filter(|(block, e)| {
        let is_null = block.operator.operator.is_some_and(|o| o.base == BaseOperator::Null);
        !is_null && is_key(&e.key.value)
    });
    let texts = entries.flat_map(|(_, e)| &e.values).map(|v| v.text());
    texts.filter(|t| !t.contains("${")).map(filled).filter(|t| !t.is_empty()).collect()
}

/// A text that a pattern fits.
pub(super) fn filled(pattern: &str) -> String {
    pattern.replace('*', "").replace('?', "x")
}

/// Whether two keys tell of one tag: services have names of their own for `aws:ResourceTag`.
pub(super) fn is_same_tag(one: &str, other: &str) -> bool {
    let name = |key: &str| {
        let (head, name) = key.split_once('/')?;
        let head = head.to_ascii_lowercase();
        let class = if head.ends_with(":resourcetag") { "resource".to_owned() } else { head };
        Some((class, name.to_ascii_lowercase()))
    };
    one.eq_ignore_ascii_case(other) || name(one).is_some_and(|own| Some(own) == name(other))
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

/// The variables in a value.
fn variables(value: &str) -> impl Iterator<Item = &str> {
    value.split("${").skip(1).filter_map(|rest| {
        let end = rest.find(['}', ','])?;
        rest.get(..end).map(str::trim)
    })
}

/// What stands before and behind the one variable of a value.
fn split(value: &str) -> Option<(&str, &str)> {
    let (before, rest) = value.split_once("${")?;
    let (_, after) = rest.split_once('}')?;
    (!after.contains("${")).then_some((before, after))
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

/// What statements are about, of what belongs to a resource.
pub(super) fn meant_on(meant: &Meant, target: &Target) -> Vec<Access> {
    let service = format!("{}:*", target.service());
    let patterns = target.patterns();
    let on = |access: &Access| {
        let is_service = |a: &String| glob::intersects(a, &service, Case::Insensitive);
        let actions: Vec<String> =
            access.actions.iter().filter(|a| is_service(a)).cloned().collect();
        let meets = |pattern: &&String| {
            let mut all = access.resources.iter();
            access.resources.is_empty()
                || all.any(|r| glob::intersects(r, pattern, Case::Sensitive))
        };
        let resources: Vec<String> = patterns.iter().filter(meets).cloned().collect();
        // What a `NotAction` leaves has no names.
        let is_any = access.actions.is_empty();
        let is_some = !resources.is_empty() && (is_any || !actions.is_empty());
        is_some.then_some(Access {
            actions: if is_any { vec![service.clone()] } else { actions },
            resources,
        })
    };
    meant.access.iter().filter_map(on).collect()
}
