//! Builds the node table while the grammar runs.

use std::collections::HashSet;

use chumsky::input::{Checkpoint, Cursor};
use chumsky::inspector::Inspector;
use keyaki_diag::TextRange;

use crate::decode::decode;
use crate::report::Report;
use crate::terminals::{Terminal, Terminals};
use crate::token::{TokenKind, Tokens, is_terminated};
use crate::tree::{Decoded, Node, PLAIN};
use crate::{NodeKind, SyntaxErrorKind};

/// The state of the parser: what is built so far.
///
/// Every method takes the position of a terminal.
pub(crate) struct Builder<'s> {
    source: &'s str,
    tokens: &'s Tokens,
    terminals: &'s Terminals,
    report: &'s mut Report,
    pub(crate) nodes: Vec<Node>,
    pub(crate) decoded: Vec<Decoded>,
    /// The node that is open, or [`NO_NODE`].
    top: u32,
    /// Where the last finished node ends.
    end: u32,
}

const NO_NODE: u32 = u32::MAX;

/// Objects with more members than this are searched for duplicates with a hash set.
const FEW_MEMBERS: usize = 16;

impl<'s> Builder<'s> {
    pub(crate) fn new(
        source: &'s str,
        tokens: &'s Tokens,
        terminals: &'s Terminals,
        report: &'s mut Report,
    ) -> Self {
        let nodes = Vec::with_capacity(terminals.kinds.len());
        Self { source, tokens, terminals, report, nodes, decoded: Vec::new(), top: NO_NODE, end: 0 }
    }

    /// Opens an object or an array at its bracket.
    pub(crate) fn open_bracket(&mut self, kind: NodeKind, at: usize) {
        self.open(kind, self.range(at));
    }

    /// Opens a member at its name; the name is still to come.
    pub(crate) fn open_member(&mut self, at: usize) {
        self.open(NodeKind::Member, self.range(at));
    }

    /// Closes the member.
    pub(crate) fn close_member(&mut self) {
        self.close(self.end);
    }

    /// Closes the object or array at its bracket.
    pub(crate) fn close_bracket(&mut self, at: usize) {
        if self.terminals.kinds[at] == Terminal::Missing {
            self.close(self.end);
            return;
        }
        if at > 0 && self.terminals.kinds[at - 1] == Terminal::Comma && self.is_clean_gap(at) {
            self.report.push(SyntaxErrorKind::TrailingComma, self.range(at - 1));
        }
        self.close(self.range(at).end);
    }

    /// Looks for names that occur twice in the object that is about to be closed.
    pub(crate) fn check_names(&mut self) {
        let repeated = match self.names().nth(FEW_MEMBERS) {
            None => repeated_few(self.names()),
            Some(_) => repeated_many(self.names()),
        };
        for node in repeated {
            self.report.push(SyntaxErrorKind::DuplicateMember, self.nodes[node as usize].range);
        }
    }

    /// The name nodes of the open object's members with a value, and what they decode to.
    fn names(&self) -> impl Iterator<Item = (u32, &str)> {
        let node = |id: u32| Some((id, self.nodes.get(id as usize)?));
        std::iter::successors(node(self.top + 1), move |(_, previous)| node(previous.end))
            .filter(|(id, node)| node.kind == NodeKind::Member && self.has_value(*id, node))
            .filter_map(|(id, _)| Some((id + 1, self.name(id + 1)?)))
    }

    /// Whether a member has a value that could be read: its third node, after itself and its name.
    fn has_value(&self, id: u32, member: &Node) -> bool {
        let value = (id + 2 < member.end).then(|| self.nodes.get(id as usize + 2)).flatten();
        value.is_some_and(|value| value.kind != NodeKind::Error)
    }

    /// A string.
    pub(crate) fn string(&mut self, at: usize) {
        let token = self.terminals.tokens[at] as usize;
        let range = self.tokens.range(token);
        let plain = self.tokens.kind(token) == TokenKind::String;
        let decoded = if plain { PLAIN } else { self.decode(token, range) };
        self.leaf(NodeKind::String, range, decoded);
    }

    fn decode(&mut self, token: usize, range: TextRange) -> u32 {
        if self.tokens.kind(token) == TokenKind::SingleQuoted {
            self.report.push(SyntaxErrorKind::SingleQuotes, range);
        }
        self.decoded.push(decode(range.slice(self.source), range.start, self.report));
        self.decoded.len() as u32 - 1
    }

