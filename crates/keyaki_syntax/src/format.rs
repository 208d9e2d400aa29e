//! The formatter: the same values, laid out evenly.
//!
//! Objects have one member per line, arrays one element per line; a short array of scalars that
//! stands on one line stays there. Strings, numbers and comments are printed as they are written,
//! a comment at the place where it was. Line endings, a byte order mark, and whether the text ends
//! with a line end are kept as in the source; so is one blank line between members. Trailing
//! commas are left out. Formatting the result again changes nothing.

use std::fmt;

use crate::comments::{Item, Parts};
use crate::token::TokenKind;
use crate::{NodeKind, SyntaxError, SyntaxErrorKind, Tree, Value};

/// How to lay out a document.
#[derive(Clone, Copy)]
pub struct FormatOptions<'o> {
    /// Spaces per level.
    pub indent: usize,
    /// How long a line with an array may get, in code points.
    pub line_width: usize,
    /// The order of members; without it, that of the source.
    pub member_order: Option<&'o MemberOrder<'o>>,
}

/// Gives the names of an object's members in their order, for the path to that object.
///
/// The path holds names only, no array indices. Members that the list lacks come last, in the
/// order of the source.
pub type MemberOrder<'o> = dyn Fn(&[&str]) -> &'o [&'o str] + 'o;

impl Default for FormatOptions<'_> {
    fn default() -> Self {
        Self { indent: 2, line_width: 100, member_order: None }
    }
}

impl fmt::Debug for FormatOptions<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FormatOptions")
            .field("indent", &self.indent)
            .field("line_width", &self.line_width)
            .field("member_order", &self.member_order.is_some())
            .finish()
    }
}

/// Why a document was not formatted: its text is not well-formed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotFormattable {
    /// The first thing that is in the way.
    pub error: SyntaxError,
}

impl fmt::Display for NotFormattable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot be formatted: {}", self.error.kind.message())
    }
}

impl std::error::Error for NotFormattable {}

/// Lays out a document anew.
///
/// # Errors
///
/// Refuses a text that is not well-formed. Comments and trailing commas do no harm, nor do
/// duplicate members.
pub fn format(tree: &Tree, options: &FormatOptions<'_>) -> Result<String, NotFormattable> {
    if let Some(error) = obstacle(tree) {
        return Err(NotFormattable { error: error.clone() });
    }
    let mut printer = Printer {
        tree,
        options: *options,
        newline: newline(tree),
        path: Vec::new(),
        out: String::with_capacity(tree.source().len() * 5 / 4),
    };
    printer.document();
    Ok(printer.out)
}

/// The first error that leaves open what the text means.
fn obstacle(tree: &Tree) -> Option<&SyntaxError> {
    let harmless = |kind| matches!(kind, SyntaxErrorKind::Comment | SyntaxErrorKind::TrailingComma);
    let first = tree.errors().iter().find(|e| e.kind.is_grammar() && !harmless(e.kind));
    // Of more errors than are kept, nobody knows whether they are harmless.
    first.or_else(|| tree.errors().get(Tree::MAX_ERRORS - 1))
}

/// The line ending of a text: the first one between its tokens, else the first within one.
fn newline(tree: &Tree) -> &'static str {
    let spaces = tree.tokens().filter(|t| t.kind == TokenKind::Whitespace);
    let between = spaces.map(|t| t.range.slice(tree.source())).find_map(first_newline);
    between.or_else(|| first_newline(tree.source())).unwrap_or("\n")
}

fn first_newline(text: &str) -> Option<&'static str> {
    let rest = &text[text.find(['\r', '\n'])?..];
    ["\r\n", "\r", "\n"].into_iter().find(|newline| rest.starts_with(newline))
}

struct Printer<'t, 'o> {
    tree: &'t Tree,
    options: FormatOptions<'o>,
    newline: &'static str,
    /// The names of the members that are open.
    path: Vec<&'t str>,
    out: String,
}

