//! The flat tree over a source text.

use std::borrow::Cow;

use keyaki_diag::TextRange;

use crate::SyntaxError;
use crate::token::{Token, Tokens};

/// Names a node of one [`Tree`]. Nodes are numbered in document order, a parent before its children.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub(crate) u32);

impl NodeId {
    /// The topmost node of a tree.
    pub const ROOT: NodeId = NodeId(0);

    /// Its number, from 0.
    pub fn index(self) -> u32 {
        self.0
    }
}

/// What a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NodeKind {
    /// `{…}`; its children are [`NodeKind::Member`]s. In a broken text there may be values among
    /// them that stand in the place of a member.
    Object,
    /// `[…]`; its children are values.
    Array,
    /// A name and its value; its first child is the name (a string), the second, if any, the value.
    Member,
    /// A string.
    String,
    /// A number, kept as text.
    Number,
    /// `true` or `false`.
    Bool,
    /// `null`.
    Null,
    /// Something that could not be read as a value: bare words, or a part nested too deeply.
    Error,
}

impl NodeKind {
    /// Whether it is an object or a list.
    pub fn is_container(self) -> bool {
        matches!(self, NodeKind::Object | NodeKind::Array)
    }
}

/// One row of the node table.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Node {
    pub(crate) kind: NodeKind,
    pub(crate) range: TextRange,
    /// The parent; the root is its own.
    pub(crate) parent: u32,
    /// One past the last node below this one: the next sibling, if it has the same parent.
    pub(crate) end: u32,
    /// Index into `Tree::decoded` for a string that is not its source slice, else [`PLAIN`].
    pub(crate) decoded: u32,
}

/// Marks a string whose value is the source between its quotes.
pub(crate) const PLAIN: u32 = u32::MAX;

/// The value of a string that has escapes, with the way back to the source.
#[derive(Clone, Debug)]
pub(crate) struct Decoded {
    pub(crate) text: Box<str>,
    /// Pairs (decoded offset, source offset), sorted; between two pairs both advance alike.
    pub(crate) map: Box<[(u32, u32)]>,
}

/// A source text with its tokens, its nodes and what is wrong with it.
#[derive(Clone, Debug)]
pub struct Tree {
    pub(crate) source: Box<str>,
    pub(crate) tokens: Tokens,
    pub(crate) nodes: Vec<Node>,
    pub(crate) decoded: Vec<Decoded>,
    pub(crate) errors: Vec<SyntaxError>,
    /// The parts that stand for what is not known yet, in order.
    pub(crate) holes: Box<[TextRange]>,
    /// The elements that stand for any number of their like, in order.
    pub(crate) repeated: Box<[TextRange]>,
    /// How many siblings stand before each node; counted when somebody asks.
    pub(crate) positions: std::sync::OnceLock<Box<[u32]>>,
}

impl Tree {
    /// How deep objects and arrays may nest. A policy needs about six levels.
    pub const MAX_DEPTH: usize = 128;

    /// How long a text may be, in bytes. The largest policy that AWS takes has 44 KB;
    /// templates and API dumps are larger.
    pub const MAX_LENGTH: usize = 64 * 1024 * 1024;

    /// How many errors are kept: more are of no use to anyone.
    pub const MAX_ERRORS: usize = 1000;

