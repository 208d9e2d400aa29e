//! The dimensions of requests: the resource, each condition key, and each relation between keys;
//! and what is asked about each of them.

use std::collections::{HashMap, HashSet};

use keyaki_eval::Profile;
use keyaki_ir::{ConditionEntry, Effect, Family, Operator, Pattern, Version};

use crate::algebra::includes;
use crate::capture::Laid;
use crate::compile;
use crate::key::KeyTest;
use crate::language::{FIRST_LETTER, Fold, Language};
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
    /// The one pattern that it is about, where it is about one.
    pattern: Option<(Matching, Box<str>)>,
}

/// How a pattern with variables is matched, and against what.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Matching {
    Resource,
    ArnOf(Box<str>),
    TextOf(Box<str>),
    ExactTextOf(Box<str>),
}

impl Matching {
    /// Whether a pattern that is matched like this may imply one that is matched like the other
    /// because of what both look like. Nothing implies how an ARN is matched but an ARN: a colon in
    /// a variable's value makes other segments of a text.
    fn may_imply(&self, other: &Matching) -> bool {
        use Matching::{ArnOf, ExactTextOf, Resource, TextOf};
        match (self, other) {
            (Resource, Resource) => true,
            (ArnOf(own) | TextOf(own) | ExactTextOf(own), TextOf(key) | ExactTextOf(key))
            | (ArnOf(own), ArnOf(key)) => own == key,
            (TextOf(_) | ExactTextOf(_), ArnOf(_))
            | (Resource, ArnOf(_) | TextOf(_) | ExactTextOf(_))
            | (ArnOf(_) | TextOf(_) | ExactTextOf(_), Resource) => false,
        }
    }
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
        let matching = (reading == Reading::Documented).then_some(Matching::Resource);
        let about = matching.map(|m| (m, pattern.text().into()));
        Relation { what, reading, variables: variables([pattern]), pattern: about }
    }

    pub(crate) fn value(
        operator: Operator,
        key: &str,
        pattern: &Pattern,
        reading: Reading,
    ) -> Relation {
        // A negated operator asks for the same relation.
        let name = operator.base.positive().name();
        let what = format!("{name} {} {}", key.to_ascii_lowercase(), pattern.text());
        let own: Box<str> = key.to_ascii_lowercase().into();
        let matching = match operator.base.family() {
            Family::Arn => Some(Matching::ArnOf(own)),
            Family::String if name == "StringLike" => Some(Matching::TextOf(own)),
            Family::String if name == "StringEquals" => Some(Matching::ExactTextOf(own)),
            Family::String
            | Family::Numeric
            | Family::Date
            | Family::Bool
            | Family::Binary
            | Family::IpAddress
            | Family::Null => None,
        };
        let about = matching.filter(|_| reading == Reading::Documented);
        let about = about.map(|m| (m, pattern.text().into()));
        Relation { what, reading, variables: variables([pattern]), pattern: about }
    }

    /// The pattern with how it is laid upon a text, and the key that holds the text; none for the
    /// resource. Nothing for a relation that is about several patterns.
    pub(crate) fn about(&self) -> Option<(&str, Laid, Option<&str>)> {
        let (matching, pattern) = self.pattern.as_ref()?;
        let (laid, key) = match matching {
            Matching::Resource => (Laid::BySegment, None),
            Matching::ArnOf(key) => (Laid::BySegment, Some(&**key)),
            Matching::TextOf(key) => (Laid::Glob, Some(&**key)),
            Matching::ExactTextOf(key) => (Laid::Exact, Some(&**key)),
        };
        Some((pattern, laid, key))
    }

    pub(crate) fn entry(operator: Operator, entry: &ConditionEntry, reading: Reading) -> Relation {
        let values: Vec<&str> = entry.values.iter().map(|v| v.text()).collect();
        let key = entry.key.value.to_ascii_lowercase();
        let what = format!("{} {key} {values:?}", operator.name());
        let variables = variables(entry.values.iter().map(|v| &v.pattern));
        Relation { what, reading, variables, pattern: None }
    }
}

/// A condition key with everything that is asked of it.
#[derive(Debug)]
pub(crate) struct Key<'p> {
    pub(crate) name: Box<str>,
    pub(crate) tests: Vec<KeyTest<'p>>,
    /// Whether some policy expects several values.
    pub(crate) expects_many: bool,
}

