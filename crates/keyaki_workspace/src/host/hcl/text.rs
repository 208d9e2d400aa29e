//! Quoted texts, heredocs and templates.

use std::sync::Arc;

use hcl_edit::Span as _;
use hcl_edit::template::{Directive, Element, Template};
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
        self.elements(template, at, scope, &mut pieces);
        Value::new(at, Kind::Text(pieces))
    }

    fn elements(
        &self,
        template: &Template,
        at: TextRange,
        scope: Scope<'_>,
        pieces: &mut Vec<Piece>,
    ) {
        let is_quoted = at.slice(&scope.file.text).starts_with('"');
        for element in template {
            match element {
                Element::Literal(literal) => {
                    let text = text(&scope.file.text, range(literal.span()), at, is_quoted);
                    pieces.push(Piece::Text(Arc::new(text)));
                }
                Element::Interpolation(own) => {
                    let range = range(own.span());
                    let value = self.value(&own.expr, scope);
                    let unknown = || self.unknown(range, scope).pieces().unwrap_or_default();
                    pieces.extend(value.pieces().unwrap_or_else(unknown));
                }
                Element::Directive(directive) => match &**directive {
                    Directive::If(choice) if self.holds(&choice.if_expr.cond_expr, scope) => {
                        self.elements(&choice.if_expr.template, at, scope.deeper(), pieces);
                    }
                    Directive::If(choice) => {
                        if let Some(other) = &choice.else_expr {
                            self.elements(&other.template, at, scope.deeper(), pieces);
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
