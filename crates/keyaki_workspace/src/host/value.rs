//! What an expression of Terraform comes to, as far as it is known before the plan is applied.
//!
//! Each value keeps where it is written; texts keep the way back from each of their bytes. What is
//! not known is a hole with its label. A value that comes from another file stands as a whole for
//! the reference to it.

use std::sync::Arc;

use keyaki_diag::TextRange;
use keyaki_syntax::NodeKind;

use super::node::Text;
use super::written::{Source, Writer, Written};

/// What stands between the label of a value that depends on which one of several blocks it stands
/// in, and that block.
pub(crate) const OF: &str = " of ";

/// A value and where it stands.
#[derive(Clone, Debug)]
pub(crate) struct Value {
    pub(crate) range: TextRange,
    pub(crate) kind: Kind,
}

/// What a value is.
#[derive(Clone, Debug)]
pub(crate) enum Kind {
    /// A text in pieces.
    Text(Vec<Piece>),
    /// `true` or `false`.
    Bool(bool),
    /// A number, as it is written.
    Number(String),
    /// Nothing, which is like leaving out the attribute.
    Null,
    /// A list or a set.
    List(Vec<Value>),
    /// Names with values, in order.
    Map(Vec<(Value, Value)>),
    /// A text that is the JSON of a value.
    Json(Arc<Value>),
    /// What is not known, with its label.
    Hole(String),
    /// In a list, any number of values like this one, none among them; with the label of how many.
    Repeated(String, Arc<Value>),
}

/// A piece of a text.
#[derive(Clone, Debug)]
pub(crate) enum Piece {
    /// A part of the file.
    Text(Arc<Text>),
    /// A text that is written nowhere, for a range of the file.
    Made(String, TextRange),
    /// The JSON of a value.
    Json(Arc<Value>),
    /// A hole with its label.
    Hole(String, TextRange),
}

impl Value {
    pub(crate) fn new(range: TextRange, kind: Kind) -> Value {
        Value { range, kind }
    }

    /// A text that stands for a range of the file.
    pub(crate) fn made(text: &str, range: TextRange) -> Value {
        Value::new(range, Kind::Text(vec![Piece::Made(text.to_owned(), range)]))
    }

    pub(crate) fn hole(label: impl Into<String>, range: TextRange) -> Value {
        Value::new(range, Kind::Hole(label.into()))
    }

    /// The JSON of it.
    pub(crate) fn into_json(self) -> Value {
        Value::new(self.range, Kind::Json(Arc::new(self)))
    }

    /// Whether it is not known what it is, or how many values it is.
    pub(crate) fn is_hole(&self) -> bool {
        matches!(self.kind, Kind::Hole(_) | Kind::Repeated(..))
    }

    /// A value that may be there any number of times as the one that it is like, and the hole of
    /// all the others.
    pub(crate) fn single(&self) -> (&Value, Option<Value>) {
        match &self.kind {
            Kind::Repeated(label, one) => (one, Some(Value::hole(label.clone(), self.range))),
            Kind::Text(_)
            | Kind::Bool(_)
            | Kind::Number(_)
            | Kind::Null
            | Kind::List(_)
            | Kind::Map(_)
            | Kind::Json(_)
            | Kind::Hole(_) => (self, None),
        }
    }

    /// The value of the last entry of that name, unless it is null.
    pub(crate) fn member(&self, name: &str) -> Option<&Value> {
        let entry = self.entry(name)?;
        (!matches!(entry.1.kind, Kind::Null)).then_some(&entry.1)
    }

    /// The last entry of that name.
    pub(crate) fn entry(&self, name: &str) -> Option<&(Value, Value)> {
        self.entries().iter().rev().find(|(own, _)| own.is(name))
    }

    pub(crate) fn entries(&self) -> &[(Value, Value)] {
        if let Kind::Map(entries) = &self.kind { entries } else { &[] }
    }

    /// The items of a list; none if it is no list.
    pub(crate) fn items(&self) -> Option<&[Value]> {
        if let Kind::List(items) = &self.kind { Some(items) } else { None }
    }

    /// The items of a list.
    ///
    /// # Errors
    /// The value, if it is no list.
    pub(crate) fn into_items(self) -> Result<Vec<Value>, Value> {
        if let Kind::List(items) = self.kind { Ok(items) } else { Err(self) }
    }

    /// The pieces of a text; a value that becomes one in a text has one piece. None for what
    /// cannot stand in a text.
    pub(crate) fn pieces(&self) -> Option<Vec<Piece>> {
        let made = |text: &str| vec![Piece::Made(text.to_owned(), self.range)];
        match &self.kind {
            Kind::Text(pieces) => Some(pieces.clone()),
            Kind::Bool(value) => Some(made(if *value { "true" } else { "false" })),
            Kind::Number(number) => Some(made(number)),
            Kind::Json(value) => Some(vec![Piece::Json(value.clone())]),
            Kind::Hole(label) | Kind::Repeated(label, _) => {
                Some(vec![Piece::Hole(label.clone(), self.range)])
            }
            Kind::Null | Kind::List(_) | Kind::Map(_) => None,
        }
    }

