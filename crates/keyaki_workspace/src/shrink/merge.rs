//! Statements that say the same of something, put together.

use std::collections::HashMap;

use keyaki_ir::glob::{self, Case};
use serde_json::{Value, json};

use super::{Candidate, Statement, element, texts};

/// Elements in which two statements may differ and be merged.
const LISTS: [&str; 2] = ["Action", "Resource"];

/// The policy with statements merged that differ in their actions alone, or in their resources
/// alone.
pub(super) fn merged(policy: &Candidate) -> Candidate {
    let mut policy = policy.clone();
    for list in LISTS {
        let mut kept: Vec<Statement> = Vec::new();
        let mut places: HashMap<String, usize> = HashMap::new();
        for statement in policy.statements {
            let rest = rest(&statement, list);
            match rest.as_ref().and_then(|rest| places.get(rest)) {
                Some(at) => join(&mut kept[*at], &statement, list),
                None => {
                    places.extend(rest.map(|rest| (rest, kept.len())));
                    kept.push(statement);
                }
            }
        }
        policy.statements = kept;
    }
    without_repeated(&policy)
}

/// The policy with lists that have each entry once, without those that another one covers.
pub(super) fn without_repeated(policy: &Candidate) -> Candidate {
    let mut policy = policy.clone();
    for statement in &mut policy.statements {
        for (name, case) in [
            ("Action", Case::Insensitive),
            ("NotAction", Case::Insensitive),
            ("Resource", Case::Sensitive),
            ("NotResource", Case::Sensitive),
        ] {
            if let Some(list) = texts(statement.get(name)).filter(|list| !list.is_empty()) {
                statement.insert(name.to_owned(), element(uncovered(list, case)));
            }
        }
    }
    policy
}

/// The entries that no other covers; of equal ones the first.
fn uncovered(list: Vec<String>, case: Case) -> Vec<String> {
    let covers = |a: usize, b: usize| {
        let (outer, inner) = (&list[a], &list[b]);
        let plain = !outer.contains('$') && !inner.contains('$');
        outer == inner || (plain && glob::includes(outer, inner, case))
    };
    let is_covered =
        |b: usize| (0..list.len()).any(|a| a != b && covers(a, b) && (a < b || !covers(b, a)));
    let kept: Vec<usize> = (0..list.len()).filter(|b| !is_covered(*b)).collect();
    kept.into_iter().map(|at| list[at].clone()).collect()
}

/// What a statement says beside one list, whatever its label; none where it has no such list. What
/// is equal says the same.
fn rest(statement: &Statement, list: &str) -> Option<String> {
    texts(statement.get(list))?;
    let others = statement.iter().filter(|(name, _)| *name != list && *name != "Sid");
    let mut rest: Vec<(&String, Value)> =
        others.map(|(name, value)| (name, ordered(value))).collect();
    rest.sort_by(|a, b| a.0.cmp(b.0));
    Some(json!(rest).to_string())
}

/// A list of texts in an order of its own; one text as a list.
fn ordered(value: &Value) -> Value {
    match texts(Some(value)) {
        Some(mut list) => {
            list.sort();
            list.dedup();
            Value::from(list)
        }
        None => value.clone(),
    }
}

fn join(one: &mut Statement, other: &Statement, list: &str) {
    let mut joined = texts(one.get(list)).unwrap_or_default();
    joined.extend(texts(other.get(list)).unwrap_or_default());
    one.insert(list.to_owned(), element(joined));
}
