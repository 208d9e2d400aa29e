//! From a tree to that of the same text after a small change.
//!
//! Only the object or array around the change is read; what stands beside it is taken over, with
//! other places. That gives the tree of the whole text as long as nothing is wrong, neither in the
//! old text nor in the part that is read: then no token reaches past the part's last bracket, and
//! nothing outside depends on what is inside, but for how deep brackets may nest. In all other
//! cases the whole text is read.

use std::sync::OnceLock;

use keyaki_diag::TextRange;

use crate::token::Tokens;
use crate::tree::{Decoded, Node, PLAIN};
use crate::{NodeId, Tree, Value};

impl Tree {
    /// The tree of a text, as [`Tree::parse`] gives it. The less the text differs from that of
    /// this tree, the less of it is read.
    pub fn reread(&self, text: impl Into<Box<str>>) -> Tree {
        let text = text.into();
        match Splice::new(self, &text) {
            Some(splice) => splice.apply(text),
            None => Tree::parse(text),
        }
    }
}

/// What takes the place of a part of a tree.
struct Splice<'t> {
    tree: &'t Tree,
    /// The part, by its node.
    old: Value<'t>,
    /// The tree of the part's new text.
    new: Tree,
}

impl<'t> Splice<'t> {
    /// The smallest part that can be read by itself; none where that is the whole text or where
    /// something is wrong.
    fn new(tree: &'t Tree, text: &str) -> Option<Splice<'t>> {
        if !tree.errors.is_empty() || !tree.holes.is_empty() || text.len() > Tree::MAX_LENGTH {
            return None;
        }
        let (old, depth) = around(tree.root()?, difference(tree.source(), text))?;
        let rest = tree.source.len() - old.range().end as usize;
        let new = Tree::parse(text.get(old.range().start as usize..text.len() - rest)?);
        let root = new.root()?;
        let is_whole = root.kind() == old.kind() && root.range().len() as usize == new.source.len();
        let fits = depth + deepest(&new) < Tree::MAX_DEPTH;
        (new.errors.is_empty() && is_whole && fits).then_some(Splice { tree, old, new })
    }

    fn apply(self, source: Box<str>) -> Tree {
        Tree {
            tokens: self.tokens(source.len()),
            nodes: self.nodes(),
            decoded: self.decoded(),
            source,
            errors: Vec::new(),
            holes: Box::default(),
            repeated: Box::default(),
            positions: OnceLock::new(),
        }
    }

    /// Where the part begins.
    fn start(&self) -> u32 {
        self.old.range().start
    }

    /// By how much what follows the part moves; may wrap around, as sums do.
    fn shift(&self) -> u32 {
        (self.new.source.len() as u32).wrapping_sub(self.old.range().len())
    }

    fn tokens(&self, length: usize) -> Tokens {
        let old = &self.tree.tokens;
        let range = self.old.range();
        let part = old.at(range.start)..old.at(range.end - 1) + 1;
        old.spliced(part, &self.new.tokens, range.start, length as u32)
    }

    fn nodes(&self) -> Vec<Node> {
        let (id, end) = (self.old.id().0, self.old.id().0 + self.old.size() as u32 + 1);
        let more = (self.new.nodes.len() as u32).wrapping_sub(end - id);
        let shift = self.shift();
        let (before, rest) = self.tree.nodes.split_at(id as usize);
        let (part, after) = rest.split_at((end - id) as usize);
        let parent = part.first().map_or(0, |node| node.parent);
        let decoded = self.decoded_before();
        let decoded_more = (self.new.decoded.len() as u32).wrapping_sub(count_decoded(part));
        let before = before.iter().map(|node| match node.end > id {
            true => Node {
                range: TextRange::new(node.range.start, node.range.end.wrapping_add(shift)),
                end: node.end.wrapping_add(more),
                ..*node
            },
            false => *node,
        });
        let inside = self.new.nodes.iter().enumerate().map(|(at, node)| Node {
            range: moved(node.range, self.start()),
            parent: if at == 0 { parent } else { node.parent + id },
            end: node.end + id,
            decoded: renumbered(node.decoded, decoded),
            ..*node
        });
        let after = after.iter().map(|node| Node {
            range: moved(node.range, shift),
            parent: if node.parent < id { node.parent } else { node.parent.wrapping_add(more) },
            end: node.end.wrapping_add(more),
            decoded: renumbered(node.decoded, decoded_more),
            ..*node
        });
        before.chain(inside).chain(after).collect()
    }

    fn decoded(&self) -> Vec<Decoded> {
        let before = self.decoded_before() as usize;
        let nodes = self.tree.nodes.iter().skip(self.old.id().0 as usize);
        let part = nodes.take(self.old.size() + 1).filter(|node| node.decoded != PLAIN).count();
        let (before, rest) = self.tree.decoded.split_at(before);
        let after = rest.iter().skip(part).map(|decoded| shifted(decoded, self.shift()));
        let inside = self.new.decoded.iter().map(|decoded| shifted(decoded, self.start()));
        before.iter().cloned().chain(inside).chain(after).collect()
    }

    /// How many strings before the part are not their source.
    fn decoded_before(&self) -> u32 {
        count_decoded(self.tree.nodes.get(..self.old.id().0 as usize).unwrap_or_default())
    }
}

/// The part of the old text that the new one has not.
fn difference(old: &str, new: &str) -> TextRange {
    let (old, new) = (old.as_bytes(), new.as_bytes());
    let start = common(old.chunks(BLOCK), new.chunks(BLOCK), old.iter(), new.iter());
    let (old_rest, new_rest) = (&old[start..], &new[start..]);
    let tail = common(
        old_rest.rchunks(BLOCK),
        new_rest.rchunks(BLOCK),
        old_rest.iter().rev(),
        new_rest.iter().rev(),
    );
    TextRange::new(start as u32, (old.len() - tail) as u32)
}

/// How many bytes are compared at a time.
const BLOCK: usize = 256;

/// How many bytes two sequences have in common, told by blocks and then one by one.
fn common<'b>(
    a_blocks: impl Iterator<Item = &'b [u8]>,
    b_blocks: impl Iterator<Item = &'b [u8]>,
    a: impl Iterator<Item = &'b u8>,
    b: impl Iterator<Item = &'b u8>,
) -> usize {
    let is_full = |(a, b): &(&[u8], &[u8])| a.len() == BLOCK && a == b;
    let blocks = a_blocks.zip(b_blocks).take_while(is_full).count() * BLOCK;
    blocks + a.zip(b).skip(blocks).take_while(|(a, b)| a == b).count()
}

