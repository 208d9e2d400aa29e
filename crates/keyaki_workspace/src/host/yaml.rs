//! YAML to nodes.
//!
//! The parser gives events; this module gives them ranges in bytes and builds the table. What it
//! refuses, with a place: what the parser refuses, nesting beyond [`MAX_DEPTH`], and aliases of a
//! value that is still open, and too many values that are merged by `<<`. An alias is the same node
//! once more, so that aliases of aliases take no room here; who walks the nodes has a limit of its
//! own.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use keyaki_diag::TextRange;
use saphyr_parser::{Event, Parser, ScalarStyle, Span, StrInput, Tag};

use super::node::{Id, Kind, Node, Nodes, Text};
use super::{margin, scalar};

/// How deep values may nest.
pub(crate) const MAX_DEPTH: usize = 128;

/// How many entries of maps are merged into others in one file.
const MAX_MERGED: usize = 200_000;

/// What keeps a text from being read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct YamlError {
    pub(crate) message: String,
    pub(crate) range: TextRange,
}

/// Reads a text of one or more documents.
pub(crate) fn read(text: &str) -> Result<Nodes, YamlError> {
    match attempt(text, &[]) {
        Err(error) if error.message.starts_with("invalid indentation") => {
            attempt(text, &margin::lines(text)).map_err(|_| error)
        }
        result => result,
    }
}

/// The text with a margin before some of its lines.
fn with_margins<'t>(text: &'t str, margins: &[usize]) -> Cow<'t, str> {
    if margins.is_empty() {
        return text.into();
    }
    let mut out = String::with_capacity(text.len() + margins.len() * MARGIN.len());
    let mut at = 0;
    for &line in margins {
        out.push_str(text.get(at..line).unwrap_or_default());
        out.push_str(MARGIN);
        at = line;
    }
    out.push_str(text.get(at..).unwrap_or_default());
    out.into()
}

const MARGIN: &str = "                                                                ";

/// Reads a text with margins.
fn attempt(text: &str, margins: &[usize]) -> Result<Nodes, YamlError> {
    let mut reader = Reader {
        text,
        offsets: Offsets::new(text, margins),
        nodes: Nodes::default(),
        open: Vec::new(),
        anchors: HashMap::new(),
        merged: 0,
    };
    let spaced = with_margins(text, margins);
    let mut parser = Parser::new(StrInput::new(&spaced));
    while let Some(event) = parser.next_event() {
        let (event, span) = event.map_err(|error| {
            let at = reader.offsets.byte(error.marker().index());
            YamlError { message: error.info().to_owned(), range: reader.character(at) }
        })?;
        if event == Event::StreamEnd {
            break;
        }
        reader.event(event, span)?;
    }
    Ok(reader.nodes)
}

struct Reader<'t> {
    text: &'t str,
    offsets: Offsets,
    nodes: Nodes,
    /// The lists and maps that are not closed yet; of a map, the name that waits for its value.
    open: Vec<(Id, Option<Id>)>,
    anchors: HashMap<usize, Id>,
    /// How many entries were merged into others.
    merged: usize,
}

