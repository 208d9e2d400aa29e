//! What can be reached from where, and the shortest routes to a goal.

use std::collections::{BTreeMap, HashMap};

use super::hold::Hold;
use super::way::ways;

/// A step from one holding to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Move {
    /// The number of what is reached.
    pub(crate) to: usize,
    /// The numbers of the ways that lead there, the one with the fewest requests first.
    pub(crate) ways: Vec<usize>,
}

/// What can be held, and the moves between.
#[derive(Clone, Debug, Default)]
pub(crate) struct Graph {
    pub(crate) holds: Vec<Hold>,
    pub(crate) moves: Vec<Vec<Move>>,
    /// Whether what is held is all that guardrails leave.
    pub(crate) admins: Vec<bool>,
    numbers: HashMap<Hold, usize>,
}

/// Where to go on from each holding towards a goal.
#[derive(Clone, Debug, Default)]
pub(crate) struct Routes {
    /// By the number of the holding: how many moves and requests are left, and the first move.
    next: BTreeMap<usize, (usize, usize, Option<Move>)>,
}

impl Graph {
    /// The number of a holding, which is new if it was not known.
    pub(crate) fn number(&mut self, hold: Hold) -> usize {
        if let Some(known) = self.numbers.get(&hold) {
            return *known;
        }
        let number = self.holds.len();
        self.numbers.insert(hold.clone(), number);
        self.holds.push(hold);
        self.moves.push(Vec::new());
        self.admins.push(false);
        number
    }

    /// Takes in what one holding leads to.
    pub(crate) fn add(&mut self, from: usize, reached: Vec<(Hold, usize)>) {
        let mut moves: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (hold, way) in reached {
            let to = self.number(hold);
            let known = moves.entry(to).or_default();
            if !known.contains(&way) {
                known.push(way);
            }
        }
        let sorted = moves.into_iter().map(|(to, mut ways)| {
            ways.sort_unstable();
            Move { to, ways }
        });
        if let Some(place) = self.moves.get_mut(from) {
            *place = sorted.collect();
        }
    }

    /// The shortest routes to any of the goals: the fewest moves, of those the fewest requests.
    pub(crate) fn routes(&self, goals: &[usize]) -> Routes {
        let mut back: Vec<Vec<(usize, &Move)>> = vec![Vec::new(); self.holds.len()];
        for (from, moves) in self.moves.iter().enumerate() {
            for step in moves {
                if let Some(list) = back.get_mut(step.to) {
                    list.push((from, step));
                }
            }
        }
        let mut next: BTreeMap<usize, (usize, usize, Option<Move>)> =
            goals.iter().map(|g| (*g, (0, 0, None))).collect();
        let mut edge: Vec<usize> = next.keys().copied().collect();
        for moves in 1.. {
            let mut found: BTreeMap<usize, (usize, usize, Option<Move>)> = BTreeMap::new();
            for to in edge {
                let rest = next.get(&to).map_or(0, |(_, requests, _)| *requests);
                for (from, step) in back.get(to).into_iter().flatten() {
                    if next.contains_key(from) {
                        continue;
                    }
                    let requests = rest + step.requests();
                    let better = found.get(from).is_none_or(|(_, known, _)| requests < *known);
                    if better {
                        found.insert(*from, (moves, requests, Some((*step).clone())));
                    }
                }
            }
            if found.is_empty() {
                break;
            }
            edge = found.keys().copied().collect();
            next.extend(found);
        }
        Routes { next }
    }
}

impl Move {
    /// How many actions its shortest way needs.
    fn requests(&self) -> usize {
        let way = self.ways.first().and_then(|w| ways().get(*w));
        way.map_or(0, |w| w.needs.len())
    }
}

impl Routes {
    /// The moves from a holding to the goal, with where each starts; none if there is no route.
    pub(crate) fn from(&self, start: usize) -> Option<Vec<(usize, Move)>> {
        let mut route = Vec::new();
        let mut at = start;
        let (_, _, mut step) = self.next.get(&at)?.clone();
        while let Some(now) = step {
            let to = now.to;
            route.push((at, now));
            at = to;
            step = self.next.get(&at)?.2.clone();
        }
        Some(route)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn graph(edges: &[(usize, usize, usize)]) -> Graph {
        let mut graph = Graph::default();
        (0..6).for_each(|n| {
            graph.number(Hold::plain(n));
        });
        for from in 0..6 {
            let own = edges.iter().filter(|(f, _, _)| *f == from);
            graph.add(from, own.map(|(_, to, way)| (Hold::plain(*to), *way)).collect());
        }
        graph
    }

    fn route(graph: &Graph, from: usize, to: usize) -> Vec<usize> {
        let route = graph.routes(&[to]).from(from).unwrap_or_default();
        route.iter().map(|(_, step)| step.to).collect()
    }

    #[test]
    fn the_route_with_the_fewest_moves_is_taken() {
        let graph = graph(&[(0, 1, 0), (1, 2, 0), (2, 3, 0), (0, 4, 0), (4, 3, 0)]);
        assert_eq!(route(&graph, 0, 3), [4, 3]);
        assert!(graph.routes(&[3]).from(5).is_none());
        assert!(graph.routes(&[3]).from(3).is_some_and(|r| r.is_empty()));
    }

    #[test]
    fn of_equal_routes_that_with_the_fewest_requests_is_taken() {
        let long = ways().len() - 1;
        let graph = graph(&[(0, 1, long), (1, 3, 0), (0, 2, 0), (2, 3, 0)]);
        assert_eq!(route(&graph, 0, 3), [2, 3]);
    }

    #[test]
    fn circles_end() {
        let graph = graph(&[(0, 1, 0), (1, 0, 0)]);
        assert!(graph.routes(&[3]).from(0).is_none());
    }
}
