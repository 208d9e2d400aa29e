//! Values to try for keys that policies relate to each other.

use keyaki_ir::{Pattern, Statement, Variable, glob};

use crate::budget::{Budget, Exhausted};
use crate::capture::captured;
use crate::decide::Point;
use crate::instantiate::Known;
use crate::key::{KeyTest, State};
use crate::program::Program;
use crate::query::Query;

/// The most sets of values that are tried.
const MOST: usize = 64;

/// Values of the usual form for the keys that variables name.
pub(crate) fn usual_values(program: &Program<'_>, fixed: &Known) -> Known {
    let keys = open_keys(program, fixed);
    keys.map(|key| (key.clone(), Some(usual(key).into()))).collect()
}

/// The keys that variables name, but for those that are fixed.
fn open_keys<'s>(program: &'s Program<'_>, fixed: &Known) -> impl Iterator<Item = &'s Box<str>> {
    let keys = program.space.relations.iter().flat_map(|r| &r.variables);
    keys.filter(|key| !fixed.contains_key(*key))
}

/// What a point gives the keys that variables name: what patterns that were taken to match leave to
/// the variables, or else what the point has for the keys themselves.
pub(crate) fn at_point(
    point: &Point,
    program: &Program<'_>,
    fixed: &Known,
    budget: &Budget,
) -> Result<Known, Exhausted> {
    let mut known = Known::new();
    for key in open_keys(program, fixed) {
        match held(point, program, key) {
            Some(State::One(own)) => drop(known.insert(key.clone(), Some(own.as_str().into()))),
            Some(State::Absent) => drop(known.insert(key.clone(), None)),
            Some(State::Many(_)) | None => {}
        }
    }
    // Where several patterns leave something to a key, the first counts.
    for (number, _) in point.relations.iter().filter(|(_, holds)| **holds).rev() {
        let about = program.space.relations[*number as usize].about();
        let Some((pattern, laid, key)) = about else { continue };
        let text = match key.map(|key| held(point, program, key)) {
            None => &point.resource,
            Some(Some(State::One(value))) => value,
            Some(_) => continue,
        };
        let pattern = Pattern::new(pattern);
        let captured = captured(&pattern, laid, text, budget)?.into_iter().flatten();
        let named = captured.map(|(variable, value)| (variable.key.to_ascii_lowercase(), value));
        let open = named.filter(|(key, _)| !fixed.contains_key(&**key));
        known.extend(open.map(|(key, value)| (key.into(), Some(value.into()))));
    }
    Ok(known)
}

/// What a point has for a key, if anything is asked of it.
fn held<'p>(point: &'p Point, program: &Program<'_>, key: &str) -> Option<&'p State> {
    let mut keys = program.space.keys.iter();
    let number = keys.position(|k| k.name.eq_ignore_ascii_case(key))?;
    point.keys.get(&(number as u32))
}

/// Other sets of values, each with another one for one key, the likeliest first.
pub(crate) fn others(
    query: &Query<'_>,
    program: &Program<'_>,
    usual: &Known,
    budget: &Budget,
) -> Result<Vec<Known>, Exhausted> {
    let patterns = Patterns::of(query);
    let mut all = Vec::new();
    for key in usual.keys() {
        if all.len() >= MOST {
            break;
        }
        let likely = likely(key, &patterns, program, budget)?;
        let values = likely.into_iter().map(|value| Some(value.into()));
        for value in values.chain([None]) {
            budget.spend(usual.len() as u64)?;
            let mut known = usual.clone();
            known.insert(key.clone(), value);
            all.push(known);
        }
    }
    all.dedup();
    all.truncate(MOST - 1);
    all.push(usual.keys().map(|k| (k.clone(), None)).collect());
    Ok(all)
}

/// A value of the form that a key usually has, and that no policy is likely to spell out.
fn usual(key: &str) -> &'static str {
    match key {
        "aws:username" => "alice",
        "aws:principalaccount" | "aws:resourceaccount" | "aws:sourceaccount" => "444455556666",
        "aws:principalarn" => "arn:aws:iam::444455556666:role/example",
        "aws:userid" => "AROAEXAMPLEEXAMPLEEXA:example",
        "aws:principalorgid" | "aws:resourceorgid" | "aws:sourceorgid" => "o-exampleorg1",
        "aws:requestedregion" => "eu-central-2",
        _ => "example",
    }
}