    /// The text, if all of it is known.
    pub(crate) fn plain(&self) -> Option<String> {
        let Kind::Text(pieces) = &self.kind else { return None };
        pieces.iter().map(Piece::plain).collect()
    }

    fn is(&self, text: &str) -> bool {
        let Kind::Text(pieces) = &self.kind else { return false };
        match &pieces[..] {
            [piece] => piece.plain() == Some(text),
            _ => self.plain().as_deref() == Some(text),
        }
    }

    /// How many values there are in it; long texts count as several.
    pub(crate) fn size(&self) -> usize {
        1 + match &self.kind {
            Kind::List(items) => items.iter().map(Value::size).sum(),
            Kind::Map(entries) => entries.iter().map(|(_, value)| 1 + value.size()).sum(),
            Kind::Json(value) | Kind::Repeated(_, value) => value.size(),
            Kind::Text(pieces) => pieces.iter().map(Piece::size).sum(),
            Kind::Bool(_) | Kind::Number(_) | Kind::Null | Kind::Hole(_) => 0,
        }
    }

    /// The same value, standing as a whole for a range of another file.
    pub(crate) fn at(&self, range: TextRange) -> Value {
        let kind = match &self.kind {
            Kind::Text(pieces) => Kind::Text(pieces.iter().map(|p| p.at(range)).collect()),
            Kind::List(items) => Kind::List(items.iter().map(|item| item.at(range)).collect()),
            Kind::Map(entries) => {
                Kind::Map(entries.iter().map(|(n, v)| (n.at(range), v.at(range))).collect())
            }
            Kind::Json(value) => Kind::Json(Arc::new(value.at(range))),
            Kind::Repeated(label, one) => Kind::Repeated(label.clone(), Arc::new(one.at(range))),
            Kind::Bool(_) | Kind::Number(_) | Kind::Null | Kind::Hole(_) => self.kind.clone(),
        };
        Value { range, kind }
    }

    /// The value of a text that is JSON. Strings with holes in them are holes as a whole.
    pub(crate) fn of_json_text(&self) -> Option<Value> {
        match &self.kind {
            Kind::Json(value) => Some((**value).clone()),
            Kind::Text(_) => self.written().map(|written| of_tree(&written)),
            Kind::Bool(_)
            | Kind::Number(_)
            | Kind::Null
            | Kind::List(_)
            | Kind::Map(_)
            | Kind::Hole(_)
            | Kind::Repeated(..) => None,
        }
    }

    /// The policy in a text, written out; none if the text is no object.
    pub(crate) fn written(&self) -> Option<Written> {
        let mut writer = Writer::for_text_at(self.range);
        match &self.kind {
            Kind::Json(value) if matches!(value.kind, Kind::Map(_)) => value.write(&mut writer),
            Kind::Text(pieces) => {
                let first = pieces.iter().find_map(|piece| match piece {
                    Piece::Text(text) => text.value.trim_start().chars().next(),
                    Piece::Made(text, _) => text.trim_start().chars().next(),
                    Piece::Json(_) => Some('{'),
                    Piece::Hole(..) => Some(' '),
                });
                if first != Some('{') {
                    return None;
                }
                write_json(pieces, &mut writer);
            }
            Kind::Json(_)
            | Kind::Bool(_)
            | Kind::Number(_)
            | Kind::Null
            | Kind::List(_)
            | Kind::Map(_)
            | Kind::Hole(_)
            | Kind::Repeated(..) => return None,
        }
        (!writer.is_full).then(|| writer.finish())
    }

    /// Writes it as JSON.
    fn write(&self, writer: &mut Writer) {
        let (start, end) = (TextRange::empty(self.range.start), TextRange::empty(self.range.end));
        if writer.is_full {
            return;
        }
        match &self.kind {
            Kind::Text(pieces) => {
                writer.mark("\"", start);
                pieces.iter().for_each(|piece| piece.write(writer, false));
                writer.mark("\"", end);
            }
            Kind::Bool(value) => writer.mark(if *value { "true" } else { "false" }, self.range),
            Kind::Number(number) => writer.mark(number, self.range),
            Kind::Null => writer.mark("null", self.range),
            Kind::List(items) => {
                writer.mark("[", opening(self.range));
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        writer.mark(", ", TextRange::empty(item.range.start));
                    }
                    item.write_item(writer);
                }
                writer.mark("]", end);
            }
            Kind::Map(entries) => {
                writer.mark("{", opening(self.range));
                for (index, (name, value)) in entries.iter().enumerate() {
                    if index > 0 {
                        writer.mark(", ", TextRange::empty(name.range.start));
                    }
                    name.write(writer);
                    writer.mark(": ", TextRange::empty(value.range.start));
                    value.write(writer);
                }
                writer.mark("}", end);
            }
            Kind::Json(_) => write_hole(writer, &format!("… at {}", self.range.start), self.range),
            Kind::Hole(label) | Kind::Repeated(label, _) => write_hole(writer, label, self.range),
        }
    }

    /// Writes it as an item of a list. What may be there any number of times is one item, and a
    /// hole for all the others.
    fn write_item(&self, writer: &mut Writer) {
        let (one, Some(others)) = self.single() else { return self.write(writer) };
        let start = writer.length();
        one.write(writer);
        writer.mark(", ", TextRange::empty(others.range.start));
        others.write(writer);
        writer.repeat_from(start);
    }
}

