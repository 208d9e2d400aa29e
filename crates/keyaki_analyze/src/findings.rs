//! Who can reach a resource, and under which conditions: findings in the values of the policy.
//!
//! A finding is a cell: a principal and a value of the policy for each condition key, or anything.
//! Each allowed request lies in some finding, each finding holds an allowed request that lies in
//! no more specific cell, and no finding holds another. Beside all findings stands a cover: as few
//! of them as hold every allowed request.
//!
//! Relations between keys, by policy variables, are taken as they come; a finding that only such
//! a relation allows and that no replayed request confirms is told apart from the others.

mod cover;
mod landscape;
mod mine;
mod region;
mod value;
mod vocabulary;
mod witness;

use keyaki_eval::StatementRef;
use keyaki_ir::PrincipalKey;
use keyaki_symbolic::{Bits, Budget};

pub use value::KeyCell;

use crate::findings::landscape::Landscape;
use crate::findings::mine::{Cell, Scales};
use crate::findings::region::Part;
use crate::{Asker, Subject, Witness};

/// Who is trusted, and therefore of no interest.
#[derive(Clone, Debug, Default)]
pub struct Zone {
    /// Accounts.
    pub accounts: Vec<String>,
    /// Ids of organisations.
    pub organizations: Vec<String>,
}

/// Where allowed requests lie.
#[derive(Clone, Debug)]
pub struct Bounds {
    /// The principal, and under which key the policy names it; none for everybody.
    pub principal: Option<(Option<PrincipalKey>, Box<str>)>,
    /// What the condition keys hold, in the order of their names; keys that may hold anything are
    /// left out.
    pub conditions: Vec<(Box<str>, KeyCell)>,
}

/// A cell with allowed requests.
#[derive(Clone, Debug)]
pub struct Finding {
    /// Who, and under which conditions.
    pub bounds: Bounds,
    /// The action patterns of the policy under which something is allowed; `*` for what a
    /// `NotAction` leaves.
    pub actions: Vec<Box<str>>,
    /// The statements that allow something here.
    pub statements: Vec<StatementRef>,
    /// An allowed request.
    pub witness: Witness,
}

/// What was found.
#[derive(Clone, Debug, Default)]
pub struct Findings {
    /// All findings.
    pub all: Vec<Finding>,
    /// As few of them as hold all allowed requests, by number. None of these can be left out.
    pub cover: Vec<usize>,
    /// Whether there is no smaller cover.
    pub is_fewest: bool,
    /// Cells for which no request could be replayed, each with the reason.
    pub unconfirmed: Vec<(Bounds, String)>,
    /// What was left out, in words.
    pub approximations: Vec<String>,
}

/// The findings of a subject, about everybody outside of the zone.
///
/// # Errors
/// Why they were not found: the budget of steps ran out, or something is not modelled.
pub fn findings(subject: &Subject, zone: &Zone, asker: &Asker<'_>) -> Result<Findings, String> {
    findings_of_all(&[subject], &Extent::default(), zone, asker)
}

/// What requests findings are about, apart from the zone.
#[derive(Clone, Debug, Default)]
pub struct Extent {
    /// ARN patterns of the resources; none stands for all.
    pub resources: Vec<String>,
    /// Whether AWS's services are of no interest.
    pub without_services: bool,
}

/// The findings of requests that each of several subjects allows. Each statement is named as one
/// of the subject that it belongs to; the layers of the subjects must differ.
///
/// # Errors
/// As of [`findings`].
pub fn findings_of_all(
    subjects: &[&Subject],
    extent: &Extent,
    zone: &Zone,
    asker: &Asker<'_>,
) -> Result<Findings, String> {
    let budget = Budget::new(asker.steps);
    let ask = crate::asked::Asked::new(subjects);
    let landscape = Landscape::new(&ask, extent, zone, asker, &budget)?;
    let exhausted = |_| "the budget of steps ran out".to_owned();
    let (scales, parts) = (&landscape.scales, &landscape.parts);
    let cells = mine::mine(scales, parts, &budget).map_err(exhausted)?;
    let cover = cover::cover(scales, &cells, parts, &budget).map_err(exhausted)?;
    let mut found = Findings {
        is_fewest: cover.is_fewest,
        approximations: landscape.grid.left_out.clone(),
        ..Findings::default()
    };
    for (number, cell) in cells.iter().enumerate() {
        let bounds = landscape.bounds(cell);
        let allowed = Allowed { scales, parts, budget: &budget };
        let (actions, statements) = allowed.of(cell, &landscape).map_err(exhausted)?;
        match landscape.witness(cell, &bounds, &budget) {
            Ok(witness) => {
                if cover.cells.binary_search(&number).is_ok() {
                    found.cover.push(found.all.len());
                }
                found.all.push(Finding { bounds, actions, statements, witness });
            }
            Err(reason) => found.unconfirmed.push((bounds, reason)),
        }
    }
    found.is_fewest &= found.unconfirmed.is_empty();
    Ok(found)
}

/// What is allowed within cells.
struct Allowed<'a> {
    scales: &'a Scales,
    parts: &'a [Part],
    budget: &'a Budget,
}

impl Allowed<'_> {
    /// The action patterns and the statements that allow something in a cell.
    fn of(
        &self,
        cell: &Cell,
        landscape: &Landscape<'_, '_>,
    ) -> Result<(Vec<Box<str>>, Vec<StatementRef>), keyaki_symbolic::Exhausted> {
        let whole = self.scales.whole(cell);
        let mut patterns = Bits::default();
        let mut statements: Vec<StatementRef> = Vec::new();
        for part in self.parts {
            if part.point(&whole, self.budget)?.is_none() {
                continue;
            }
            statements.extend(&part.because);
            for (number, (_, classes)) in landscape.actions.iter().enumerate() {
                let mut within = whole.clone();
                within.push((keyaki_symbolic::ACTION, classes));
                if !patterns.has(number) && part.point(&within, self.budget)?.is_some() {
                    patterns.insert(number);
                }
            }
        }
        statements.sort_unstable();
        statements.dedup();
        let names = patterns.iter().filter_map(|n| landscape.actions.get(n));
        Ok((names.map(|(name, _)| name.clone()).collect(), statements))
    }
}