    /// The source text, byte for byte.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// All tokens, trivia included; put together they are the source, byte for byte.
    pub fn tokens(&self) -> impl ExactSizeIterator<Item = Token> + '_ {
        self.tokens.iter()
    }

    /// How many bytes of a range are white space between the tokens; a space that starts there
    /// counts as a whole.
    pub fn white_space_in(&self, range: TextRange) -> u32 {
        self.tokens.white_space_in(range)
    }

    /// The source text alone.
    pub fn into_source(self) -> Box<str> {
        self.source
    }

    /// What is wrong with the text, in order of position.
    pub fn errors(&self) -> &[SyntaxError] {
        &self.errors
    }

    /// The same tree, in which some parts of strings stand for what is not known before
    /// deployment. The text of such a hole is a label for people, such as `${Bucket}`.
    pub fn with_holes(mut self, mut holes: Vec<TextRange>) -> Tree {
        holes.sort();
        self.holes = holes.into();
        self
    }

    /// The holes, in order.
    pub fn holes(&self) -> &[TextRange] {
        &self.holes
    }

    /// The same tree, in which some elements of lists stand for any number of their like, none
    /// among them. Each range is such an element together with the hole that stands behind it for
    /// all the others.
    pub fn with_repeated(mut self, mut repeated: Vec<TextRange>) -> Tree {
        repeated.sort();
        self.repeated = repeated.into();
        self
    }

    /// The element with the hole behind it in which a range lies.
    pub fn repeated_around(&self, range: TextRange) -> Option<TextRange> {
        let before = self.repeated.partition_point(|all| all.start <= range.start);
        let last = self.repeated.get(before.checked_sub(1)?)?;
        last.contains(range).then_some(*last)
    }

    /// The holes that a range touches.
    pub fn holes_in(&self, range: TextRange) -> &[TextRange] {
        let start = self.holes.partition_point(|hole| hole.end <= range.start);
        let end = self.holes.partition_point(|hole| hole.start < range.end);
        self.holes.get(start..end).unwrap_or_default()
    }

    /// The value of the document; none where the text holds no value.
    pub fn root(&self) -> Option<Value<'_>> {
        (!self.nodes.is_empty()).then_some(Value { tree: self, id: NodeId::ROOT })
    }

    /// The node of that number. An id of another tree gives another node or the root.
    pub fn value(&self, id: NodeId) -> Option<Value<'_>> {
        ((id.0 as usize) < self.nodes.len()).then_some(Value { tree: self, id })
    }

    /// All nodes, in document order.
    pub fn values(&self) -> impl Iterator<Item = Value<'_>> {
        (0..self.nodes.len() as u32).map(|id| Value { tree: self, id: NodeId(id) })
    }

    /// The source range of a node; for a member from its name to the end of its value.
    pub fn range(&self, id: NodeId) -> TextRange {
        self.nodes.get(id.0 as usize).map_or(TextRange::default(), |n| n.range)
    }

    /// How many siblings stand before a node.
    pub(crate) fn position(&self, id: NodeId) -> u32 {
        let positions = self.positions.get_or_init(|| {
            let mut children = vec![0; self.nodes.len()];
            let count = |(i, node): (usize, &Node)| {
                let parent = node.parent as usize;
                if parent == i {
                    return 0;
                }
                children[parent] += 1;
                children[parent] - 1
            };
            self.nodes.iter().enumerate().map(count).collect()
        });
        positions.get(id.0 as usize).copied().unwrap_or(0)
    }

    #[inline]
    fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id.0 as usize]
    }

    fn children(&self, id: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        let end = self.node(id).end;
        let first = id.0 + 1;
        std::iter::successors((first < end).then_some(first), move |&n| {
            let next = self.nodes[n as usize].end;
            (next < end).then_some(next)
        })
        .map(NodeId)
    }
}

/// A node of a tree, with the tree: cheap to copy.
#[derive(Clone, Copy, Debug)]
pub struct Value<'t> {
    tree: &'t Tree,
    id: NodeId,
}

impl<'t> Value<'t> {
    /// The number of this node.
    pub fn id(self) -> NodeId {
        self.id
    }