impl Piece {
    /// The text, if it is one.
    pub(crate) fn plain(&self) -> Option<&str> {
        match self {
            Piece::Text(text) => Some(&text.value),
            Piece::Made(text, _) => Some(text),
            Piece::Json(_) | Piece::Hole(..) => None,
        }
    }

    fn size(&self) -> usize {
        1 + match self {
            Piece::Text(text) => text.value.len() / 64,
            Piece::Made(text, _) => text.len() / 64,
            Piece::Json(value) => value.size(),
            Piece::Hole(..) => 0,
        }
    }

    fn at(&self, range: TextRange) -> Piece {
        match self {
            Piece::Text(text) => Piece::Made(text.value.to_string(), range),
            Piece::Made(text, _) => Piece::Made(text.clone(), range),
            Piece::Json(value) => Piece::Json(Arc::new(value.at(range))),
            Piece::Hole(label, _) => Piece::Hole(label.clone(), range),
        }
    }

    fn write(&self, writer: &mut Writer, is_json: bool) {
        match self {
            Piece::Text(text) => writer.text(&text.value, Source::Text(text, 0), is_json),
            Piece::Made(text, range) => writer.text(text, Source::Whole(*range), is_json),
            Piece::Json(value) if is_json => value.write(writer),
            Piece::Json(value) => {
                writer.hole(&format!("… at {}", value.range.start), value.range);
            }
            Piece::Hole(label, range) => writer.hole(label, *range),
        }
    }
}

/// Writes the pieces of a text that is JSON. A hole that is in no string stands for a value.
fn write_json(pieces: &[Piece], writer: &mut Writer) {
    let mut is_inside = false;
    for piece in pieces {
        match piece {
            Piece::Hole(label, range) if !is_inside => {
                writer.is_loose = true;
                write_hole(writer, label, *range);
            }
            Piece::Json(_) | Piece::Hole(..) => piece.write(writer, !is_inside),
            Piece::Text(_) | Piece::Made(..) => {
                is_inside = ends_inside(piece.plain().unwrap_or_default(), is_inside);
                piece.write(writer, true);
            }
        }
    }
}

/// Whether a text that is JSON ends in a string, by where it begins.
fn ends_inside(text: &str, mut is_inside: bool) -> bool {
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b'"' => is_inside = !is_inside,
            b'\\' if is_inside => {
                bytes.next();
            }
            _ => {}
        }
    }
    is_inside
}

fn write_hole(writer: &mut Writer, label: &str, range: TextRange) {
    writer.mark("\"", TextRange::empty(range.start));
    writer.hole(label, range);
    writer.mark("\"", TextRange::empty(range.end));
}

/// The first character of a range.
pub(super) fn opening(range: TextRange) -> TextRange {
    TextRange::new(range.start, range.end.min(range.start + 1))
}

/// The last character of a range.
pub(super) fn closing(range: TextRange) -> TextRange {
    TextRange::new(range.start.max(range.end.max(1) - 1), range.end)
}

/// The value of a JSON text, by way of the places that it was written from.
fn of_tree(written: &Written) -> Value {
    match written.tree.root() {
        Some(root) => of_node(written, root),
        None => Value::new(TextRange::default(), Kind::Null),
    }
}

/// The tree nests no deeper than its parser allows.
fn of_node(written: &Written, node: keyaki_syntax::Value<'_>) -> Value {
    let range = written.range(node.range());
    let kind = match node.kind() {
        NodeKind::Object => {
            let entry = |m: keyaki_syntax::Member<'_>| {
                Some((of_node(written, m.key()), of_node(written, m.value()?)))
            };
            Kind::Map(node.members().filter_map(entry).collect())
        }
        NodeKind::Array => Kind::List(node.elements().map(|e| of_node(written, e)).collect()),
        NodeKind::String if !written.tree.holes_in(node.range()).is_empty() => {
            Kind::Hole(node.source().trim_matches('"').to_owned())
        }
        NodeKind::String => return Value::made(node.as_str().unwrap_or_default(), range),
        NodeKind::Number => Kind::Number(node.source().to_owned()),
        NodeKind::Bool => Kind::Bool(node.source() == "true"),
        NodeKind::Null => Kind::Null,
        NodeKind::Member | NodeKind::Error => Kind::Hole(format!("… at {}", range.start)),
    };
    Value { range, kind }
}
