//! Who gets where, as a drawing: columns by the number of moves that are left, the goals at the
//! right, an arrow for the first move of each. It is inline SVG that takes its colours from the
//! page, and needs no script.
//!
//! Beyond some dozens of nodes those with the same first move are drawn as one.

use std::collections::BTreeMap;
use std::io::{self, Write};

use crate::audit::{Node, Routes};
use crate::audit_html::escaped;

/// How many boxes are drawn before equal ones are drawn as one.
const SINGLE: usize = 36;
/// How many boxes are drawn in one column at most.
const MOST: usize = 40;
const HEIGHT: usize = 30;
const GAP_X: usize = 120;
const GAP_Y: usize = 14;
/// What the page leaves for the drawing, and the narrowest box that can be read.
const PAGE: usize = 988;
const NARROW: usize = 150;

/// A box of the drawing: one node, or several with the same first move.
struct Drawn<'r> {
    name: String,
    title: String,
    moves: usize,
    is_changed: bool,
    /// The box that its move leads to, and by which ways.
    next: Option<(usize, &'r [&'static str])>,
}

/// Draws the routes.
///
/// # Errors
/// When the output cannot be written.
pub(crate) fn write(routes: &Routes, out: &mut dyn Write) -> io::Result<()> {
    let all = boxes(routes);
    let places = places(&all);
    let right = all.iter().map(|b| b.moves).max().unwrap_or(0);
    let rows = places.iter().flatten().map(|(_, row)| row + 1).max().unwrap_or(0);
    let box_width = box_width(right + 1);
    let width = (right + 1) * box_width + right * GAP_X + 2;
    let height = rows * (HEIGHT + GAP_Y) + 2;
    let drawn = all.len().min(places.iter().flatten().count());
    writeln!(
        out,
        "<figure class=\"routes\"><svg viewBox=\"0 0 {width} {height}\" width=\"{width}\" \
         height=\"{height}\" role=\"img\" aria-label=\"Ways to more permissions: {drawn} boxes\">\n\
         <defs><marker id=\"arrow\" viewBox=\"0 0 8 8\" refX=\"8\" refY=\"4\" markerWidth=\"7\" \
         markerHeight=\"7\" orient=\"auto\"><path d=\"M0 0L8 4L0 8z\"/></marker></defs>"
    )?;
    for (at, one) in all.iter().enumerate() {
        if let (Some((next, ways)), Some((x, y))) = (one.next, corner(&places, at, right))
            && let Some(to) = corner(&places, next, right)
        {
            write_arrow((x + box_width, y), to, ways, out)?;
        }
    }
    for (at, one) in all.iter().enumerate() {
        if let Some(place) = corner(&places, at, right) {
            write_box(one, place, box_width, out)?;
        }
    }
    let left_out = all.len() - drawn;
    let rest = match left_out {
        0 => String::new(),
        n => format!(" {n} more are not drawn; each has a finding of its own."),
    };
    writeln!(
        out,
        "</svg><figcaption>The first move of each user and role on its shortest way; \
         at the right what is reached; dashed where policies are changed on the way.{rest}\
         </figcaption></figure>"
    )
}

