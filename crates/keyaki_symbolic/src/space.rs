//! The dimensions of requests: the resource, each condition key, and each relation between keys;
//! and what is asked about each of them.

use std::collections::HashMap;

use keyaki_eval::Profile;
use keyaki_ir::{ConditionEntry, Effect, Operator, Pattern, Version};

use crate::key::KeyTest;
use crate::language::Language;
use crate::query::Side;

/// A dimension and a test on it that must hold, or must not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Literal {
    pub(crate) dimension: Dimension,
    pub(crate) test: u32,
    pub(crate) holds: bool,
}

/// What a constraint is about. The order is that in which dimensions are decided, last to first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Dimension {
    Resource,
    Key(u32),
    Relation(u32),
}

impl Literal {
    pub(crate) fn resource(test: u32, holds: bool) -> Literal {
        Literal { dimension: Dimension::Resource, test, holds }
    }

    #[must_use]
    pub(crate) fn negated(self) -> Literal {
        Literal { holds: !self.holds, ..self }
    }
}

/// What a list of resource patterns matches.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct ResourceTest {
    /// ARNs that it matches.
    pub(crate) languages: Vec<Language>,
    /// Whether it matches the resource `*` of actions that work on no resource.
    pub(crate) star: bool,
}

/// A relation between the request's parts: that a pattern with variables matches.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Relation {
    what: String,
    reading: Reading,
    /// The variables that it depends on.
    pub(crate) variables: Vec<Box<str>>,
}

/// The keys that the variables of patterns name.
fn variables<'v>(patterns: impl IntoIterator<Item = &'v Pattern>) -> Vec<Box<str>> {
    let all = patterns.into_iter().flat_map(Pattern::variables);
    let keys = all.filter(|v| v.escape.is_none()).map(|v| v.key.to_ascii_lowercase().into());
    keys.collect()
}

impl Relation {
    pub(crate) fn resource(pattern: &Pattern, reading: Reading) -> Relation {
        let what = format!("resource {}", pattern.text());
        Relation { what, reading, variables: variables([pattern]) }
    }

    pub(crate) fn value(
        operator: Operator,
        key: &str,
        pattern: &Pattern,
        reading: Reading,
    ) -> Relation {
        // A negated operator asks for the same relation.
        let name = operator.base.name().replace("Not", "");
        let what = format!("{name} {} {}", key.to_ascii_lowercase(), pattern.text());
        let mut variables = variables([pattern]);
        variables.push(key.to_ascii_lowercase().into());
        Relation { what, reading, variables }
    }

    pub(crate) fn entry(operator: Operator, entry: &ConditionEntry, reading: Reading) -> Relation {
        let values: Vec<&str> = entry.values.iter().map(|v| v.text()).collect();
        let key = entry.key.value.to_ascii_lowercase();
        let what = format!("{} {key} {values:?}", operator.name());
        Relation { what, reading, variables: variables(entry.values.iter().map(|v| &v.pattern)) }
    }
}

/// A condition key with everything that is asked of it.
#[derive(Debug)]
pub(crate) struct Key<'p> {
    pub(crate) name: Box<str>,
    pub(crate) tests: Vec<KeyTest<'p>>,
}

/// All dimensions of a query.
#[derive(Debug, Default)]
pub(crate) struct Space<'p> {
    pub(crate) resource: Vec<ResourceTest>,
    pub(crate) keys: Vec<Key<'p>>,
    pub(crate) relations: Vec<Relation>,
    resource_ids: HashMap<ResourceTest, u32>,
    key_ids: HashMap<String, u32>,
    test_ids: HashMap<(u32, Identity), u32>,
    relation_ids: HashMap<Relation, u32>,
}

/// What tells apart how two equal elements are read: nothing, where both are read as documented.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Reading {
    Documented,
    Other(Effect, *const Profile),
}

impl Reading {
    pub(crate) fn of(side: Side<'_>, effect: Effect) -> Reading {
        match *side.profile == Profile::documented() {
            true => Reading::Documented,
            false => Reading::Other(effect, std::ptr::from_ref(side.profile)),
        }
    }
}

/// By what two tests on one key are the same.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Identity {
    Entry { operator: Operator, values: Vec<Box<str>>, version: Version, reading: Reading },
    Present,
    Is(Language),
}

impl Identity {
    fn of(test: &KeyTest<'_>) -> Identity {
        match test {
            KeyTest::Entry { operator, entry, version, effect, side } => Identity::Entry {
                operator: *operator,
                values: entry.values.iter().map(|v| v.text().into()).collect(),
                version: *version,
                reading: Reading::of(*side, *effect),
            },
            KeyTest::Present => Identity::Present,
            KeyTest::Is(language) => Identity::Is(language.clone()),
        }
    }
}

impl<'p> Space<'p> {
    pub(crate) fn resource_test(&mut self, test: ResourceTest) -> u32 {
        let new = self.resource.len() as u32;
        *self.resource_ids.entry(test).or_insert_with_key(|test| {
            self.resource.push(test.clone());
            new
        })
    }

    pub(crate) fn key_test(&mut self, key: &str, test: KeyTest<'p>) -> Literal {
        let name = key.to_ascii_lowercase();
        let keys = &mut self.keys;
        let number = *self.key_ids.entry(name).or_insert_with(|| {
            keys.push(Key { name: key.into(), tests: Vec::new() });
            keys.len() as u32 - 1
        });
        let identity = (number, Identity::of(&test));
        let tests = &mut self.keys[number as usize].tests;
        let test = *self.test_ids.entry(identity).or_insert_with(|| {
            tests.push(test);
            tests.len() as u32 - 1
        });
        Literal { dimension: Dimension::Key(number), test, holds: true }
    }

    /// The literal that a relation holds.
    pub(crate) fn relation(&mut self, relation: Relation) -> Literal {
        let relations = &mut self.relations;
        let number = *self.relation_ids.entry(relation).or_insert_with_key(|r| {
            relations.push(r.clone());
            relations.len() as u32 - 1
        });
        Literal { dimension: Dimension::Relation(number), test: 0, holds: true }
    }
}
