//! One condition key: what is asked of it, and all states of it that are to be told apart.
//!
//! The states are found here; whether a test holds in a state is asked of the evaluator.

use std::collections::HashSet;

use keyaki_catalog::{Catalog, KeyType};
use keyaki_eval::{Context, Point, Test, Values};
use keyaki_ir::{Comparison, ConditionEntry, Effect, Family, Operator, Version, date};
use keyaki_ir::{ip::Cidr, number::Decimal};

use crate::bits::Bits;
use crate::budget::{Budget, Exhausted};
use crate::language::Language;
use crate::query::Side;
use crate::space::Key;
use crate::spelled::Spelled;
use crate::unions::{told_apart, unions};
use crate::values::{addresses, dates, numbers};

/// What a condition key holds.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum State {
    /// Nothing: the key is absent, or has no values, which is the same.
    Absent,
    One(String),
    Many(Vec<String>),
}

impl State {
    fn values(&self) -> Option<Values> {
        match self {
            State::Absent => None,
            State::One(value) => Some(Values::One(value.clone())),
            State::Many(values) => Some(Values::List(values.clone())),
        }
    }

    /// Puts the key into a context as it is.
    pub(crate) fn write(&self, key: &str, context: &mut Context) {
        if let Some(values) = self.values() {
            context.set(key, values);
        }
    }
}

/// Something that is asked of a key.
#[derive(Clone, Debug)]
pub(crate) enum KeyTest<'p> {
    /// An entry of a condition block, none of whose values depends on other keys.
    Entry {
        operator: Operator,
        entry: ConditionEntry,
        version: Version,
        effect: Effect,
        side: Side<'p>,
    },
    /// There is a value.
    Present,
    /// There is exactly one value, and it is in the language.
    Is(Language),
    /// Some value is in the language.
    Any(Language),
}

impl KeyTest<'_> {
    pub(crate) fn holds(&self, key: &str, state: &State) -> bool {
        match self {
            KeyTest::Entry { operator, entry, version, effect, side } => {
                let mut context = Context::new();
                state.write(key, &mut context);
                let (version, effect, profile) = (*version, *effect, side.profile);
                Test { operator: *operator, entry, version, effect, profile }.holds(&context)
            }
            KeyTest::Present => *state != State::Absent,
            KeyTest::Is(language) => matches!(state, State::One(v) if language.matches(v)),
            KeyTest::Any(language) => match state {
                State::Absent => false,
                State::One(value) => language.matches(value),
                State::Many(values) => values.iter().any(|v| language.matches(v)),
            },
        }
    }

    /// Whether a value alone satisfies it, among several.
    fn takes(&self, value: &str) -> bool {
        match self {
            KeyTest::Entry { operator, entry, version, effect, side } => {
                let (version, effect, profile) = (*version, *effect, side.profile);
                let test = Test { operator: *operator, entry, version, effect, profile };
                test.takes(value, &Context::new())
            }
            KeyTest::Any(language) => language.matches(value),
            KeyTest::Present | KeyTest::Is(_) => false,
        }
    }

    /// The texts that it compares with, where texts that it does not spell out are alike to it.
    pub(crate) fn spelled_out(&self) -> Option<impl Iterator<Item = &str>> {
        match self {
            KeyTest::Entry { operator, entry, .. } => {
                let is_equality = operator.base.comparison() == Comparison::Text;
                let has_variables = entry.values.iter().any(|v| !v.pattern.variables().is_empty());
                let values = entry.values.iter().map(|v| v.text());
                (is_equality && !has_variables).then_some(values)
            }
            KeyTest::Present | KeyTest::Is(_) | KeyTest::Any(_) => None,
        }
    }

    /// How many values it compares with.
    pub(crate) fn size(&self) -> usize {
        match self {
            KeyTest::Entry { entry, .. } => 1 + entry.values.len(),
            KeyTest::Present | KeyTest::Is(_) | KeyTest::Any(_) => 1,
        }
    }

    fn family(&self) -> Family {
        match self {
            KeyTest::Entry { operator, .. } => operator.base.family(),
            KeyTest::Present | KeyTest::Is(_) | KeyTest::Any(_) => Family::String,
        }
    }
}

/// A state, with the tests that hold in it.
#[derive(Clone, Debug)]
pub(crate) struct Class {
    pub(crate) state: State,
    pub(crate) holds: Bits,
}

/// All states of a key that its tests tell apart.
#[derive(Clone, Debug)]
pub(crate) struct Classes {
    pub(crate) all: Vec<Class>,
    /// Whether every state that occurs behaves like one of them.
    pub(crate) complete: bool,
}