/// The innermost object or array whose brackets are around a range, and how many brackets are open
/// around it; none if it is the topmost value.
fn around(root: Value<'_>, range: TextRange) -> Option<(Value<'_>, usize)> {
    let holds = |value: &Value<'_>| {
        let (start, end) = (value.range().start, value.range().end);
        start < range.start && range.end < end
    };
    let is_container = |v: &Value<'_>| v.kind().is_container();
    let (mut found, mut depth) = (None, 0);
    let mut next = Some(root).filter(holds);
    while let Some(value) = next {
        if is_container(&value) {
            found = value.parent().map(|_| (value, depth));
            depth += 1;
        }
        next = value.children().find(holds);
    }
    found
}

/// How deep the objects and arrays of a tree nest.
fn deepest(tree: &Tree) -> usize {
    let mut depths: Vec<usize> = Vec::with_capacity(tree.nodes.len());
    for (at, node) in tree.nodes.iter().enumerate() {
        let is_container = node.kind.is_container();
        let outer =
            if at == 0 { 0 } else { depths.get(node.parent as usize).copied().unwrap_or(0) };
        depths.push(outer + usize::from(is_container));
    }
    depths.into_iter().max().unwrap_or(0)
}

fn moved(range: TextRange, by: u32) -> TextRange {
    TextRange::new(range.start.wrapping_add(by), range.end.wrapping_add(by))
}

fn count_decoded(nodes: &[Node]) -> u32 {
    nodes.iter().filter(|node| node.decoded != PLAIN).count() as u32
}

fn renumbered(decoded: u32, by: u32) -> u32 {
    if decoded == PLAIN { PLAIN } else { decoded.wrapping_add(by) }
}

fn shifted(decoded: &Decoded, by: u32) -> Decoded {
    let map = decoded.map.iter().map(|&(from, to)| (from, to.wrapping_add(by)));
    Decoded { text: decoded.text.clone(), map: map.collect() }
}

impl Value<'_> {
    /// Whether another node has the same text and was read in the same way, whatever is around it.
    pub fn is_same_as(self, other: Value<'_>) -> bool {
        let relative = |value: Value<'_>, node: &Node| {
            let start = value.range().start;
            let (from, to) = (node.range.start - start, node.range.end - start);
            (node.kind, from, to, node.end - value.id().0, node.decoded == PLAIN)
        };
        let same = |(a, b): (&Node, &Node)| relative(self, a) == relative(other, b);
        self.source() == other.source()
            && self.size() == other.size()
            && below(self).iter().zip(below(other)).all(same)
    }
}

/// A node and all below it.
fn below<'t>(value: Value<'t>) -> &'t [Node] {
    let NodeId(first) = value.id();
    let range = first as usize..first as usize + value.size() + 1;
    value.tree().nodes.get(range).unwrap_or_default()
}