/// With how many relations a new one is compared; of the others it is not known what they imply.
const MOST_COMPARED: usize = 500;

/// All dimensions of a query.
#[derive(Debug, Default)]
pub(crate) struct Space<'p> {
    pub(crate) resource: Vec<ResourceTest>,
    pub(crate) keys: Vec<Key<'p>>,
    pub(crate) relations: Vec<Relation>,
    /// Pairs of relations of which the second holds where the first does.
    pub(crate) implied: Vec<(u32, u32)>,
    /// What each relation matches, with a letter of its own for each variable.
    lettered: Vec<Option<Language>>,
    letters: HashMap<String, char>,
    resource_ids: HashMap<ResourceTest, u32>,
    key_ids: HashMap<String, u32>,
    test_ids: HashMap<(u32, Identity), u32>,
    relation_ids: HashMap<Relation, u32>,
    /// Keys, in lower case, of which some policy expects several values.
    pub(crate) many: HashSet<String>,
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
    Any(Language),
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
            KeyTest::Any(language) => Identity::Any(language.clone()),
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
        let number = self.key(key);
        let identity = (number, Identity::of(&test));
        let tests = &mut self.keys[number as usize].tests;
        let test = *self.test_ids.entry(identity).or_insert_with(|| {
            tests.push(test);
            tests.len() as u32 - 1
        });
        Literal { dimension: Dimension::Key(number), test, holds: true }
    }

    fn key(&mut self, key: &str) -> u32 {
        let (keys, many) = (&mut self.keys, &self.many);
        *self.key_ids.entry(key.to_ascii_lowercase()).or_insert_with_key(|lower| {
            let expects_many = many.contains(lower);
            keys.push(Key { name: key.into(), tests: Vec::new(), expects_many });
            keys.len() as u32 - 1
        })
    }

    /// The literal that a relation holds.
    pub(crate) fn relation(&mut self, relation: Relation) -> Literal {
        let number = match self.relation_ids.get(&relation) {
            Some(number) => *number,
            None => self.add_relation(relation),
        };
        Literal { dimension: Dimension::Relation(number), test: 0, holds: true }
    }

    fn add_relation(&mut self, relation: Relation) -> u32 {
        let new = self.relations.len() as u32;
        let lettered = self.lettered(&relation);
        for (number, other) in self.relations.iter().enumerate().take(MOST_COMPARED) {
            let (Some(a), Some(b)) = (&lettered, &self.lettered[number]) else { continue };
            let (Some((own, _)), Some((its, _))) = (&relation.pattern, &other.pattern) else {
                continue;
            };
            if its.may_imply(own) && includes(a, b) {
                self.implied.push((number as u32, new));
            }
            if own.may_imply(its) && includes(b, a) {
                self.implied.push((new, number as u32));
            }
        }
        self.lettered.push(lettered);
        self.relations.push(relation.clone());
        self.relation_ids.insert(relation, new);
        new
    }

    /// The texts that a relation's pattern matches, written with a letter for each variable. What
    /// lies within another such language does so whatever the variables stand for, because no
    /// pattern says anything about a letter but itself and a star.
    fn lettered(&mut self, relation: &Relation) -> Option<Language> {
        let (matching, text) = relation.pattern.as_ref()?;
        let pattern = Pattern::new(text.clone());
        let mut out = String::new();
        let mut at = 0;
        for variable in pattern.variables().iter().filter(|v| v.escape.is_none()) {
            out.push_str(text.get(at..variable.range.start)?);
            let written = text.get(variable.range.clone())?.to_owned();
            let next = char::from_u32(FIRST_LETTER as u32 + self.letters.len() as u32)?;
            out.push(*self.letters.entry(written).or_insert(next));
            at = variable.range.end;
        }
        out.push_str(text.get(at..)?);
        let pattern = Pattern::new(out);
        match matching {
            Matching::Resource | Matching::ArnOf(_) => {
                let arn = keyaki_ir::Arn::parse(pattern.text());
                compile::arn(&pattern, arn.as_ref(), Version::V2012)
            }
            Matching::TextOf(_) => Some(compile::like(&pattern, Version::V2012, Fold::None)),
            Matching::ExactTextOf(_) => Some(compile::equals(&pattern, Version::V2012, Fold::None)),
        }
    }
}