/// What is known of a key.
struct Facts {
    key_type: Option<KeyType>,
    many: bool,
    always: bool,
}

impl Facts {
    /// Whether the empty text is a value: it is no number, date, address or truth value.
    fn can_be_empty(&self) -> bool {
        match self.key_type {
            Some(
                KeyType::Bool
                | KeyType::ArrayOfBool
                | KeyType::Numeric
                | KeyType::Date
                | KeyType::IpAddress,
            ) => false,
            Some(
                KeyType::String
                | KeyType::Arn
                | KeyType::Binary
                | KeyType::ArrayOfString
                | KeyType::ArrayOfArn,
            )
            | None => true,
        }
    }
}

/// Keys that every request has:
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html>,
/// where the availability of each reads "always included".
const ALWAYS: [&str; 5] = [
    "aws:CurrentTime",
    "aws:EpochTime",
    "aws:SecureTransport",
    "aws:RequestedRegion",
    "aws:ViaAWSService",
];

/// Whether every request has the key.
pub(crate) fn is_always_there(key: &str) -> bool {
    ALWAYS.iter().any(|k| k.eq_ignore_ascii_case(key))
}

fn facts(key: &Key<'_>, catalog: &Catalog) -> Facts {
    let key_type = catalog.key(&key.name).key_type();
    // A key that the catalogue does not know has several values where a policy expects that.
    let many = key_type.map_or(key.expects_many, KeyType::is_multivalued);
    let always = is_always_there(&key.name);
    Facts { key_type, many, always }
}

/// The states of a key that these tests tell apart.
pub(crate) fn classes(
    key: &Key<'_>,
    catalog: &Catalog,
    budget: &Budget,
) -> Result<Classes, Exhausted> {
    let facts = facts(key, catalog);
    let (mut texts, complete) = texts(&key.tests, &facts, budget)?;
    // The empty text is a state of its own.
    texts.retain(|t| !t.is_empty());
    let mut all =
        Found { key: &key.name, tests: &key.tests, all: Vec::new(), known: HashSet::new() };
    if !facts.always {
        all.add(State::Absent);
    }
    let spelled = Spelled::of(key, &texts);
    for text in &texts {
        let holds = spelled.holds(key, text, budget)?;
        all.insert(State::One(text.clone()), holds);
    }
    if facts.can_be_empty() {
        all.add(State::One(String::new()));
    }
    if facts.many {
        let more = facts.can_be_empty().then_some("");
        let texts: Vec<&str> = texts.iter().map(String::as_str).chain(more).collect();
        several(&texts, &mut all, budget)?;
    }
    Ok(Classes { all: all.all, complete })
}

struct Found<'t> {
    key: &'t str,
    tests: &'t [KeyTest<'t>],
    all: Vec<Class>,
    known: HashSet<Bits>,
}

impl Found<'_> {
    fn add(&mut self, state: State) {
        let holds: Bits =
            (0..self.tests.len()).filter(|t| self.tests[*t].holds(self.key, &state)).collect();
        self.insert(state, holds);
    }

    fn insert(&mut self, state: State, holds: Bits) {
        if self.known.insert(holds.clone()) {
            self.all.push(Class { state, holds });
        }
    }
}

/// Several values: every union of what single values do, from the empty list up.
fn several(texts: &[&str], all: &mut Found<'_>, budget: &Budget) -> Result<(), Exhausted> {
    // What some value satisfies, what every value satisfies, and whether some value is not empty.
    type Reach = (Bits, Bits, bool);
    let tests = all.tests;
    let single = |text: &str| -> Reach {
        let bits: Bits = (0..tests.len()).filter(|t| tests[*t].takes(text)).collect();
        (bits.clone(), bits, !text.is_empty())
    };
    let mut singles: Vec<(Reach, String)> = Vec::new();
    for text in texts {
        let reach = single(text);
        if !singles.iter().any(|(r, _)| *r == reach) {
            singles.push((reach, (*text).to_owned()));
        }
    }
    let mut seen: std::collections::HashSet<Reach> = Default::default();
    let mut open: Vec<(Reach, Vec<String>)> =
        singles.iter().map(|(r, t)| (r.clone(), vec![t.clone()])).collect();
    while let Some((reach, values)) = open.pop() {
        for (more, text) in &singles {
            budget.spend(tests.len() as u64 + 1)?;
            let union = (reach.0.union(&more.0), reach.1.intersection(&more.1), reach.2 || more.2);
            if seen.insert(union.clone()) {
                let values: Vec<String> = values.iter().chain([text]).cloned().collect();
                all.add(State::Many(values.clone()));
                open.push((union, values));
            }
        }
    }
    Ok(())
}

