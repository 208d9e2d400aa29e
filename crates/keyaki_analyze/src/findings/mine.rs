//! Stratified mining: the most general cells with a request of their own.
//!
//! A cell is one value of each scale. A request is a cell's own if it is in the cell and in no
//! cell that is more specific. The finding cells are the greatest of those cells that have an
//! allowed request of their own, which is what a search from the top finds that reports such
//! cells and looks below all others; see Backes et al., "Stratified Abstraction of Access Control
//! Policies", CAV 2020, <https://doi.org/10.1007/978-3-030-53288-8_9>.
//! Here the search starts, for each part of the allowed requests, from the highest cells that can
//! have a request of that part, so that its cost follows the findings and not the scales.

use std::collections::HashSet;

use keyaki_symbolic::{Bits, Budget, Exhausted};

use crate::findings::region::Part;
use crate::findings::value::Scale;

/// The number of a value on each scale.
pub(crate) type Cell = Vec<usize>;

/// Scales, each over an axis.
#[derive(Debug)]
pub(crate) struct Scales {
    pub(crate) all: Vec<(usize, Scale)>,
}

impl Scales {
    /// Whether a cell holds all of another.
    fn includes(&self, outer: &Cell, inner: &Cell) -> bool {
        let pairs = outer.iter().zip(inner);
        self.all.iter().zip(pairs).all(|((_, scale), (o, i))| scale.includes(*o, *i))
    }

    /// The requests of a cell.
    pub(crate) fn whole<'s>(&'s self, cell: &Cell) -> Vec<(usize, &'s Bits)> {
        self.all.iter().zip(cell).map(|((axis, s), v)| (*axis, &s.holds[*v])).collect()
    }

    /// The requests of a cell that are its own.
    pub(crate) fn core<'s>(&'s self, cell: &Cell) -> Vec<(usize, &'s Bits)> {
        self.all.iter().zip(cell).map(|((axis, s), v)| (*axis, &s.core[*v])).collect()
    }
}

/// The finding cells of the union of some parts, in the order of their values.
pub(crate) fn mine(
    scales: &Scales,
    parts: &[Part],
    budget: &Budget,
) -> Result<Vec<Cell>, Exhausted> {
    let mut found: Vec<Cell> = Vec::new();
    let mut known: HashSet<Cell> = HashSet::new();
    for part in parts {
        search(scales, part, &mut found, &mut known, budget)?;
    }
    let mut greatest = Vec::new();
    for cell in &found {
        budget.spend(found.len() as u64)?;
        if !found.iter().any(|other| other != cell && scales.includes(other, cell)) {
            greatest.push(cell.clone());
        }
    }
    greatest.sort_unstable();
    Ok(greatest)
}

fn search(
    scales: &Scales,
    part: &Part,
    found: &mut Vec<Cell>,
    known: &mut HashSet<Cell>,
    budget: &Budget,
) -> Result<(), Exhausted> {
    let met: Vec<Vec<usize>> = scales.all.iter().map(|(axis, s)| met(s, &part.inside[*axis])).collect();
    let tops = scales.all.iter().zip(&met).map(|((_, s), met)| s.highest(met)).collect();
    let mut open: Vec<Cell> = Vec::new();
    products(tops, &mut open, budget)?;
    let mut seen: HashSet<Cell> = open.iter().cloned().collect();
    while let Some(cell) = open.pop() {
        if known.contains(&cell) {
            continue;
        }
        if part.point(&scales.core(&cell), budget)?.is_some() {
            known.insert(cell.clone());
            found.push(cell);
            continue;
        }
        for (at, (_, scale)) in scales.all.iter().enumerate() {
            let inner = scale.below[cell[at]].iter().copied().filter(|v| met[at].contains(v));
            let inner: Vec<usize> = inner.collect();
            for value in scale.highest(&inner) {
                let mut below = cell.clone();
                below[at] = value;
                budget.spend(1)?;
                if seen.insert(below.clone()) {
                    open.push(below);
                }
            }
        }
    }
    Ok(())
}

/// The values with own classes among these.
fn met(scale: &Scale, classes: &Bits) -> Vec<usize> {
    (0..scale.core.len()).filter(|v| scale.core[*v].meets(classes)).collect()
}

/// One of each, in all ways.
fn products(each: Vec<Vec<usize>>, out: &mut Vec<Cell>, budget: &Budget) -> Result<(), Exhausted> {
    out.push(Vec::new());
    for values in each {
        budget.spend((out.len() * values.len()) as u64)?;
        let longer = out.iter().flat_map(|cell| {
            values.iter().map(move |v| cell.iter().copied().chain([*v]).collect::<Cell>())
        });
        *out = longer.collect();
    }
    Ok(())
}
