//! Quoted texts, heredocs and templates.

use std::sync::Arc;

use hcl_edit::Span as _;
use hcl_edit::template::{Directive, Element, Strip, Template};
use keyaki_diag::TextRange;

use super::attached::range;
use super::evaluate::{Evaluator, Scope};
use crate::host::node::Text;
use crate::host::value::{Kind, Piece, Value};

impl Evaluator<'_> {
    /// The text of a template. A template that is one expression is the value of that.
    pub(super) fn template(&self, template: &Template, at: TextRange, scope: Scope<'_>) -> Value {
        if let Some(Element::Interpolation(only)) = template.as_single_element() {
            return self.value(&only.expr, scope);
        }
        let mut pieces = Vec::new();
        self.elements(template, Strip::None, at, scope, &mut pieces);
        Value::new(at, Kind::Text(pieces))
    }

    /// The pieces of a template between marks that may strip white space off its ends.
    fn elements(
        &self,
        template: &Template,
        around: Strip,
        at: TextRange,
        scope: Scope<'_>,
        pieces: &mut Vec<Piece>,
    ) {
        let is_quoted = at.slice(&scope.file.text).starts_with('"');
        let mut elements = template.iter().peekable();
        let mut is_cut = around.strip_start();
        while let Some(element) = elements.next() {
            let is_cut_before = std::mem::replace(&mut is_cut, marks(element).strip_end());
            match element {
                Element::Literal(literal) => {
                    let next = elements.peek().map(|next| marks(next).strip_start());
                    let is_cut_after = next.unwrap_or(around.strip_end());
                    let part = range(literal.span());
                    let marks = (is_cut_before, is_cut_after);
                    match stripped(&scope.file.text, part, marks, is_quoted) {
                        Some(part) => {
                            let text = text(&scope.file.text, part, at, is_quoted);
                            pieces.push(Piece::Text(Arc::new(text)));
                        }
                        None => {
                            pieces.extend(self.unknown(part, scope).pieces().unwrap_or_default())
                        }
                    }
                }
                Element::Interpolation(own) => {
                    let range = range(own.span());
                    let value = self.value(&own.expr, scope);
                    let unknown = || self.unknown(range, scope).pieces().unwrap_or_default();
                    pieces.extend(value.pieces().unwrap_or_else(unknown));
                }
                Element::Directive(directive) => match &**directive {
                    Directive::If(choice) if self.holds(&choice.if_expr.cond_expr, scope) => {
                        let end = match &choice.else_expr {
                            Some(other) => other.strip,
                            None => choice.endif_expr.strip,
                        };
                        let around = strip(choice.if_expr.strip.strip_end(), end.strip_start());
                        let template = &choice.if_expr.template;
                        self.elements(template, around, at, scope.deeper(), pieces);
                    }
                    Directive::If(choice) => {
                        if let Some(other) = &choice.else_expr {
                            let end = choice.endif_expr.strip.strip_start();
                            let around = strip(other.strip.strip_end(), end);
                            self.elements(&other.template, around, at, scope.deeper(), pieces);
                        }
                    }
                    Directive::For(_) => {
                        let range = range(directive.span());
                        let range = if range.is_empty() { at } else { range };
                        pieces.push(Piece::Hole(format!("… at {}", range.start), range));
                    }
                },
            }
        }
    }
}

/// Whether white space is stripped at the start and at the end.
fn strip(start: bool, end: bool) -> Strip {
    match (start, end) {
        (true, true) => Strip::Both,
        (true, false) => Strip::Start,
        (false, true) => Strip::End,
        (false, false) => Strip::None,
    }
}

/// Whether an element strips the white space before and after it.
fn marks(element: &Element) -> Strip {
    match element {
        Element::Literal(_) => Strip::None,
        Element::Interpolation(own) => own.strip,
        Element::Directive(directive) => match &**directive {
            Directive::If(own) => {
                strip(own.if_expr.strip.strip_start(), own.endif_expr.strip.strip_end())
            }
            Directive::For(own) => {
                strip(own.for_expr.strip.strip_start(), own.endfor_expr.strip.strip_end())
            }
        },
    }
}

/// A part of a text without the white space that marks strip off it: of a heredoc, that of its
/// first or last line. None where escapes may be white space.
fn stripped(
    file: &str,
    part: TextRange,
    (before, after): (bool, bool),
    is_quoted: bool,
) -> Option<TextRange> {
    let raw = part.slice(file);
    if (before || after) && is_quoted && raw.contains('\\') {
        return None;
    }
    let (mut start, mut end) = (0, raw.len());
    if before {
        let line = raw.split_inclusive('\n').next().unwrap_or_default();
        start = line.len() - line.trim_start().len();
    }
    if after {
        let line = raw.split_inclusive('\n').next_back().unwrap_or_default();
        end = (raw.len() - (line.len() - line.trim_end().len())).max(start);
    }
    Some(TextRange::new(part.start + start as u32, part.start + end as u32))
}

/// A quoted text without templates.
pub(super) fn quoted(file: &str, at: TextRange) -> Value {
    let inner = TextRange::new(at.start + 1, (at.end.max(at.start + 2)) - 1);
    let text = text(file, inner, at, true);
    Value::new(at, Kind::Text(vec![Piece::Text(Arc::new(text))]))
}

/// A part of a text as it is meant, with the way back to how it is written.
fn text(file: &str, part: TextRange, written: TextRange, is_quoted: bool) -> Text {
    let raw = part.slice(file);
    let mut value = String::with_capacity(raw.len());
    let mut map = vec![(0, part.start)];
    let mut rest = raw;
    while let Some(at) = rest.find(['\\', '$', '%']) {
        let (before, from) = rest.split_at(at);
        value.push_str(before);
        let (length, meant) = escape(from, is_quoted);
        let offset = part.start + (raw.len() - from.len()) as u32;
        let note = |map: &mut Vec<(u32, u32)>, to: usize, from: u32| match map.last_mut() {
            Some(last) if last.0 == to as u32 => last.1 = from,
            _ => map.push((to as u32, from)),
        };
        if length != meant.len_utf8() {
            note(&mut map, value.len(), offset);
        }
        value.push(meant);
        if length != meant.len_utf8() {
            note(&mut map, value.len(), offset + length as u32);
        }
        rest = from.get(length..).unwrap_or_default();
    }
    value.push_str(rest);
    Text { value: value.into(), map: map.into(), written }
}

/// The length of what is written, and the character that it stands for.
fn escape(text: &str, is_quoted: bool) -> (usize, char) {
    let first = text.chars().next().unwrap_or_default();
    // `$${` is `${`, `%%{` is `%{`.
    if text.starts_with("$${") || text.starts_with("%%{") {
        return (2, first);
    }
    if first != '\\' || !is_quoted {
        return (first.len_utf8(), first);
    }
    let code = |digits: usize| {
        let number = u32::from_str_radix(text.get(2..2 + digits)?, 16).ok()?;
        Some((2 + digits, char::from_u32(number)?))
    };
    let found = match text.as_bytes().get(1) {
        Some(b'n') => Some((2, '\n')),
        Some(b'r') => Some((2, '\r')),
        Some(b't') => Some((2, '\t')),
        Some(b'"') => Some((2, '"')),
        Some(b'\\') => Some((2, '\\')),
        Some(b'u') => code(4),
        Some(b'U') => code(8),
        _ => None,
    };
    found.unwrap_or((1, '\\'))
}