/// Texts of which every other text behaves like one, and whether that is certain.
fn texts(
    tests: &[KeyTest<'_>],
    facts: &Facts,
    budget: &Budget,
) -> Result<(Vec<String>, bool), Exhausted> {
    let element = match facts.key_type {
        Some(KeyType::Bool | KeyType::ArrayOfBool) => {
            return Ok((vec!["true".to_owned(), "false".to_owned()], true));
        }
        Some(KeyType::Numeric) => Some(Family::Numeric),
        Some(KeyType::Date) => Some(Family::Date),
        Some(KeyType::IpAddress) => Some(Family::IpAddress),
        Some(
            KeyType::String
            | KeyType::Arn
            | KeyType::Binary
            | KeyType::ArrayOfString
            | KeyType::ArrayOfArn,
        )
        | None => None,
    };
    let measured = [Family::Numeric, Family::Date, Family::IpAddress];
    let measured: Vec<Family> =
        measured.into_iter().filter(|f| tests.iter().any(|t| t.family() == *f)).collect();
    let unions = unions(tests);
    let mut texts = match unions.is_empty() && !measured.is_empty() {
        true => vec!["example".to_owned()],
        false => told_apart(&unions, budget)?,
    };
    for family in &measured {
        texts.extend(bounds(*family, tests));
    }
    // The catalogue says that the key holds nothing but such values.
    if let Some(family) = element.filter(|f| measured.contains(f)) {
        texts.retain(|text| is_of(family, text));
        if texts.is_empty() {
            texts.push(usual(family).to_owned());
        }
    }
    budget.spend(texts.len() as u64)?;
    let mixed = measured.len() > 1 || (!measured.is_empty() && !unions.is_empty());
    Ok((texts, !mixed && !tests.iter().any(reads_texts_otherwise)))
}

fn is_of(family: Family, text: &str) -> bool {
    match family {
        Family::Numeric => Decimal::parse(text).is_some(),
        Family::Date => date::parse(text).is_some(),
        Family::IpAddress => !text.contains('/') && Cidr::parse(text).is_some(),
        Family::String | Family::Bool | Family::Binary | Family::Arn | Family::Null => true,
    }
}

/// A value of a family, where no bounds tell values apart.
fn usual(family: Family) -> &'static str {
    match family {
        Family::Numeric => "1",
        Family::Date => "2026-01-01T00:00:00Z",
        Family::IpAddress => "198.51.100.7",
        Family::String | Family::Bool | Family::Binary | Family::Arn | Family::Null => "example",
    }
}

/// The texts that a family's bounds tell apart.
fn bounds(family: Family, tests: &[KeyTest<'_>]) -> Vec<String> {
    let of = |t: &&KeyTest<'_>| t.family() == family;
    let values: Vec<&str> = tests
        .iter()
        .filter(of)
        .filter_map(|t| match t {
            KeyTest::Entry { entry, .. } => Some(&entry.values),
            KeyTest::Present | KeyTest::Is(_) | KeyTest::Any(_) => None,
        })
        .flatten()
        .map(|v| v.text())
        .collect();
    let values = values.into_iter();
    match family {
        Family::Numeric => numbers(values),
        Family::Date => dates(values),
        Family::IpAddress => addresses(values),
        Family::String | Family::Bool | Family::Binary | Family::Arn | Family::Null => Vec::new(),
    }
}

/// Whether a test may tell texts apart that these languages and bounds do not.
fn reads_texts_otherwise(test: &KeyTest<'_>) -> bool {
    const POINTS: [Point; 5] = [
        Point::Newline,
        Point::ArnCase,
        Point::NumberPrefix,
        Point::Ipv6Text,
        Point::EscapeInEquals,
    ];
    match test {
        KeyTest::Entry { operator, entry, effect, side, .. } => {
            let otherwise = POINTS.iter().any(|p| {
                [*effect, crate::statement::other(*effect)]
                    .iter()
                    .any(|e| side.profile.in_statement(*p, *e) == keyaki_eval::Reading::Alternative)
                    || side.profile.takes_both(*p)
            });
            // The lower case of other letters can depend on their neighbours.
            let folds = operator.base.comparison() == Comparison::TextInAnyCase;
            otherwise || (folds && !entry.values.iter().all(|v| v.text().is_ascii()))
        }
        KeyTest::Present | KeyTest::Is(_) | KeyTest::Any(_) => false,
    }
}