impl Reader<'_> {
    fn event(&mut self, event: Event<'_>, span: Span) -> Result<(), YamlError> {
        match event {
            Event::Scalar(value, style, anchor, tag) => {
                let range = self.with_header(self.range(span), style);
                let kind = self.scalar(&value, style, range, tag.as_deref());
                let id = self.nodes.push(Node { range, tag: own_tag(tag.as_deref()), kind });
                self.name(anchor, id);
                self.place(id);
            }
            Event::SequenceStart(anchor, tag) => {
                self.begin(Kind::List(Vec::new()), anchor, tag.as_deref(), span)?;
            }
            Event::MappingStart(anchor, tag) => {
                self.begin(Kind::Map(Vec::new()), anchor, tag.as_deref(), span)?;
            }
            Event::SequenceEnd => {
                self.end(span);
            }
            Event::MappingEnd => {
                if let Some(id) = self.end(span) {
                    self.merge(id)?;
                }
            }
            Event::Alias(anchor) => {
                let id = self.anchors.get(&anchor).copied();
                let id = id.filter(|id| !self.open.iter().any(|(open, _)| open == id));
                let message = "an alias of a value that is not complete here".to_owned();
                let range = self.range(span);
                self.place(id.ok_or(YamlError { message, range })?);
            }
            Event::Nothing
            | Event::StreamStart
            | Event::StreamEnd
            | Event::DocumentStart(_)
            | Event::DocumentEnd => {}
        }
        Ok(())
    }

    fn begin(
        &mut self,
        kind: Kind,
        anchor: usize,
        tag: Option<&Tag>,
        span: Span,
    ) -> Result<(), YamlError> {
        let range = self.range(span);
        if self.open.len() >= MAX_DEPTH {
            let message = format!("values nest more than {MAX_DEPTH} levels deep");
            return Err(YamlError { message, range: self.character(range.start) });
        }
        let id = self.nodes.push(Node { range, tag: own_tag(tag), kind });
        self.name(anchor, id);
        self.place(id);
        self.open.push((id, None));
        Ok(())
    }

    /// Notes the value of an anchor; a value without one has none.
    fn name(&mut self, anchor: usize, id: Id) {
        if anchor > 0 {
            self.anchors.insert(anchor, id);
        }
    }

    /// Closes a list or map. In brackets it ends with them, else with the last thing in it.
    fn end(&mut self, span: Span) -> Option<Id> {
        let (id, _) = self.open.pop()?;
        let range = self.nodes.get(id).range;
        let in_brackets = self.text.as_bytes().get(range.start as usize);
        let range = match in_brackets {
            Some(b'{' | b'[') => range.cover(self.range(span)),
            _ => {
                let items = self.nodes.items(id).iter().copied();
                let entries = self.nodes.entries(id).iter().flat_map(|&(k, v)| [k, v]);
                let mut within = items.chain(entries).map(|child| self.nodes.get(child).range);
                match within.next() {
                    None => range,
                    // What an alias stands for is written further up.
                    Some(TextRange { start, end }) => {
                        let last = within.map(|child| child.end).fold(end, u32::max);
                        TextRange::new(start.max(range.start), last.max(start))
                    }
                }
            }
        };
        self.nodes.get_mut(id).range = range;
        Some(id)
    }

    /// Puts the entries of the maps that `<<` names into a map, where it has none of that name. A
    /// `<<` of anything else is left as it is.
    fn merge(&mut self, id: Id) -> Result<(), YamlError> {
        let is_merge = |name: Id| self.nodes.text(name) == Some("<<");
        let entries = self.nodes.entries(id);
        if !entries.iter().any(|(name, _)| is_merge(*name)) {
            return Ok(());
        }
        let is_plain = |id: &Id| {
            let node = self.nodes.get(*id);
            matches!(node.kind, Kind::Map(_)) && node.tag.is_none()
        };
        let own = entries.iter().filter(|(name, _)| !is_merge(*name));
        let mut own: Vec<(Id, Id)> = own.copied().collect();
        let named = |entries: &[(Id, Id)]| -> HashSet<&str> {
            entries.iter().filter_map(|(name, _)| self.nodes.text(*name)).collect()
        };
        let mut taken = named(&own);
        let mut all = Vec::new();
        let mut count = self.merged;
        for &(name, value) in entries.iter().filter(|(name, _)| is_merge(*name)) {
            let items = self.nodes.items(value);
            let maps = if items.is_empty() { std::slice::from_ref(&value) } else { items };
            if !maps.iter().all(is_plain) {
                own.push((name, value));
                continue;
            }
            for &map in maps {
                let more = self.nodes.entries(map);
                count += more.len() + 1;
                if count > MAX_MERGED {
                    let message = "too many values are merged by `<<`".to_owned();
                    return Err(YamlError { message, range: self.nodes.get(name).range });
                }
                // Of equal names in one map, all are taken over.
                let is_new = |(name, _): &&(Id, Id)| {
                    self.nodes.text(*name).is_none_or(|name| !taken.contains(name))
                };
                all.extend(more.iter().filter(is_new).copied());
                taken.extend(named(more));
            }
        }
        all.append(&mut own);
        self.merged = count;
        self.nodes.get_mut(id).kind = Kind::Map(all);
        Ok(())
    }

    /// Puts a complete or new value where it belongs.
    fn place(&mut self, id: Id) {
        let Some((parent, name)) = self.open.last_mut() else {
            return self.nodes.roots.push(id);
        };
        match &mut self.nodes.get_mut(*parent).kind {
            Kind::List(items) => items.push(id),
            Kind::Map(entries) => match name.take() {
                None => *name = Some(id),
                Some(name) => entries.push((name, id)),
            },
            Kind::Text(_) | Kind::Bool(_) | Kind::Null | Kind::Other => {}
        }
    }

    fn scalar(&self, value: &str, style: ScalarStyle, range: TextRange, tag: Option<&Tag>) -> Kind {
        if style == ScalarStyle::Plain && tag.is_none() {
            match value {
                "" | "~" | "null" | "Null" | "NULL" => return Kind::Null,
                "true" | "True" | "TRUE" => return Kind::Bool(true),
                "false" | "False" | "FALSE" => return Kind::Bool(false),
                _ => {}
            }
        }
        let own = self.without_properties(range);
        let map = scalar::map(own, own.slice(self.text), value, style);
        Kind::Text(Text { value: value.into(), map, written: range })
    }

    /// The range of a text without the tag and the anchor before it.
    fn without_properties(&self, range: TextRange) -> TextRange {
        let mut rest = range.slice(self.text);
        while rest.starts_with(['!', '&']) {
            rest = rest.trim_start_matches(|c: char| !c.is_whitespace()).trim_start();
        }
        TextRange::new(range.end - rest.len() as u32, range.end)
    }

    /// The range of a block text with its `|` or `>`, from which on the parser may leave it out.
    fn with_header(&self, range: TextRange, style: ScalarStyle) -> TextRange {
        let mark = match style {
            ScalarStyle::Literal => '|',
            ScalarStyle::Folded => '>',
            ScalarStyle::Plain | ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => {
                return range;
            }
        };
        let start = range.start as usize;
        let (before, after) = self.text.split_at_checked(start).unwrap_or_default();
        match before.rfind(mark).filter(|_| !after.starts_with([mark, '!', '&'])) {
            Some(start) => TextRange::new(start as u32, range.end),
            None => range,
        }
    }

    fn range(&self, span: Span) -> TextRange {
        let byte = |index| self.offsets.byte(index);
        TextRange::new(byte(span.start.index()), byte(span.end.index()))
    }

    /// The character at an offset.
    fn character(&self, at: u32) -> TextRange {
        let rest = self.text.get(at as usize..).unwrap_or_default();
        TextRange::new(at, at + rest.chars().next().map_or(0, char::len_utf8) as u32)
    }
}

/// A tag that is not one of YAML's own.
fn own_tag(tag: Option<&Tag>) -> Option<Box<str>> {
    let tag = tag.filter(|tag| !tag.is_yaml_core_schema())?;
    Some(format!("{}{}", tag.handle, tag.suffix).trim_start_matches('!').into())
}

/// The byte offset of each character that the parser sees; empty where they are the same.
struct Offsets {
    bytes: Vec<u32>,
    length: u32,
}

impl Offsets {
    fn new(text: &str, margins: &[usize]) -> Offsets {
        let length = text.len() as u32;
        if text.is_ascii() && margins.is_empty() {
            return Offsets { bytes: Vec::new(), length };
        }
        let mut bytes = Vec::with_capacity(text.len());
        let mut margins = margins.iter().peekable();
        for (at, _) in text.char_indices() {
            if margins.next_if(|line| **line == at).is_some() {
                bytes.extend(std::iter::repeat_n(at as u32, MARGIN.len()));
            }
            bytes.push(at as u32);
        }
        Offsets { bytes, length }
    }

    fn byte(&self, character: usize) -> u32 {
        match self.bytes.is_empty() {
            true => (character as u32).min(self.length),
            false => self.bytes.get(character).copied().unwrap_or(self.length),
        }
    }
}