/// The boxes: nodes, or, where there are many, nodes that nothing leads to, by their first move.
fn boxes(routes: &Routes) -> Vec<Drawn<'_>> {
    let mut next: Vec<Option<(usize, &[&'static str])>> = vec![None; routes.nodes.len()];
    let mut has_before = vec![false; routes.nodes.len()];
    for edge in &routes.edges {
        if let (Some(place), Some(before)) = (next.get_mut(edge.from), has_before.get_mut(edge.to))
        {
            *place = Some((edge.to, &edge.ways));
            *before = true;
        }
    }
    let is_crowded = routes.nodes.len() > SINGLE;
    let mut groups: BTreeMap<(usize, String), Vec<usize>> = BTreeMap::new();
    let mut singles: Vec<usize> = Vec::new();
    for number in 0..routes.nodes.len() {
        match next.get(number).copied().flatten() {
            Some((to, ways)) if is_crowded && !has_before.get(number).copied().unwrap_or(true) => {
                let way = ways.first().copied().unwrap_or_default().to_owned();
                groups.entry((to, way)).or_default().push(number);
            }
            Some(_) | None => singles.push(number),
        }
    }
    let mut of_node: BTreeMap<usize, usize> = BTreeMap::new();
    let members = singles.into_iter().map(|n| vec![n]).chain(groups.into_values());
    let members: Vec<Vec<usize>> = members.collect();
    for (at, nodes) in members.iter().enumerate() {
        nodes.iter().for_each(|n| {
            of_node.insert(*n, at);
        });
    }
    let drawn = members.iter().filter_map(|nodes| {
        let first = nodes.first()?;
        let node = routes.nodes.get(*first)?;
        let next = next.get(*first).copied().flatten();
        let next = next.and_then(|(to, ways)| Some((*of_node.get(&to)?, ways)));
        let arns: Vec<&str> =
            nodes.iter().filter_map(|n| routes.nodes.get(*n)).map(|n| n.arn.as_str()).collect();
        let name =
            if nodes.len() == 1 { name(node) } else { format!("{} users and roles", nodes.len()) };
        let (title, moves, is_changed) = (arns.join("\n"), node.moves, node.is_changed);
        Some(Drawn { name, title, moves, is_changed, next })
    });
    drawn.collect()
}

/// What comes after the account: `role/admin`.
fn name(node: &Node) -> String {
    node.arn.splitn(6, ':').nth(5).unwrap_or(&node.arn).to_owned()
}

/// As wide as so many columns may be on the page.
fn box_width(columns: usize) -> usize {
    let gaps = columns.saturating_sub(1) * GAP_X;
    (PAGE.saturating_sub(gaps) / columns.max(1)).clamp(NARROW, 2 * NARROW)
}

/// The row of each box in its column; none for those that do not fit.
fn places(all: &[Drawn<'_>]) -> Vec<Option<(usize, usize)>> {
    let mut places = vec![None; all.len()];
    let mut rows: BTreeMap<usize, usize> = BTreeMap::new();
    let mut order: Vec<usize> = (0..all.len()).collect();
    // Boxes stand in the order of what they lead to, so that arrows cross little.
    let mut rank: BTreeMap<usize, usize> = BTreeMap::new();
    let mut led_to: BTreeMap<usize, usize> = BTreeMap::new();
    for (to, _) in all.iter().filter_map(|b| b.next) {
        *led_to.entry(to).or_default() += 1;
    }
    order.sort_by_key(|at| std::cmp::Reverse(led_to.get(at).copied().unwrap_or_default()));
    let longest = all.iter().map(|b| b.moves).max().unwrap_or(0);
    for moves in 0..=longest {
        let is_here = |at: &&usize| all.get(**at).is_some_and(|b| b.moves == moves);
        let mut column: Vec<usize> = order.iter().filter(is_here).copied().collect();
        let of_next = |at: &usize| {
            let next = all.get(*at).and_then(|b| b.next).map(|(to, _)| to);
            next.and_then(|to| rank.get(&to).copied()).unwrap_or_default()
        };
        column.sort_by_key(of_next);
        for at in column {
            let row = rows.entry(moves).or_default();
            rank.insert(at, *row);
            if let Some(place) = places.get_mut(at).filter(|_| *row < MOST) {
                *place = Some((moves, *row));
            }
            *row += 1;
        }
    }
    places
}

/// The upper left corner of a box.
fn corner(places: &[Option<(usize, usize)>], at: usize, right: usize) -> Option<(usize, usize)> {
    let (moves, row) = places.get(at).copied().flatten()?;
    let column = right.saturating_sub(moves);
    Some((column * (box_width(right + 1) + GAP_X) + 1, row * (HEIGHT + GAP_Y) + 1))
}

fn write_arrow(
    (x, y): (usize, usize),
    (to_x, to_y): (usize, usize),
    ways: &[&'static str],
    out: &mut dyn Write,
) -> io::Result<()> {
    let (y, to_y) = (y + HEIGHT / 2, to_y + HEIGHT / 2);
    let middle = x + GAP_X / 2;
    let first = escaped(ways.first().copied().unwrap_or_default());
    let more = if ways.len() > 1 { format!(" +{}", ways.len() - 1) } else { String::new() };
    writeln!(
        out,
        "<path class=\"move\" d=\"M{x} {y}C{middle} {y} {middle} {to_y} {to_x} {to_y}\" \
         marker-end=\"url(#arrow)\"><title>{}</title></path>\
         <text class=\"way\" x=\"{}\" y=\"{}\">{first}{more}</text>",
        escaped(&ways.join(", ")),
        x + 6,
        y - 4
    )
}

fn write_box(
    one: &Drawn<'_>,
    (x, y): (usize, usize),
    width: usize,
    out: &mut dyn Write,
) -> io::Result<()> {
    let class = match (one.moves, one.is_changed) {
        (0, false) => "goal",
        (0, true) => "goal changed",
        (_, false) => "node",
        (_, true) => "node changed",
    };
    writeln!(
        out,
        "<g class=\"{class}\"><title>{}</title><rect x=\"{x}\" y=\"{y}\" width=\"{width}\" \
         height=\"{HEIGHT}\" rx=\"5\"/><text x=\"{}\" y=\"{}\">{}</text></g>",
        escaped(&one.title),
        x + 10,
        y + HEIGHT / 2 + 5,
        escaped(&short(&one.name, (width - 18) / 8))
    )
}

/// A name that fits into a box of so many letters, without its middle.
fn short(name: &str, fits: usize) -> String {
    let letters: Vec<char> = name.chars().collect();
    if letters.len() <= fits {
        return name.to_owned();
    }
    let (head, tail) = (fits * 2 / 5, fits - fits * 2 / 5 - 1);
    let begin: String = letters.iter().take(head).collect();
    let end: String = letters.iter().skip(letters.len() - tail).collect();
    format!("{begin}…{end}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::Edge;

    fn drawing(starts: usize) -> String {
        let mut routes = Routes::default();
        let node = |arn: String, moves| Node { arn, is_changed: false, moves };
        routes.nodes.push(node("arn:aws:iam::111122223333:role/admin".to_owned(), 0));
        for number in 1..=starts {
            routes.nodes.push(node(format!("arn:aws:iam::111122223333:user/u{number}"), 1));
            routes.edges.push(Edge { from: number, to: 0, ways: vec!["iam-002", "iam-004"] });
        }
        let mut svg = Vec::new();
        assert!(write(&routes, &mut svg).is_ok());
        String::from_utf8_lossy(&svg).into_owned()
    }

    #[test]
    fn each_node_is_a_box_where_there_are_few() {
        let svg = drawing(3);
        assert_eq!(svg.matches("<rect").count(), 4);
        assert_eq!(svg.matches("class=\"move\"").count(), 3);
        assert!(svg.contains("user/u3") && svg.contains("iam-002 +1"));
        let goal = "class=\"goal\"><title>arn:aws:iam::111122223333:role/admin</title>";
        assert!(svg.contains(goal), "{svg}");
    }

    #[test]
    fn equal_moves_are_one_where_there_are_many() {
        let svg = drawing(2_000);
        assert_eq!(svg.matches("<rect").count(), 2);
        assert!(svg.contains("2000 users and roles"), "{svg}");
    }
}