    /// The tree that it belongs to.
    pub fn tree(self) -> &'t Tree {
        self.tree
    }

    /// What it is.
    #[inline]
    pub fn kind(self) -> NodeKind {
        self.tree.node(self.id).kind
    }

    /// Where it is, quotes and brackets included.
    pub fn range(self) -> TextRange {
        self.tree.node(self.id).range
    }

    /// The source text of this node, quotes and brackets included.
    pub fn source(self) -> &'t str {
        self.range().slice(&self.tree.source)
    }

    /// The node that follows this one below the same parent.
    pub fn next_sibling(self) -> Option<Value<'t>> {
        let parent = self.parent()?;
        let next = NodeId(self.tree.node(self.id).end);
        let inside = next.0 < self.tree.node(parent.id).end;
        inside.then_some(Value { tree: self.tree, id: next })
    }

    /// The node above; none for the root.
    pub fn parent(self) -> Option<Value<'t>> {
        let parent = NodeId(self.tree.node(self.id).parent);
        (parent != self.id).then_some(Value { tree: self.tree, id: parent })
    }

    /// The decoded value of a string; none for anything else.
    #[inline]
    pub fn as_str(self) -> Option<&'t str> {
        let node = self.tree.node(self.id);
        if node.kind != NodeKind::String {
            return None;
        }
        Some(match self.tree.decoded.get(node.decoded as usize) {
            Some(decoded) => &decoded.text,
            None => inner(node.range).slice(&self.tree.source),
        })
    }

    /// The text of a scalar: a string's value, else the source of a number, bool or null.
    pub fn scalar_text(self) -> Option<Cow<'t, str>> {
        match self.kind() {
            NodeKind::String => self.as_str().map(Cow::Borrowed),
            NodeKind::Number | NodeKind::Bool | NodeKind::Null => {
                Some(Cow::Borrowed(self.source()))
            }
            NodeKind::Object | NodeKind::Array | NodeKind::Member | NodeKind::Error => None,
        }
    }

    /// The source range of a part of a string's value, given as byte offsets into that value.
    /// For a node that is not a string, the whole node.
    pub fn inner_range(self, part: std::ops::Range<usize>) -> TextRange {
        let node = self.tree.node(self.id);
        if node.kind != NodeKind::String {
            return node.range;
        }
        let to_source = |offset: usize| match self.tree.decoded.get(node.decoded as usize) {
            None => node.range.start + 1 + offset as u32,
            Some(d) => {
                let i = d.map.partition_point(|&(from, _)| from as usize <= offset);
                match i.checked_sub(1).map(|i| d.map[i]) {
                    Some((from, to)) => to + (offset as u32 - from),
                    None => node.range.start + 1 + offset as u32,
                }
            }
        };
        let (start, end) = (to_source(part.start), to_source(part.end));
        TextRange::new(start.min(node.range.end), end.min(node.range.end))
    }

    /// Whether the node is one hole and nothing else: any value may stand there.
    pub fn is_hole(self) -> bool {
        let is_all = |hole: &&TextRange| **hole == inner(self.range());
        let holes = self.tree.holes_in(self.range());
        self.kind() == NodeKind::String && holes.first().filter(is_all).is_some()
    }

    /// Where the holes of a string are, as byte ranges of its value.
    pub fn inner_holes(self) -> impl Iterator<Item = std::ops::Range<usize>> {
        let holes = self.tree.holes_in(self.range()).iter();
        holes.map(move |hole| self.inner_offset(hole.start)..self.inner_offset(hole.end))
    }

    /// The offset in a string's value of a place in the source.
    fn inner_offset(self, source: u32) -> usize {
        let node = self.tree.node(self.id);
        let map = self.inner_map();
        let i = map.partition_point(|&(_, to)| to <= source);
        let (from, to) = match i.checked_sub(1) {
            Some(i) => map[i],
            None => (0, node.range.start + 1),
        };
        (from + source.saturating_sub(to)) as usize
    }

    /// Pairs of an offset into a string's value and the same place in the source, sorted; between
    /// two pairs both advance alike, before the first from behind the quote on.
    pub fn inner_map(self) -> &'t [(u32, u32)] {
        let node = self.tree.node(self.id);
        self.tree.decoded.get(node.decoded as usize).map_or(&[], |d| &d.map)
    }

    /// How many nodes are below this one, at any depth.
    pub fn size(self) -> usize {
        (self.tree.node(self.id).end - self.id.0 - 1) as usize
    }

    /// The nodes directly below this one, in order: a member's are its name and its value.
    pub fn children(self) -> impl Iterator<Item = Value<'t>> {
        let tree = self.tree;
        tree.children(self.id).map(move |id| Value { tree, id })
    }

    /// This node as a member, if it is one.
    pub fn as_member(self) -> Option<Member<'t>> {
        (self.kind() == NodeKind::Member).then_some(Member { tree: self.tree, id: self.id })
    }

    /// The members of an object, in order, duplicates included; nothing for anything else.
    pub fn members(self) -> impl Iterator<Item = Member<'t>> {
        let tree = self.tree;
        let is_object = self.kind() == NodeKind::Object;
        is_object
            .then(|| tree.children(self.id))
            .into_iter()
            .flatten()
            .filter(move |&id| tree.node(id).kind == NodeKind::Member)
            .map(move |id| Member { tree, id })
    }

    /// The elements of an array, in order; nothing for anything else.
    pub fn elements(self) -> impl Iterator<Item = Value<'t>> {
        let tree = self.tree;
        let is_array = self.kind() == NodeKind::Array;
        is_array
            .then(|| tree.children(self.id))
            .into_iter()
            .flatten()
            .map(move |id| Value { tree, id })
    }

    /// The value of the last member of that name: JSON readers let the last one win.
    pub fn get(self, name: &str) -> Option<Value<'t>> {
        self.members().filter(|m| m.name() == name).filter_map(Member::value).last()
    }
}

/// The part of a string between its quotes.
#[inline]
fn inner(range: TextRange) -> TextRange {
    TextRange::new(range.start + 1, range.end.saturating_sub(1))
}

/// A name and its value inside an object.
#[derive(Clone, Copy, Debug)]
pub struct Member<'t> {
    tree: &'t Tree,
    id: NodeId,
}

impl<'t> Member<'t> {
    /// The number of this node.
    pub fn id(self) -> NodeId {
        self.id
    }

    /// Where it is, from the name to the end of the value.
    pub fn range(self) -> TextRange {
        self.tree.node(self.id).range
    }

    /// The node of the name.
    pub fn key(self) -> Value<'t> {
        Value { tree: self.tree, id: NodeId(self.id.0 + 1) }
    }

    /// The decoded name; for a bare word, its text.
    pub fn name(self) -> &'t str {
        let key = self.key();
        key.as_str().unwrap_or_else(|| key.source())
    }

    /// The value; none where the text has none.
    pub fn value(self) -> Option<Value<'t>> {
        self.tree.children(self.id).nth(1).map(|id| Value { tree: self.tree, id })
    }
}