    /// A number, `true`, `false`, `null`, or a part that is nested too deeply.
    pub(crate) fn scalar(&mut self, at: usize) {
        let token = self.tokens.kind(self.terminals.tokens[at] as usize);
        let range = self.range(at);
        if token == TokenKind::BadNumber {
            self.report.push(SyntaxErrorKind::InvalidNumber, range);
        }
        let kind = if matches!(token, TokenKind::True | TokenKind::False) {
            NodeKind::Bool
        } else if matches!(token, TokenKind::Number | TokenKind::BadNumber) {
            NodeKind::Number
        } else if token == TokenKind::Null {
            NodeKind::Null
        } else {
            NodeKind::Error
        };
        self.leaf(kind, range, PLAIN);
    }

    /// Bare words, from one terminal to just before another.
    pub(crate) fn words(&mut self, at: std::ops::Range<usize>) {
        let range = self.range(at.start).cover(self.range(at.end - 1));
        self.report.push(SyntaxErrorKind::UnknownWord, range);
        self.leaf(NodeKind::Error, range, PLAIN);
    }

    /// A terminal that is in the wrong place.
    pub(crate) fn unexpected(&mut self, at: usize) {
        self.report.push(SyntaxErrorKind::UnexpectedCharacter, self.range(at));
    }

    /// A colon between elements of an array; an array that means to be an object has many.
    pub(crate) fn colon_in_array(&mut self, at: usize) {
        let follows = matches!(self.report.last(), Some(e) if e.kind == SyntaxErrorKind::UnexpectedCharacter
            && self.nodes.get(self.top as usize).is_some_and(|n| n.range.start < e.range.start)
            && e.range.slice(self.source) == ":");
        if !follows {
            self.unexpected(at);
        }
    }

    /// A value, or a colon, where a name should be.
    ///
    /// `{{{` is one mistake.
    pub(crate) fn bad_name(&mut self, at: usize) {
        let range = self.range(at);
        let repeated = self
            .report
            .last()
            .is_some_and(|e| e.kind == SyntaxErrorKind::MissingName && e.range.end == range.start);
        if !repeated {
            self.report.push(SyntaxErrorKind::MissingName, range);
        }
    }

    /// Two things without a comma between them, the second at `at`.
    pub(crate) fn missing_comma(&mut self, at: usize) {
        let before = self.terminals.kinds[at - 1];
        let broken = matches!(before, Terminal::Word | Terminal::Colon)
            || self.terminals.kinds.get(at) == Some(&Terminal::Word);
        if !broken && self.is_clean_gap(at) {
            let before = self.tokens.range(self.last_token(at - 1)).end;
            let mut start = before - 1;
            while !self.source.is_char_boundary(start as usize) {
                start -= 1;
            }
            self.report.push(SyntaxErrorKind::MissingComma, TextRange::new(start, before));
        }
    }

    /// A name at `name` without its colon.
    pub(crate) fn missing_colon(&mut self, name: usize, next: usize) {
        let first = name == 0
            || matches!(self.terminals.kinds[name - 1], Terminal::Comma | Terminal::LeftBrace);
        let is_string = self.terminals.kinds[name] == Terminal::String;
        let word = self.terminals.kinds.get(next) == Some(&Terminal::Word);
        if first && is_string && !word && self.is_clean_gap(next) && !self.is_set() {
            self.report.push(SyntaxErrorKind::MissingColon, self.range(name));
        }
    }

    /// Whether the open member's object had a member without colon and value before.
    fn is_set(&self) -> bool {
        let object = self.nodes.get(self.top as usize).map_or(NO_NODE, |m| m.parent);
        let Some(object) = self.nodes.get(object as usize) else { return false };
        self.report.last().is_some_and(|e| {
            e.kind == SyntaxErrorKind::MissingColon && e.range.start > object.range.start
        })
    }

    /// A colon just before `at` without a value.
    pub(crate) fn missing_value(&mut self, at: usize) {
        if self.is_clean_gap(at) {
            self.report.push(SyntaxErrorKind::MissingValue, self.range(at - 1));
        }
    }

    /// More terminals after the document.
    pub(crate) fn trailing(&mut self, at: std::ops::Range<usize>) {
        let range = self.range(at.start).cover(self.range(at.end - 1));
        self.report.push(SyntaxErrorKind::TrailingContent, range);
    }

