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
    let met: Vec<Vec<usize>> =
        scales.all.iter().map(|(axis, s)| met(s, &part.inside[*axis])).collect();
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

    use std::collections::BTreeSet;

    use super::*;
    use crate::findings::cover::cover;

    /// Numbers that look random and are the same each time.
    struct Dice(u64);

    impl Dice {
        fn roll(&mut self, sides: u64) -> u64 {
            self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            (self.0 >> 33) % sides
        }

        /// Some of the first numbers, at least one.
        fn some(&mut self, of: usize) -> Bits {
            let sure = self.roll(of as u64) as usize;
            (0..of).filter(|n| *n == sure || self.roll(2) == 0).collect()
        }
    }

    const AXES: usize = 3;
    const CLASSES: usize = 4;

    fn scales(dice: &mut Dice) -> Scales {
        let scale = |dice: &mut Dice| {
            let mut holds: Vec<Bits> = vec![(0..CLASSES).collect()];
            for _ in 0..4 {
                let some = dice.some(CLASSES);
                if !holds.contains(&some) {
                    holds.push(some);
                }
            }
            Scale::new(holds)
        };
        Scales { all: (0..AXES).map(|axis| (axis, scale(dice))).collect() }
    }

    fn part(dice: &mut Dice) -> Part {
        let inside = (0..AXES).map(|_| dice.some(CLASSES)).collect();
        let outside = (0..dice.roll(3))
            .map(|_| (0..AXES).map(|axis| (axis, dice.some(CLASSES))).collect())
            .collect();
        Part { inside, outside, because: Vec::new() }
    }

    fn points(parts: &[Part]) -> Vec<Vec<usize>> {
        let all = 0..CLASSES.pow(AXES as u32);
        let point = |n: usize| vec![n % CLASSES, n / CLASSES % CLASSES, n / CLASSES / CLASSES];
        let is_in = |p: &Part, point: &[usize]| {
            let within = |cut: &keyaki_symbolic::Product| cut.iter().all(|(a, c)| c.has(point[*a]));
            p.inside.iter().zip(point).all(|(classes, class)| classes.has(*class))
                && !p.outside.iter().any(within)
        };
        all.map(point).filter(|point| parts.iter().any(|p| is_in(p, point))).collect()
    }

    /// All cells of some scales.
    fn cells(scales: &Scales) -> Vec<Cell> {
        let mut cells = Vec::new();
        let each = scales.all.iter().map(|(_, s)| (0..s.holds.len()).collect()).collect();
        products(each, &mut cells, &Budget::default()).unwrap();
        cells
    }

    fn has(cell: &[(usize, &Bits)], point: &[usize]) -> bool {
        cell.iter().all(|(axis, classes)| classes.has(point[*axis]))
    }

    #[test]
    fn findings_are_the_greatest_cells_with_a_request_of_their_own() {
        let mut dice = Dice(7);
        for _ in 0..400 {
            let scales = scales(&mut dice);
            let parts: Vec<Part> = (0..3).map(|_| part(&mut dice)).collect();
            let points = points(&parts);
            let own: Vec<Cell> = cells(&scales)
                .into_iter()
                .filter(|cell| points.iter().any(|p| has(&scales.core(cell), p)))
                .collect();
            let is_greatest =
                |cell: &Cell| !own.iter().any(|o| o != cell && scales.includes(o, cell));
            let expected: BTreeSet<&Cell> = own.iter().filter(|c| is_greatest(c)).collect();
            let mined = mine(&scales, &parts, &Budget::default()).unwrap();
            assert_eq!(mined.iter().collect::<BTreeSet<_>>(), expected);
            for point in &points {
                assert!(mined.iter().any(|cell| has(&scales.whole(cell), point)));
            }
        }
    }

    #[test]
    fn a_cover_has_no_cell_too_many() {
        let mut dice = Dice(11);
        for _ in 0..400 {
            let scales = scales(&mut dice);
            let parts: Vec<Part> = (0..3).map(|_| part(&mut dice)).collect();
            let points = points(&parts);
            let mined = mine(&scales, &parts, &Budget::default()).unwrap();
            let found = cover(&scales, &mined, &parts, &Budget::default()).unwrap();
            let covers = |chosen: &[usize]| {
                let holds =
                    |p: &Vec<usize>| chosen.iter().any(|n| has(&scales.whole(&mined[*n]), p));
                points.iter().all(holds)
            };
            assert!(covers(&found.cells) && found.is_fewest);
            // No choice of fewer cells covers; those of one less are enough to try.
            let fewer = found.cells.len().checked_sub(1);
            let choices = (0u32..1 << mined.len().min(14))
                .filter(|set| Some(set.count_ones() as usize) == fewer);
            for set in choices {
                let chosen: Vec<usize> =
                    (0..mined.len().min(14)).filter(|n| set >> n & 1 == 1).collect();
                assert!(!covers(&chosen), "{chosen:?} {found:?}");
            }
        }
    }

    #[test]
    fn a_budget_that_is_spent_is_said_so() {
        let mut dice = Dice(3);
        let scales = scales(&mut dice);
        let parts: Vec<Part> = (0..3).map(|_| part(&mut dice)).collect();
        assert!(mine(&scales, &parts, &Budget::new(5)).is_err());
    }
}
