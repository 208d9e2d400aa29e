//! Values to try for keys that policies relate to each other.

use keyaki_ir::{Pattern, Statement, Variable, glob};

use crate::instantiate::Known;
use crate::key::KeyTest;
use crate::program::Program;
use crate::query::Query;

/// The most sets of values that are tried.
const MOST: usize = 64;

/// Sets of values, the likeliest first; keys that are fixed are left out.
pub(crate) fn candidates(query: &Query<'_>, program: &Program<'_>, fixed: &Known) -> Vec<Known> {
    let relations = &program.space.relations;
    let mut keys: Vec<&str> = relations.iter().flat_map(|r| &r.variables).map(|k| &**k).collect();
    keys.sort_unstable();
    keys.dedup();
    keys.retain(|k| !fixed.contains_key(*k));
    let fresh: Known = keys.iter().map(|k| (Box::from(*k), Some(usual(k).into()))).collect();
    let mut all = vec![fresh.clone()];
    for key in &keys {
        for value in likely(key, query, program) {
            let mut known = fresh.clone();
            known.insert(Box::from(*key), Some(value.into()));
            all.push(known);
        }
        let mut known = fresh.clone();
        known.insert(Box::from(*key), None);
        all.push(known);
    }
    all.push(keys.iter().map(|k| (Box::from(*k), None)).collect());
    all.dedup();
    all.truncate(MOST);
    all
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

/// Values that the policies themselves suggest for a key.
fn likely(key: &str, query: &Query<'_>, program: &Program<'_>) -> Vec<String> {
    let mut values = vec!["another".to_owned()];
    let own = program.space.keys.iter().find(|k| k.name.eq_ignore_ascii_case(key));
    for test in own.into_iter().flat_map(|k| &k.tests) {
        if let KeyTest::Entry { entry, .. } = test {
            let texts = entry.values.iter().map(|v| v.text()).filter(|t| !glob::has_wildcard(t));
            values.extend(texts.take(8).map(str::to_owned));
        }
    }
    let statements = query.sides.iter().flat_map(|side| {
        let layers = side.policies.layers();
        layers.into_iter().flat_map(|l| side.policies.statements(l)).map(|(_, s)| s)
    });
    let all: Vec<&Pattern> = statements.flat_map(patterns).collect();
    let names = |v: &Variable| v.key.eq_ignore_ascii_case(key);
    let (open, closed): (Vec<&Pattern>, Vec<&Pattern>) =
        all.into_iter().partition(|p| p.has_variables());
    for pattern in open.into_iter().filter(|p| p.variables().iter().any(names)) {
        values.extend(closed.iter().filter_map(|text| captured(key, pattern, text.text())));
        if values.len() > MOST {
            break;
        }
    }
    values.sort_unstable();
    values.dedup();
    values.truncate(MOST / 4);
    values
}

fn patterns(statement: &Statement) -> impl Iterator<Item = &Pattern> {
    let resources = statement.resource_elements().flat_map(|e| &e.entries).map(|e| &e.pattern);
    let values = statement.condition_entries().flat_map(|(_, e)| &e.values).map(|v| &v.pattern);
    resources.chain(values)
}

/// What stands in a text where a pattern has the variable.
fn captured(key: &str, pattern: &Pattern, text: &str) -> Option<String> {
    let variable = pattern.variables().iter().find(|v| v.key.eq_ignore_ascii_case(key))?;
    let rest = text.strip_prefix(pattern.text().get(..variable.range.start)?)?;
    let after = pattern.text().get(variable.range.end..)?.chars().next();
    let end = after.and_then(|c| rest.find(c)).unwrap_or(rest.len());
    let value = rest.get(..end)?;
    (!value.is_empty() && !glob::has_wildcard(value)).then(|| value.to_owned())
}