/// The patterns of all statements.
struct Patterns<'q> {
    /// Those with variables.
    open: Vec<&'q Pattern>,
    closed: Vec<&'q Pattern>,
}

impl<'q> Patterns<'q> {
    fn of(query: &Query<'q>) -> Patterns<'q> {
        let statements = query.sides.iter().flat_map(|side| {
            let layers = side.policies.layers();
            layers.into_iter().flat_map(|l| side.policies.statements(l)).map(|(_, s)| s)
        });
        let (open, closed) = statements.flat_map(patterns).partition(|p| p.has_variables());
        Patterns { open, closed }
    }
}

/// Values that the policies themselves suggest for a key.
fn likely(
    key: &str,
    patterns: &Patterns<'_>,
    program: &Program<'_>,
    budget: &Budget,
) -> Result<Vec<String>, Exhausted> {
    let mut values = vec!["another".to_owned()];
    let own = program.space.keys.iter().find(|k| k.name.eq_ignore_ascii_case(key));
    for test in own.into_iter().flat_map(|k| &k.tests) {
        budget.spend(1)?;
        if let KeyTest::Entry { entry, .. } = test {
            values.extend(entry.values.iter().flat_map(|v| instances(v.text())).take(8));
        }
    }
    for pattern in &patterns.open {
        budget.spend(1)?;
        let Some(variable) = named(key, pattern) else { continue };
        for text in &patterns.closed {
            budget.spend(1 + text.text().len() as u64)?;
            values.extend(standing(pattern, variable, text.text()).into_iter().flat_map(instances));
            if values.len() > MOST {
                break;
            }
        }
    }
    values.sort_unstable();
    values.dedup();
    values.truncate(MOST / 4);
    Ok(values)
}

/// The first variable of a pattern that names a key.
fn named<'p>(key: &str, pattern: &'p Pattern) -> Option<&'p Variable> {
    pattern.variables().iter().find(|v| v.key.eq_ignore_ascii_case(key))
}

fn patterns(statement: &Statement) -> impl Iterator<Item = &Pattern> {
    let resources = statement.resource_elements().flat_map(|e| &e.entries).map(|e| &e.pattern);
    let values = statement.condition_entries().flat_map(|(_, e)| &e.values).map(|v| &v.pattern);
    resources.chain(values)
}

/// What stands in a text where a pattern has the variable; beside a wildcard also less of it.
fn standing<'t>(pattern: &Pattern, variable: &Variable, text: &'t str) -> Vec<&'t str> {
    let ends =
        (pattern.text().get(..variable.range.start), pattern.text().get(variable.range.end..));
    let (Some(head), Some(tail)) = ends else { return Vec::new() };
    let Some(rest) = rest(head, text) else { return Vec::new() };
    let end = tail.chars().next().and_then(|c| rest.find(c)).unwrap_or(rest.len());
    let (_, but_first) = rest.split_at_checked(1).unwrap_or_default();
    let (but_last, _) = rest.split_at_checked(rest.len().saturating_sub(1)).unwrap_or_default();
    let wildcard = ['*', '?'];
    let values = [
        rest.get(..end),
        head.ends_with(wildcard).then_some(but_first),
        tail.starts_with(wildcard).then_some(but_last),
    ];
    values.into_iter().flatten().collect()
}

/// What a text has after the head of a pattern, or the end of its path after one that may be alike.
fn rest<'t>(head: &str, text: &'t str) -> Option<&'t str> {
    if let Some(rest) = text.strip_prefix(head) {
        return Some(rest);
    }
    let split = |text: &str| text.rfind(['/', ':']).map_or(0, |at| at + 1);
    let (path, start) = head.split_at_checked(split(head))?;
    let (other, name) = text.split_at_checked(split(text))?;
    let rest = name.strip_prefix(start.trim_end_matches(['*', '?']))?;
    glob::intersects(path, other, glob::Case::Sensitive).then_some(rest)
}

/// Texts that a glob matches: with little and with nothing for its stars.
fn instances(glob: &str) -> impl Iterator<Item = String> {
    let stars = if glob::has_wildcard(glob) { &["x", ""][..] } else { &[""] };
    let texts = stars.iter().map(|star| glob.replace('*', star).replace('?', "x"));
    texts.filter(|text| !text.is_empty())
}
