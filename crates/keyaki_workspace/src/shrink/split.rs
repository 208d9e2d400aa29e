//! One policy as several, each within a limit.
//!
//! All are attached to the same principal, so that it does not matter which of them a statement
//! stands in.

use super::{Candidate, Statement, element, texts};

/// Policies within a limit; none where a single statement cannot be made to fit.
pub(super) fn split(policy: &Candidate, limit: usize) -> Option<Vec<Candidate>> {
    let empty = Candidate { head: policy.head.clone(), statements: Vec::new() };
    let fits = |statements: &[Statement]| {
        let candidate = Candidate { statements: statements.to_vec(), ..empty.clone() };
        candidate.length() <= limit
    };
    let mut open: Vec<Statement> = policy.statements.clone();
    open.reverse();
    let mut small: Vec<Statement> = Vec::new();
    while let Some(statement) = open.pop() {
        match fits(std::slice::from_ref(&statement)) {
            true => small.push(statement),
            false => open.extend(halves(&statement)?),
        }
    }
    let mut parts: Vec<Vec<Statement>> = Vec::new();
    for statement in small {
        let room = parts.iter().position(|part| {
            let mut more = part.clone();
            more.push(statement.clone());
            fits(&more)
        });
        match room {
            Some(at) => parts[at].push(statement),
            None => parts.push(vec![statement]),
        }
    }
    Some(parts.into_iter().map(|statements| Candidate { statements, ..empty.clone() }).collect())
}

/// A statement as two, with half of its longest list each; none where every list has one entry.
fn halves(statement: &Statement) -> Option<[Statement; 2]> {
    let lists = ["Action", "Resource"].into_iter();
    let lists = lists.filter_map(|name| Some((name, texts(statement.get(name))?)));
    let (name, mut list) = lists.max_by_key(|(_, list)| list.len()).filter(|l| l.1.len() > 1)?;
    let second = list.split_off(list.len() / 2);
    let with = |list: Vec<String>| {
        let mut half = statement.clone();
        half.insert(name.to_owned(), element(list));
        half
    };
    let mut other = with(second);
    // Two statements of one policy must not have the same label.
    other.shift_remove("Sid");
    Some([other, with(list)])
}
