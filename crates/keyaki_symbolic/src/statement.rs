//! Statements as unions of boxes: products of one constraint for each dimension.
//!
//! An element that depends on other keys, by a policy variable, is cut out of its list: a relation
//! of its own that is taken to hold or not to hold freely. What is proved for every choice holds
//! for the real relation.

use std::iter::repeat;

use keyaki_eval::{Layer, Point, Profile, Reading, StatementRef};
use keyaki_ir::{
    ConditionEntry, Effect, Element, Family, Operator, Pattern, ResourcePattern, Statement, Version,
};

use crate::compile;
use crate::key::KeyTest;
use crate::language::{Fold, Language};
use crate::query::Side;
use crate::same::Placed;
use crate::space::{self, Literal, Relation, ResourceTest, Space};

/// A product of constraints; empty where nothing is asked.
pub(crate) type Conjunction = Vec<Literal>;

/// Where a statement stands: what its elements are read with.
#[derive(Clone, Copy)]
struct Place<'p> {
    side: Side<'p>,
    version: Version,
    effect: Effect,
}

impl Place<'_> {
    fn reading(self) -> space::Reading {
        space::Reading::of(self.side, self.effect)
    }
}

/// The other effect: what a profile leans to inside of a negation.
pub(crate) fn other(effect: Effect) -> Effect {
    match effect {
        Effect::Allow => Effect::Deny,
        Effect::Deny => Effect::Allow,
    }
}

/// Why a statement cannot be put into boxes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NotModelled(pub(crate) String);

/// The boxes of the resource and condition elements of a statement, which may have had variables
/// replaced since it was placed.
pub(crate) fn boxes<'p>(
    placed: Placed<'p>,
    statement: &Statement,
    space: &mut Space<'p>,
) -> Result<Vec<Conjunction>, NotModelled> {
    let (side, at, version) = (placed.side, placed.at, placed.version);
    let place = Place { side, version, effect: statement.effect().unwrap_or(Effect::Deny) };
    let mut boxes = resource_boxes(statement, at, place, space)?;
    let blocks = statement.condition.iter().flat_map(|c| &c.blocks);
    // An operator that does not exist never holds, even where it is applied to no key.
    if blocks.clone().any(|b| b.operator.operator.is_none()) {
        return Ok(Vec::new());
    }
    let entries = blocks.flat_map(|b| b.entries.iter().zip(repeat(b.operator.operator)));
    for (entry, operator) in entries {
        let Some(operator) = operator else { return Ok(Vec::new()) };
        let mut alternatives = entry_boxes(operator, entry, place, space)?;
        if alternatives.len() > 1 && boxes.len() * alternatives.len() > MOST_BOXES {
            // As if nothing were known of it but which keys it is about.
            let whole = Relation::entry(operator, entry, place.reading());
            alternatives = vec![vec![space.relation(whole)]];
        }
        boxes = product(&boxes, &alternatives);
    }
    for conjunction in &mut boxes {
        conjunction.sort_unstable();
        conjunction.dedup();
    }
    Ok(boxes)
}

/// How many boxes the conditions of one statement may make.
const MOST_BOXES: usize = 256;

fn product(a: &[Conjunction], b: &[Conjunction]) -> Vec<Conjunction> {
    a.iter().flat_map(|x| b.iter().map(move |y| [x.as_slice(), y].concat())).collect()
}

fn resource_boxes<'p>(
    statement: &Statement,
    at: StatementRef,
    place: Place<'p>,
    space: &mut Space<'p>,
) -> Result<Vec<Conjunction>, NotModelled> {
    let (positive, negative) = (&statement.resource, &statement.not_resource);
    if positive.is_none() && negative.is_none() {
        let is_implied = at.layer == Layer::Resource;
        return Ok(if is_implied { vec![Vec::new()] } else { Vec::new() });
    }
    let mut boxes = vec![Vec::new()];
    if let Some(element) = positive {
        boxes = positive_resource(element, place, space)?;
    }
    if let Some(element) = negative {
        let negated = Place { effect: other(place.effect), ..place };
        let none = negative_resource(element, negated, space)?;
        boxes.iter_mut().for_each(|b| b.extend(none.iter().copied()));
    }
    Ok(boxes)
}

fn positive_resource<'p>(
    element: &Element<ResourcePattern>,
    place: Place<'p>,
    space: &mut Space<'p>,
) -> Result<Vec<Conjunction>, NotModelled> {
    let (open, closed) = split(element, place);
    let mut boxes = Vec::new();
    if !closed.is_empty() {
        let test = space.resource_test(resource_test(&closed, place)?);
        boxes.push(vec![Literal::resource(test, true)]);
    }
    for pattern in open {
        let wide = space.resource_test(resource_test(&[pattern], place)?);
        let relation = space.relation(Relation::resource(&pattern.pattern, place.reading()));
        boxes.push(vec![Literal::resource(wide, true), relation]);
    }
    Ok(boxes)
}

fn negative_resource<'p>(
    element: &Element<ResourcePattern>,
    place: Place<'p>,
    space: &mut Space<'p>,
) -> Result<Conjunction, NotModelled> {
    let (open, closed) = split(element, place);
    let otherwise =
        place.side.profile.in_statement(Point::NotResourceUnresolved, other(place.effect));
    if !open.is_empty() && otherwise == Reading::Alternative {
        return Err(NotModelled(format!(
            "the other reading of {}",
            Point::NotResourceUnresolved.id()
        )));
    }
    let mut all = Vec::new();
    if !closed.is_empty() {
        let test = space.resource_test(resource_test(&closed, place)?);
        all.push(Literal::resource(test, false));
    }
    for pattern in open {
        all.push(space.relation(Relation::resource(&pattern.pattern, place.reading())).negated());
    }
    Ok(all)
}

