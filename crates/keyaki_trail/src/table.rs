//! `data/events.txt`: where events and actions differ.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use keyaki_catalog::Action;
use keyaki_ir::glob::{self, Case};

/// The table, by what its lines begin with.
#[derive(Debug, Default)]
pub(crate) struct Table {
    sources: BTreeMap<&'static str, &'static str>,
    events: BTreeMap<(&'static str, String), Vec<&'static str>>,
    pub(crate) also: Vec<Special>,
    pub(crate) instead: Vec<Special>,
    verbs: Vec<[&'static str; 3]>,
    needs: Vec<[&'static str; 3]>,
    free: Vec<[&'static str; 2]>,
    holes: BTreeMap<(&'static str, &'static str), Vec<&'static str>>,
    data: BTreeMap<&'static str, Vec<&'static str>>,
    passed: BTreeMap<&'static str, &'static str>,
}

/// What a parameter of a request changes.
#[derive(Debug)]
pub(crate) struct Special {
    pub(crate) prefix: &'static str,
    pub(crate) action: &'static str,
    pub(crate) parameter: &'static str,
    pub(crate) becomes: &'static str,
}

pub(crate) fn table() -> &'static Table {
    static TABLE: OnceLock<Table> = OnceLock::new();
    TABLE.get_or_init(|| {
        let mut table = Table::default();
        let lines = include_str!("../data/events.txt").lines();
        for line in lines.filter(|l| !l.starts_with('#')) {
            table.add(&line.split('\t').collect::<Vec<_>>());
        }
        table
    })
}

impl Table {
    fn add(&mut self, cells: &[&'static str]) {
        match *cells {
            ["source", label, prefix] => {
                self.sources.insert(label, prefix);
            }
            ["event", prefix, name, actions] => {
                let key = (prefix, name.to_ascii_lowercase());
                self.events.insert(key, actions.split(' ').collect());
            }
            ["also", prefix, action, parameter, becomes] => {
                self.also.push(Special { prefix, action, parameter, becomes });
            }
            ["instead", prefix, action, parameter, becomes] => {
                self.instead.push(Special { prefix, action, parameter, becomes });
            }
            ["verb", prefix, begin, action] => self.verbs.push([prefix, begin, action]),
            ["needs", prefix, action, kind] => self.needs.push([prefix, action, kind]),
            ["free", prefix, action] => self.free.push([prefix, action]),
            ["hole", prefix, hole, parameters] => {
                self.holes.insert((prefix, hole), parameters.split(' ').collect());
            }
            ["data", prefix, actions] => {
                self.data.insert(prefix, actions.split(' ').collect());
            }
            ["passed", prefix, service] => {
                self.passed.insert(prefix, service);
            }
            _ => debug_assert!(cells == [""], "{cells:?}"),
        }
    }

    /// The prefix of the actions of an event source such as `s3.amazonaws.com`.
    pub(crate) fn prefix<'s>(&self, source: &'s str) -> &'s str {
        let label = source.split_once(".amazonaws.").map_or(source, |(label, _)| label);
        match self.sources.get(label) {
            Some(prefix) => prefix,
            None => label.split('.').next().unwrap_or(label),
        }
    }

    /// The actions of an event that has others than its name.
    pub(crate) fn actions(&self, prefix: &str, event: &str) -> Option<Vec<&'static str>> {
        let key = event.to_ascii_lowercase();
        let listed = self.events.iter().find(|((p, name), _)| *p == prefix && *name == key);
        let by_verb = || {
            let mut verbs = self.verbs.iter().filter(|[p, _, _]| *p == prefix);
            verbs.find(|[_, begin, _]| event.starts_with(begin)).map(|[_, _, verb]| vec![*verb])
        };
        listed.map(|(_, actions)| actions.clone()).or_else(by_verb)
    }

    /// The parameters that fill a hole.
    pub(crate) fn hole(&self, prefix: &str, hole: &str) -> Option<&[&'static str]> {
        let of = |p: &str| self.holes.iter().find(|((q, h), _)| *q == p && *h == hole);
        of(prefix).or_else(|| of("*")).map(|(_, names)| names.as_slice())
    }

    /// Whether every request for an action needs a resource of a type.
    pub(crate) fn needs(&self, action: Action<'_>, kind: &str) -> bool {
        let (prefix, name) = (action.service().prefix(), action.name());
        self.needs.contains(&[prefix, name, kind])
    }

    /// The service that an action of a prefix passes roles to.
    pub(crate) fn passed_to(&self, prefix: &str) -> String {
        let known = self.passed.iter().find(|(p, _)| **p == prefix);
        known
            .map_or_else(|| format!("{prefix}.amazonaws.com"), |(_, service)| (*service).to_owned())
    }
}

/// Whether CloudTrail records an action only where a trail asks for data events.
pub fn is_data_action(action: &str) -> bool {
    let Some((prefix, name)) = action.split_once(':') else { return false };
    let patterns = table().data.get(prefix).map_or(&[][..], Vec::as_slice);
    patterns.iter().any(|p| glob::matches(p, name, Case::Insensitive))
}

/// Whether an action needs no permission.
pub fn is_free(action: &str) -> bool {
    let Some((prefix, name)) = action.split_once(':') else { return false };
    table().free.iter().any(|[p, n]| *p == prefix && n.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every action of the table is one of the catalogue, so that a line cannot go stale unseen.
    #[test]
    fn every_action_of_the_table_is_in_the_catalogue() {
        let catalog = keyaki_catalog::embedded();
        let table = table();
        let events = table.events.iter();
        let listed = events.flat_map(|((p, _), names)| names.iter().map(move |n| (*p, *n)));
        let special = table.also.iter().chain(&table.instead);
        let special = special.flat_map(|s| [(s.prefix, s.action), (s.prefix, s.becomes)]);
        let verbs = table.verbs.iter().map(|[p, _, action]| (*p, *action));
        let unknown: Vec<String> = listed
            .chain(special)
            .chain(verbs)
            .map(|(prefix, name)| format!("{prefix}:{name}"))
            .filter(|action| catalog.action(action).is_none())
            .collect();
        assert!(unknown.is_empty(), "{unknown:?}");
    }

    #[test]
    fn every_hole_and_data_pattern_of_the_table_is_in_the_catalogue() {
        let catalog = keyaki_catalog::embedded();
        let templates: Vec<&str> =
            catalog.resource_types().flat_map(|t| t.arns()).map(|a| a.template()).collect();
        for (prefix, hole) in table().holes.keys() {
            let hole = format!("${{{hole}}}");
            assert!(templates.iter().any(|t| t.contains(&hole)), "{prefix} {hole}");
        }
        for (prefix, patterns) in &table().data {
            for pattern in patterns {
                let pattern = format!("{prefix}:{pattern}");
                assert!(catalog.matches_any(&pattern), "{pattern}");
            }
        }
    }
}
