//! The routes of all findings together, as plain data to be drawn.

use std::collections::BTreeSet;

use super::graph::{Graph, Routes};
use super::ground::Ground;
use super::hold::Hold;
use super::way::ways;

/// Who gets where by which ways.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Picture {
    /// What can be held, in order.
    pub nodes: Vec<PictureNode>,
    /// The first move of each on its route.
    pub edges: Vec<PictureEdge>,
}

/// Something that can be held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PictureNode {
    /// The ARN of the user or role.
    pub arn: String,
    /// Whether its policies were changed on the way.
    pub is_changed: bool,
    /// How many moves are left to the goal; none for what is the goal.
    pub moves: usize,
}

/// A move from one node to another, by their numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PictureEdge {
    /// Where it starts.
    pub from: usize,
    /// Where it leads.
    pub to: usize,
    /// The names of the ways that lead there.
    pub ways: Vec<&'static str>,
}

impl Picture {
    pub(crate) fn of(
        ground: &Ground<'_>,
        graph: &Graph,
        routes: &Routes,
        starts: &[usize],
    ) -> Picture {
        let mut on_route: BTreeSet<usize> = BTreeSet::new();
        for start in starts {
            on_route.insert(*start);
            let route = routes.from(*start).unwrap_or_default();
            on_route.extend(route.iter().map(|(_, step)| step.to));
        }
        let numbers: Vec<usize> = on_route.into_iter().collect();
        let place = |number: usize| numbers.binary_search(&number).unwrap_or_default();
        let mut picture = Picture::default();
        for number in &numbers {
            let route = routes.from(*number).unwrap_or_default();
            let hold = graph.holds.get(*number);
            picture.nodes.extend(hold.map(|h| node(ground, h, route.len())));
            if let Some((from, step)) = route.first() {
                let names = step.ways.iter().filter_map(|w| ways().get(*w)).map(|w| w.name);
                let (from, to) = (place(*from), place(step.to));
                picture.edges.push(PictureEdge { from, to, ways: names.collect() });
            }
        }
        picture
    }
}

fn node(ground: &Ground<'_>, hold: &Hold, moves: usize) -> PictureNode {
    let arn = ground.principals.get(hold.principal).map(|p| p.arn.clone()).unwrap_or_default();
    PictureNode { arn, is_changed: !hold.is_plain(), moves }
}