/// The entries that depend on the request, and those that do not.
fn split<'p>(
    element: &'p Element<ResourcePattern>,
    place: Place<'_>,
) -> (Vec<&'p ResourcePattern>, Vec<&'p ResourcePattern>) {
    element.entries.iter().partition(|e| compile::is_open(&e.pattern, place.version))
}

/// What a list of resources matches; variables stand for any text.
fn resource_test(
    entries: &[&ResourcePattern],
    place: Place<'_>,
) -> Result<ResourceTest, NotModelled> {
    let profile = place.side.profile;
    let otherwise = |p: Point| profile.in_statement(p, place.effect) == Reading::Alternative;
    for point in [Point::TypeWildcard, Point::ArnCase, Point::ShortArn, Point::Newline] {
        if otherwise(point) {
            return Err(NotModelled(format!("the other reading of {}", point.id())));
        }
    }
    if replaces_otherwise(profile) && entries.iter().any(|e| !e.pattern.variables().is_empty()) {
        return Err(NotModelled("policy variables under another reading".to_owned()));
    }
    let mut test = ResourceTest::default();
    for entry in entries {
        let text = entry.text();
        if !text.is_empty() && text.bytes().all(|b| b == b'*') {
            test.star = true;
            test.languages.push(Language::arns());
            continue;
        }
        test.languages.extend(compile::arn(&entry.pattern, entry.arn.as_ref(), place.version));
        if otherwise(Point::ArnColon) {
            test.languages.push(compile::like(&entry.pattern, place.version, Fold::None));
        }
    }
    test.languages.sort();
    test.languages.dedup();
    Ok(test)
}

/// Whether something else than documented may stand in for a policy variable.
pub(crate) fn replaces_otherwise(profile: &Profile) -> bool {
    const POINTS: [Point; 4] = [
        Point::Variables2008,
        Point::EscapeInEquals,
        Point::EmptyVariable,
        Point::DefaultWithoutSpace,
    ];
    POINTS.iter().any(|p| profile.takes_both(*p) || reads_otherwise(profile, *p))
}

/// Whether a point is read otherwise in statements of some effect.
fn reads_otherwise(profile: &Profile, point: Point) -> bool {
    let effects = [Effect::Allow, Effect::Deny];
    effects.iter().any(|e| profile.in_statement(point, *e) == Reading::Alternative)
}

/// The boxes of one key under one operator.
fn entry_boxes<'p>(
    operator: Operator,
    entry: &ConditionEntry,
    place: Place<'p>,
    space: &mut Space<'p>,
) -> Result<Vec<Conjunction>, NotModelled> {
    let key = &*entry.key.value;
    let takes = operator.base.takes_variables()
        || (operator.base.family() == Family::Bool
            && place.side.profile.in_statement(Point::BoolVariables, place.effect)
                == Reading::Alternative);
    let profile = place.side.profile;
    let has_variables = |p: &Pattern| takes && !p.variables().is_empty();
    if replaces_otherwise(profile) && entry.values.iter().any(|v| has_variables(&v.pattern)) {
        return Err(NotModelled("policy variables under another reading".to_owned()));
    }
    let is_open = |p: &Pattern| takes && compile::is_open(p, place.version);
    let test = |entry: ConditionEntry| KeyTest::Entry {
        operator,
        entry,
        version: place.version,
        effect: place.effect,
        side: place.side,
    };
    if !entry.values.iter().any(|v| is_open(&v.pattern)) {
        return Ok(vec![vec![space.key_test(key, test(entry.clone()))]]);
    }
    if operator.set.is_some() {
        return Ok(vec![vec![space.relation(Relation::entry(operator, entry, place.reading()))]]);
    }
    if reads_otherwise(profile, Point::MultivaluedPlain) {
        return Err(NotModelled(format!("the other reading of {}", Point::MultivaluedPlain.id())));
    }
    let mut closed = entry.clone();
    closed.values.retain(|v| !is_open(&v.pattern));
    let open = entry.values.iter().filter(|v| is_open(&v.pattern));
    let rest = space.key_test(key, test(closed));
    if operator.base.is_negated() {
        // No value may match: neither one of the others nor, where there is one, the relation.
        let relations = open.map(|v| {
            space.relation(Relation::value(operator, key, &v.pattern, place.reading())).negated()
        });
        return Ok(vec![[rest].into_iter().chain(relations.collect::<Vec<_>>()).collect()]);
    }
    let mut boxes = vec![vec![rest]];
    for value in open {
        let wide = widened(operator, &value.pattern, place.version);
        let one = space.key_test(key, KeyTest::Is(wide));
        let relation =
            space.relation(Relation::value(operator, key, &value.pattern, place.reading()));
        boxes.push(vec![one, relation]);
    }
    Ok(boxes)
}

/// What a value with variables can match at most.
fn widened(operator: Operator, pattern: &Pattern, version: Version) -> Language {
    match operator.base.family() {
        Family::Arn => {
            let arn = keyaki_ir::Arn::parse(pattern.text());
            compile::arn(pattern, arn.as_ref(), version).unwrap_or_else(Language::arns)
        }
        Family::String
        | Family::Numeric
        | Family::Date
        | Family::Bool
        | Family::Binary
        | Family::IpAddress
        | Family::Null => {
            let fold = match operator.name().contains("IgnoreCase") {
                true => Fold::Lower,
                false => Fold::None,
            };
            compile::like(pattern, version, fold)
        }
    }
}
