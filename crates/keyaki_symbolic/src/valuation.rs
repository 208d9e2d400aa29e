//! Values to try for keys that policies relate to each other.

use keyaki_ir::{Pattern, Statement, Variable, glob};

use crate::budget::{Budget, Exhausted};
use crate::instantiate::Known;
use crate::key::KeyTest;
use crate::program::Program;
use crate::query::Query;

/// The most sets of values that are tried.
const MOST: usize = 64;

/// Sets of values, the likeliest first; keys that are fixed are left out.
pub(crate) fn candidates(
    query: &Query<'_>,
    program: &Program<'_>,
    fixed: &Known,
    budget: &Budget,
) -> Result<Vec<Known>, Exhausted> {
    let relations = &program.space.relations;
    let mut keys: Vec<&str> = relations.iter().flat_map(|r| &r.variables).map(|k| &**k).collect();
    keys.sort_unstable();
    keys.dedup();
    keys.retain(|k| !fixed.contains_key(*k));
    let fresh: Known = keys.iter().map(|k| (Box::from(*k), Some(usual(k).into()))).collect();
    let patterns = Patterns::of(query);
    let mut all = vec![fresh.clone()];
    for key in &keys {
        if all.len() >= MOST {
            break;
        }
        let likely = likely(key, &patterns, program, budget)?;
        let values = likely.into_iter().map(|value| Some(value.into()));
        for value in values.chain([None]) {
            budget.spend(keys.len() as u64)?;
            let mut known = fresh.clone();
            known.insert(Box::from(*key), value);
            all.push(known);
        }
    }
    all.dedup();
    all.truncate(MOST - 1);
    all.push(keys.iter().map(|k| (Box::from(*k), None)).collect());
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
            let texts = entry.values.iter().map(|v| v.text()).filter(|t| !glob::has_wildcard(t));
            values.extend(texts.take(8).map(str::to_owned));
        }
    }
    for pattern in &patterns.open {
        budget.spend(1)?;
        let Some(variable) = named(key, pattern) else { continue };
        for text in &patterns.closed {
            budget.spend(1)?;
            values.extend(captured(pattern, variable, text.text()));
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

/// What stands in a text where a pattern has the variable.
fn captured(pattern: &Pattern, variable: &Variable, text: &str) -> Option<String> {
    let rest = text.strip_prefix(pattern.text().get(..variable.range.start)?)?;
    let after = pattern.text().get(variable.range.end..)?.chars().next();
    let end = after.and_then(|c| rest.find(c)).unwrap_or(rest.len());
    let value = rest.get(..end)?;
    (!value.is_empty() && !glob::has_wildcard(value)).then(|| value.to_owned())
}
