//! What stands above a policy and its statements: what they grant, and what can be asked.

use keyaki_diag::TextRange;
use keyaki_workspace::ReadPolicy;

use super::proof::{Exposure, Proofs};
use super::{grant, is_versioned};
use crate::Document;

/// In a policy with more statements, none has a line of its own above it.
const MOST_STATEMENTS: usize = 100;

/// The line that leads to a simulation.
const SIMULATE: &str = "simulate…";

/// A line above a place, and what it leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lens {
    /// The place.
    pub range: TextRange,
    /// The line.
    pub title: String,
    /// Where it leads.
    pub target: Target,
}

/// What a line leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// The document in words.
    Explanation,
    /// What has changed since the last commit.
    Comparison,
    /// What the policy says to a request; to begin with, one that fits what stands at this place.
    Simulation(TextRange),
    /// A place in the document.
    Place(TextRange),
}

/// The lines of a document, with what was proved so far.
pub fn lenses(document: &Document, proofs: Option<&Proofs>) -> Vec<Lens> {
    let is_versioned = !document.policies().is_empty() && is_versioned(&document.path);
    let mut lenses = Vec::new();
    for read in document.policies() {
        lenses.extend(of_policy(document, read, proofs, is_versioned));
        if (2..=MOST_STATEMENTS).contains(&read.policy.statements.len()) {
            lenses.extend(of_statements(document, read));
        }
    }
    lenses
}

fn of_policy(
    document: &Document,
    read: &ReadPolicy,
    proofs: Option<&Proofs>,
    is_versioned: bool,
) -> Vec<Lens> {
    let range = TextRange::empty(document.range(read.policy.origin).start);
    let lens = |title: &str, target| Lens { range, title: title.to_owned(), target };
    let mut title = grant::policy_in_short(document.catalog(), &read.policy);
    let mut target = Target::Explanation;
    match proofs.and_then(|proofs| proofs.exposure(read)) {
        Some(Exposure::Public(at)) => {
            title += ", public";
            target = Target::Place(*at);
        }
        Some(Exposure::NotPublic) => title += ", not public",
        Some(Exposure::Undecided(reason)) => title += &format!(", public? undecided: {reason}"),
        None => {}
    }
    if let Some(reason) = proofs.and_then(|proofs| proofs.unsettled(read)) {
        title += &format!(", redundant statements? undecided: {reason}");
    }
    let mut lenses = vec![lens(&title, target), lens("explain", Target::Explanation)];
    lenses.push(lens(SIMULATE, Target::Simulation(range)));
    if is_versioned {
        lenses.push(lens("compare with HEAD", Target::Comparison));
    }
    lenses
}

fn of_statements<'d>(
    document: &'d Document,
    read: &'d ReadPolicy,
) -> impl Iterator<Item = Lens> + 'd {
    let of = |statement| {
        let title = grant::statement_in_short(document.catalog(), statement)?;
        let range = TextRange::empty(document.range(statement.origin).start);
        let simulate = Target::Simulation(range);
        let simulate = Lens { range, title: SIMULATE.to_owned(), target: simulate };
        Some([Lens { range, title, target: Target::Explanation }, simulate])
    };
    read.policy.statements.iter().filter_map(of).flatten()
}
