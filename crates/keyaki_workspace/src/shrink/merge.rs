//! Statements that say the same of something, put together.

use keyaki_ir::glob::{self, Case};
use serde_json::Value;

use super::{Candidate, Statement, element, texts};

/// Elements in which two statements may differ and be merged.
const LISTS: [&str; 2] = ["Action", "Resource"];

/// The policy with statements merged that differ in their actions alone, or in their resources
/// alone.
pub(super) fn merged(policy: &Candidate) -> Candidate {
    let mut policy = policy.clone();
    for list in LISTS {
        let mut kept: Vec<Statement> = Vec::new();
        for statement in policy.statements {
            let alike = kept.iter_mut().find(|other| differ_only_in(other, &statement, list));
            match alike {
                Some(other) => join(other, &statement, list),
                None => kept.push(statement),
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

/// Whether two statements say the same but for one list, whatever their labels.
fn differ_only_in(one: &Statement, other: &Statement, list: &str) -> bool {
    let rest = |s: &Statement| {
        let mut rest: Vec<(String, Value)> = s
            .iter()
            .filter(|(name, _)| *name != list && *name != "Sid")
            .map(|(name, value)| (name.clone(), ordered(value)))
            .collect();
        rest.sort_by(|a, b| a.0.cmp(&b.0));
        rest
    };
    let both = texts(one.get(list)).is_some() && texts(other.get(list)).is_some();
    both && rest(one) == rest(other)
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