impl<'t> Printer<'t, '_> {
    fn document(&mut self) {
        let Some(root) = self.tree.root() else { return };
        if self.tree.source().starts_with('\u{feff}') {
            self.out.push('\u{feff}');
        }
        let parts = Parts::of_document(root);
        for item in &parts.items {
            self.item(item, 0, false);
        }
        for &comment in &parts.dangling {
            self.line_break(0, self.tree.has_blank_line_before(comment));
            self.token(comment);
        }
        if self.tree.source().ends_with(['\r', '\n']) {
            self.out.push_str(self.newline);
        }
    }

    /// A value or member, with its comments.
    fn item(&mut self, item: &Item<'t>, level: usize, comma: bool) {
        for &comment in &item.leading {
            self.token(comment);
            if self.tree.ends_line(comment) {
                self.line_break(level, self.tree.has_blank_line_after(comment));
            } else {
                self.out.push(' ');
            }
        }
        match item.value.as_member() {
            Some(_) => self.member(item, level, comma),
            None => self.value(item.value, level, comma),
        }
        if comma {
            self.out.push(',');
        }
        for &comment in &item.trailing {
            self.out.push(' ');
            self.token(comment);
        }
    }

    fn member(&mut self, item: &Item<'t>, level: usize, comma: bool) {
        let Some(member) = item.value.as_member() else { return };
        self.out.push_str(member.key().source());
        self.out.push(':');
        for &comment in &item.inner {
            self.space();
            self.token(comment);
            if self.tree.tokens.kind(comment) == TokenKind::LineComment {
                self.line_break(level + 1, false);
            }
        }
        self.space();
        if let Some(value) = member.value() {
            self.path.push(member.name());
            self.value(value, level, comma);
            self.path.pop();
        }
    }

    fn value(&mut self, value: Value<'t>, level: usize, comma: bool) {
        match value.kind() {
            NodeKind::Object => self.container(value, level, ["{", "}"]),
            NodeKind::Array if self.stays_on_line(value, comma) => self.flat_array(value),
            NodeKind::Array => self.container(value, level, ["[", "]"]),
            NodeKind::Member
            | NodeKind::String
            | NodeKind::Number
            | NodeKind::Bool
            | NodeKind::Null
            | NodeKind::Error => self.out.push_str(value.source()),
        }
    }

    fn container(&mut self, value: Value<'t>, level: usize, [open, close]: [&str; 2]) {
        let mut parts = Parts::of_container(value);
        self.sort_members(&mut parts.items);
        self.out.push_str(open);
        for &comment in &parts.opening {
            self.out.push(' ');
            self.token(comment);
        }
        let count = parts.items.len();
        for (i, item) in parts.items.iter().enumerate() {
            self.line_break(level + 1, i > 0 && item.has_blank_line_before);
            self.item(item, level + 1, i + 1 < count);
        }
        for (i, &comment) in parts.dangling.iter().enumerate() {
            let blank = self.tree.has_blank_line_before(comment);
            self.line_break(level + 1, blank && count + i > 0);
            self.token(comment);
        }
        if count + parts.opening.len() + parts.dangling.len() > 0 {
            self.line_break(level, false);
        }
        self.out.push_str(close);
    }

    fn sort_members(&self, items: &mut [Item<'t>]) {
        let Some(order) = self.options.member_order else { return };
        let names = order(&self.path);
        let rank = |name: &str| names.iter().position(|&n| n == name).unwrap_or(names.len());
        // The sort is stable: of members with one name, the last stays the last.
        items.sort_by_key(|item| item.value.as_member().map(|m| rank(m.name())));
    }

    /// Whether an array is printed on one line: scalars, on one line now, no comments, and short.
    fn stays_on_line(&self, array: Value<'t>, comma: bool) -> bool {
        let is_scalar = |v: Value<'_>| !matches!(v.kind(), NodeKind::Array | NodeKind::Object);
        array.elements().next().is_some()
            && array.elements().all(is_scalar)
            && !array.source().contains(['\n', '\r'])
            && self.fits(array, comma)
            && !Parts::of_container(array).has_comments()
    }

    /// Whether an array of scalars has room on the line that is being printed.
    fn fits(&self, array: Value<'t>, comma: bool) -> bool {
        let start = self.out.rfind(['\n', '\r']).map_or(0, |at| at + 1);
        let line = self.out[start..].chars().count();
        // Of each element its source and `, `; for the last one the `, ` stands for the brackets.
        let elements: usize = array.elements().map(|v| v.source().chars().count() + 2).sum();
        line + elements + usize::from(comma) <= self.options.line_width
    }

    fn flat_array(&mut self, array: Value<'t>) {
        self.out.push('[');
        for (i, element) in array.elements().enumerate() {
            self.out.push_str(if i > 0 { ", " } else { "" });
            self.out.push_str(element.source());
        }
        self.out.push(']');
    }

    fn token(&mut self, index: usize) {
        self.out.push_str(self.tree.tokens.range(index).slice(self.tree.source()));
    }

    /// A space, unless a line has just been started.
    fn space(&mut self) {
        if !self.out.ends_with([' ', '\n', '\r']) {
            self.out.push(' ');
        }
    }

    fn line_break(&mut self, level: usize, blank: bool) {
        self.out.push_str(self.newline);
        if blank {
            self.out.push_str(self.newline);
        }
        self.out.extend(std::iter::repeat_n(' ', level * self.options.indent));
    }
}
