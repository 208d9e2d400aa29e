//! The values of a template, whatever it is written in.
//!
//! One table of nodes that YAML and JSON are read into. A node keeps its range in the file; a text
//! keeps the way back from each of its bytes. Aliases of YAML make one node the child of several;
//! no node is below itself.

use keyaki_diag::TextRange;
use keyaki_syntax::{Member, NodeKind, Tree, Value};

/// Names a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Id(pub(crate) u32);

/// The values of a template.
#[derive(Debug, Default)]
pub(crate) struct Nodes {
    nodes: Vec<Node>,
    /// The documents of the file.
    pub(crate) roots: Vec<Id>,
}

/// A value.
#[derive(Debug)]
pub(crate) struct Node {
    /// Where it stands in the file.
    pub(crate) range: TextRange,
    /// The tag of YAML without its `!`, such as `Ref`.
    pub(crate) tag: Option<Box<str>>,
    pub(crate) kind: Kind,
}

/// What a value is.
#[derive(Debug)]
pub(crate) enum Kind {
    /// A text.
    Text(Text),
    /// `true` or `false`.
    Bool(bool),
    /// Nothing.
    Null,
    /// A list.
    List(Vec<Id>),
    /// Names with values, in order, duplicates included.
    Map(Vec<(Id, Id)>),
    /// What is no value, or could not be read.
    Other,
}

/// A text with the way back to the file.
#[derive(Debug, Default)]
pub(crate) struct Text {
    pub(crate) value: Box<str>,
    /// Pairs of an offset into the value and the same place in the file, sorted, the first at 0;
    /// between two pairs both advance alike. Empty where the way back is not known.
    pub(crate) map: Box<[(u32, u32)]>,
    /// Where the text stands as a whole.
    pub(crate) written: TextRange,
}

impl Nodes {
    /// The values of a JSON document.
    pub(crate) fn of_json(tree: &Tree) -> Nodes {
        let node =
            |value: Value<'_>| Node { range: value.range(), tag: None, kind: of_json(value) };
        let nodes: Vec<Node> = tree.values().map(node).collect();
        let roots = tree.root().map(id).into_iter().collect();
        Nodes { nodes, roots }
    }

    pub(crate) fn push(&mut self, node: Node) -> Id {
        self.nodes.push(node);
        Id(self.nodes.len() as u32 - 1)
    }

    /// How many nodes there are.
    pub(crate) fn len(&self) -> usize {
        self.nodes.len()
    }

    pub(crate) fn get(&self, id: Id) -> &Node {
        &self.nodes[id.0 as usize]
    }

    pub(crate) fn get_mut(&mut self, id: Id) -> &mut Node {
        &mut self.nodes[id.0 as usize]
    }

    /// Where the texts stand, in order.
    pub(crate) fn texts(&self) -> Vec<TextRange> {
        let written = |node: &Node| match &node.kind {
            Kind::Text(text) => Some(text.written),
            Kind::Bool(_) | Kind::Null | Kind::List(_) | Kind::Map(_) | Kind::Other => None,
        };
        let mut texts: Vec<TextRange> = self.nodes.iter().filter_map(written).collect();
        texts.sort();
        texts
    }

    /// A text's value.
    pub(crate) fn text(&self, id: Id) -> Option<&str> {
        match &self.get(id).kind {
            Kind::Text(text) => Some(&text.value),
            Kind::Bool(_) | Kind::Null | Kind::List(_) | Kind::Map(_) | Kind::Other => None,
        }
    }

    /// The items of a list; nothing for anything else.
    pub(crate) fn items(&self, id: Id) -> &[Id] {
        match &self.get(id).kind {
            Kind::List(items) => items,
            Kind::Text(_) | Kind::Bool(_) | Kind::Null | Kind::Map(_) | Kind::Other => &[],
        }
    }

    /// The entries of a map; nothing for anything else.
    pub(crate) fn entries(&self, id: Id) -> &[(Id, Id)] {
        match &self.get(id).kind {
            Kind::Map(entries) => entries,
            Kind::Text(_) | Kind::Bool(_) | Kind::Null | Kind::List(_) | Kind::Other => &[],
        }
    }

    /// The entries of a map with their names as text.
    pub(crate) fn members(&self, id: Id) -> impl Iterator<Item = (&str, Id)> {
        self.entries(id).iter().filter_map(|&(name, value)| Some((self.text(name)?, value)))
    }

    /// The value of the last entry of that name.
    pub(crate) fn member(&self, id: Id, name: &str) -> Option<Id> {
        self.members(id).filter(|(own, _)| *own == name).map(|(_, value)| value).last()
    }
}

impl Text {
    /// The text of a JSON string.
    pub(crate) fn of_json(string: Value<'_>) -> Text {
        let start = (0, string.range().start + 1);
        let map = std::iter::once(start).chain(string.inner_map().iter().copied()).collect();
        let value = string.as_str().unwrap_or_default().into();
        Text { value, map, written: string.range() }
    }

    /// Where a part of the value stands in the file.
    pub(crate) fn range(&self, start: usize, end: usize) -> TextRange {
        match (self.offset(start), self.offset(end)) {
            (Some(start), Some(end)) => TextRange::new(start, end),
            _ => self.written,
        }
    }

    fn offset(&self, at: usize) -> Option<u32> {
        let i = self.map.partition_point(|&(to, _)| to as usize <= at);
        let (to, from) = self.map.get(i.checked_sub(1)?)?;
        Some(from + (at as u32 - to))
    }
}

fn id(value: Value<'_>) -> Id {
    Id(value.id().index())
}

fn of_json(value: Value<'_>) -> Kind {
    match value.kind() {
        NodeKind::Object => {
            let entry = |m: Member<'_>| Some((id(m.key()), id(m.value()?)));
            Kind::Map(value.members().filter_map(entry).collect())
        }
        NodeKind::Array => Kind::List(value.elements().map(id).collect()),
        NodeKind::String => Kind::Text(Text::of_json(value)),
        NodeKind::Number => {
            let (written, map) = (value.range(), [(0, value.range().start)].into());
            Kind::Text(Text { value: value.source().into(), map, written })
        }
        NodeKind::Bool => Kind::Bool(value.source() == "true"),
        NodeKind::Null => Kind::Null,
        NodeKind::Member | NodeKind::Error => Kind::Other,
    }
}
