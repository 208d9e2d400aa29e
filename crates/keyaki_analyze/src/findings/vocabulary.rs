//! What the statements of some subjects name: principals, actions, values of condition keys.

use keyaki_ir::{
    Effect, PrincipalElement, PrincipalEntry, PrincipalForm, PrincipalGroup, Statement, Version,
};

use crate::Subject;
use crate::findings::value::{KeyCell, of_statement};

/// All statements, with the number of the subject and the version of the policy.
fn statements<'p>(
    subjects: &[&'p Subject],
) -> impl Iterator<Item = (usize, Version, &'p Statement)> {
    subjects.iter().enumerate().flat_map(|(number, subject)| {
        let layers = subject.policies.layers().into_iter();
        layers.flat_map(move |layer| {
            subject.policies.statements(layer).map(move |(at, statement)| {
                let document = subject.policies.document(at);
                let version = document.map_or(Version::V2012, |d| d.policy.effective_version());
                (number, version, statement)
            })
        })
    })
}

/// The action patterns that statements allow, each once.
pub(crate) fn action_patterns(subjects: &[&Subject]) -> Vec<Box<str>> {
    let mut patterns: Vec<Box<str>> = Vec::new();
    for (_, _, statement) in statements(subjects) {
        if statement.effect() != Some(Effect::Allow) {
            continue;
        }
        for entry in statement.action.iter().flat_map(|e| &e.entries) {
            if !patterns.iter().any(|p| p.eq_ignore_ascii_case(&entry.text)) {
                patterns.push(entry.text.clone());
            }
        }
    }
    patterns
}

/// The cells of all condition keys, each with the number of the subject.
pub(crate) fn key_cells(subjects: &[&Subject]) -> Vec<(Box<str>, KeyCell, usize)> {
    let of = |(subject, version, statement): (usize, Version, &Statement)| {
        let cells = of_statement(statement, version).into_iter();
        cells.map(move |(key, cell)| (key, cell, subject))
    };
    statements(subjects).flat_map(of).collect()
}

/// The principals that statements name.
pub(crate) fn entries<'p>(
    subjects: &[&'p Subject],
) -> impl Iterator<Item = (&'p Statement, &'p PrincipalGroup, &'p PrincipalEntry)> {
    statements(subjects).flat_map(|(_, _, statement)| {
        let elements = statement.principal_elements();
        elements.flat_map(|e| e.entries()).map(move |(group, entry)| (statement, group, entry))
    })
}

/// A statement that names one principal.
pub(crate) fn alone(
    statement: &Statement,
    group: &PrincipalGroup,
    entry: &PrincipalEntry,
) -> Statement {
    let group = PrincipalGroup { entries: vec![entry.clone()], ..group.clone() };
    let (name, origin) = (group.origin, group.origin);
    let form = PrincipalForm::Map(vec![group]);
    Statement {
        principal: Some(PrincipalElement { negated: false, name, origin, form }),
        not_principal: None,
        ..statement.clone()
    }
}