    /// Whether nothing that is reported already stands just before `at` and could be what is
    /// missing there.
    fn is_clean_gap(&self, at: usize) -> bool {
        let missing = |i: usize| self.terminals.kinds.get(i) == Some(&Terminal::Missing);
        if at == 0 || missing(at) || missing(at - 1) {
            return false;
        }
        let first = self.last_token(at - 1);
        let next = self.terminals.tokens.get(at).map_or(self.tokens.kinds().len(), |&t| t as usize);
        let unclosed = self.tokens.kind(first) == TokenKind::BadString
            && !is_terminated(self.tokens.range(first).slice(self.source));
        !unclosed && self.tokens.kinds()[first + 1..next].iter().all(|kind| kind.is_trivia())
    }

    fn range(&self, at: usize) -> TextRange {
        let first = self.terminals.tokens[at] as usize;
        self.tokens.range(first).cover(self.tokens.range(self.last_token(at)))
    }

    /// The last token of a terminal: one that is nested too deeply has many.
    fn last_token(&self, at: usize) -> usize {
        let first = self.terminals.tokens[at];
        let deep = &self.terminals.deep;
        let last = deep.binary_search_by_key(&first, |d| d.0).map_or(first, |i| deep[i].1);
        last as usize
    }

    /// The decoded text of a name; none for a name that is not a string.
    fn name(&self, node: u32) -> Option<&str> {
        let node = self.nodes.get(node as usize).filter(|n| n.kind == NodeKind::String)?;
        Some(match self.decoded.get(node.decoded as usize) {
            Some(decoded) => &decoded.text,
            None => &self.source[node.range.start as usize + 1..node.range.end as usize - 1],
        })
    }

    fn leaf(&mut self, kind: NodeKind, range: TextRange, decoded: u32) {
        let id = self.nodes.len() as u32;
        let parent = if self.top == NO_NODE { id } else { self.top };
        self.nodes.push(Node { kind, range, parent, end: id + 1, decoded });
        self.end = range.end;
    }

    fn open(&mut self, kind: NodeKind, range: TextRange) {
        let id = self.nodes.len() as u32;
        self.leaf(kind, range, PLAIN);
        self.top = id;
    }

    fn close(&mut self, end: u32) {
        let next = self.nodes.len() as u32;
        let top = self.top;
        let Some(node) = self.nodes.get_mut(top as usize) else { return };
        node.range.end = end;
        node.end = next;
        self.top = if node.parent == top { NO_NODE } else { node.parent };
        self.end = end;
    }
}

/// The nodes whose name occurred before, by comparing each with each.
fn repeated_few<'n>(names: impl Iterator<Item = (u32, &'n str)>) -> Vec<u32> {
    let mut seen = [""; FEW_MEMBERS];
    let mut repeated = Vec::new();
    for (count, (node, name)) in names.enumerate() {
        if seen[..count].contains(&name) {
            repeated.push(node);
        }
        seen[count] = name;
    }
    repeated
}

/// The nodes whose name occurred before, with a hash set.
fn repeated_many<'n>(names: impl Iterator<Item = (u32, &'n str)>) -> Vec<u32> {
    let mut seen = HashSet::new();
    names.filter(|&(_, name)| !seen.insert(name)).map(|(node, _)| node).collect()
}

/// What a rewind of the parser has to restore.
#[derive(Clone, Copy)]
pub(crate) struct Mark {
    nodes: usize,
    decoded: usize,
    errors: usize,
    top: u32,
    end: u32,
}

impl<'s> Inspector<'s, &'s [Terminal]> for Builder<'_> {
    type Checkpoint = Mark;

    #[inline(always)]
    fn on_token(&mut self, _: &Terminal) {}

    #[inline(always)]
    fn on_save<'p>(&self, _: &Cursor<'s, 'p, &'s [Terminal]>) -> Mark {
        Mark {
            nodes: self.nodes.len(),
            decoded: self.decoded.len(),
            errors: self.report.len(),
            top: self.top,
            end: self.end,
        }
    }

    #[inline(always)]
    fn on_rewind<'p>(&mut self, mark: &Checkpoint<'s, 'p, &'s [Terminal], Mark>) {
        let mark = mark.inspector();
        self.nodes.truncate(mark.nodes);
        self.decoded.truncate(mark.decoded);
        self.report.truncate(mark.errors);
        self.top = mark.top;
        self.end = mark.end;
    }
}
