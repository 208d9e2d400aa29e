//! The fewest cells that hold all allowed requests.
//!
//! Each allowed request must lie in a chosen cell. Of all requests only those matter that lie in
//! the least sets of cells: whoever covers these covers the others. They are found axis by axis,
//! keeping the least sets only. What is left is a hitting set: small ones are searched for the
//! fewest, greater ones are chosen greedily and freed of what is not needed.

use keyaki_symbolic::{Bits, Budget, Exhausted, Product};

use crate::findings::mine::{Cell, Scales};
use crate::findings::region::{Front, Part, combine, hits, least};

/// Chosen cells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cover {
    /// Their numbers, in order.
    pub(crate) cells: Vec<usize>,
    /// Whether there are no fewer that do.
    pub(crate) is_fewest: bool,
}

/// A cover that needs each of its cells.
pub(crate) fn cover(
    scales: &Scales,
    cells: &[Cell],
    parts: &[Part],
    budget: &Budget,
) -> Result<Cover, Exhausted> {
    let marks = Marks::new(scales, cells, budget)?;
    let mut sets: Vec<(Bits, ())> = Vec::new();
    for part in parts {
        sets.extend(marks.memberships(part, budget)?.into_iter().map(|s| (s, ())));
    }
    let sets: Vec<Bits> = least(sets, budget)?.into_iter().map(|(set, ())| set).collect();
    let mut chosen: Vec<usize> =
        sets.iter().filter(|s| s.len() == 1).filter_map(|s| s.iter().next()).collect();
    let rest: Vec<Bits> = sets.into_iter().filter(|s| !chosen.iter().any(|c| s.has(*c))).collect();
    let greedy = thinned(greedy(&rest), &rest);
    let (more, is_fewest) = fewest(&rest, greedy);
    chosen.extend(more);
    chosen.sort_unstable();
    Ok(Cover { cells: chosen, is_fewest })
}

/// Which cells hold each class.
struct Marks {
    cells: usize,
    /// For each axis with a scale, the cells that hold each of its classes.
    by_class: Vec<(usize, Vec<Bits>)>,
}

impl Marks {
    fn new(scales: &Scales, cells: &[Cell], budget: &Budget) -> Result<Marks, Exhausted> {
        let mut by_class = Vec::new();
        for (at, (axis, scale)) in scales.all.iter().enumerate() {
            let classes = scale.holds.first().map_or(0, Bits::len);
            budget.spend((classes * scale.holds.len()) as u64 + cells.len() as u64)?;
            let mut by_value = vec![Bits::default(); scale.holds.len()];
            cells.iter().enumerate().for_each(|(number, cell)| by_value[cell[at]].insert(number));
            let of = |class: usize| {
                let held = scale.holds.iter().zip(&by_value).filter(|(held, _)| held.has(class));
                held.fold(Bits::default(), |all, (_, cells)| all.union(cells))
            };
            by_class.push((*axis, (0..classes).map(of).collect()));
        }
        Ok(Marks { cells: cells.len(), by_class })
    }

    /// The least sets of cells in which the requests of a part lie.
    fn memberships(&self, part: &Part, budget: &Budget) -> Result<Vec<Bits>, Exhausted> {
        // Behind the cells stand the cuts: a request in a cut is not of the part.
        let all: Bits = (0..self.cells + part.outside.len()).collect();
        let every: Bits = (0..self.cells).collect();
        let cuts: &[Product] = &part.outside;
        let mut fronts: Vec<Front> = vec![(all, Vec::new())];
        for (axis, inside) in part.inside.iter().enumerate() {
            let own = self.by_class.iter().find(|(own, _)| *own == axis).map(|(_, marks)| marks);
            let is_free =
                own.is_none() && !cuts.iter().any(|cut| cut.iter().any(|(of, _)| *of == axis));
            if is_free {
                continue;
            }
            let mut marked = Vec::new();
            for class in inside.iter() {
                budget.spend(1 + cuts.len() as u64)?;
                let mut marks = own.map_or_else(|| every.clone(), |own| own[class].clone());
                hits(cuts, axis, class).iter().for_each(|cut| marks.insert(self.cells + cut));
                marked.push((marks, class));
            }
            fronts = combine(&fronts, &least(marked, budget)?, budget)?;
        }
        let is_out = |set: &Bits| set.iter().any(|n| n >= self.cells);
        Ok(fronts.into_iter().map(|(set, _)| set).filter(|s| !is_out(s)).collect())
    }
}

/// Always the one that hits most of what is left.
fn greedy(sets: &[Bits]) -> Vec<usize> {
    let mut left: Vec<&Bits> = sets.iter().collect();
    let mut chosen = Vec::new();
    while !left.is_empty() {
        let mut counts: std::collections::BTreeMap<usize, usize> = Default::default();
        left.iter().flat_map(|s| s.iter()).for_each(|n| *counts.entry(n).or_default() += 1);
        let Some((best, _)) = counts.into_iter().max_by_key(|(n, count)| (*count, usize::MAX - n))
        else {
            break;
        };
        chosen.push(best);
        left.retain(|s| !s.has(best));
    }
    chosen
}

/// Without those that the others make superfluous.
fn thinned(mut chosen: Vec<usize>, sets: &[Bits]) -> Vec<usize> {
    for at in (0..chosen.len()).rev() {
        let others = || chosen.iter().enumerate().filter(|(i, _)| *i != at).map(|(_, n)| *n);
        if sets.iter().all(|s| others().any(|n| s.has(n))) {
            chosen.remove(at);
        }
    }
    chosen
}

/// How many choices the search for the fewest may try.
const TRIES: usize = 100_000;

/// The fewest that hit all sets, no more than those known, and whether that is certain.
fn fewest(sets: &[Bits], known: Vec<usize>) -> (Vec<usize>, bool) {
    let mut best = known;
    let mut tries = 0;
    let mut open: Vec<Vec<usize>> = vec![Vec::new()];
    while let Some(chosen) = open.pop() {
        tries += 1;
        if tries > TRIES {
            return (best, false);
        }
        let left = sets.iter().filter(|s| !chosen.iter().any(|c| s.has(*c)));
        let left: Vec<&Bits> = left.collect();
        if chosen.len() + apart(&left) >= best.len() {
            continue;
        }
        match left.iter().min_by_key(|s| s.len()) {
            None => best = chosen,
            Some(set) => open.extend(set.iter().map(|n| {
                let mut chosen = chosen.clone();
                chosen.push(n);
                chosen
            })),
        }
    }
    (best, true)
}

/// So many sets have nothing in common with each other: each needs one of its own.
fn apart(sets: &[&Bits]) -> usize {
    let mut hit = Bits::default();
    let mut count = 0;
    for set in sets {
        if !set.meets(&hit) {
            hit = hit.union(set);
            count += 1;
        }
    }
    count
}
