//! The arguments of blocks: names with values, and the templates in their texts.

use std::collections::HashSet;

use hcl_edit::expr::Expression;
use hcl_edit::parser::{parse_expr, parse_template};
use hcl_edit::template::Element;
use keyaki_diag::TextRange;
use keyaki_syntax::{Member, NodeKind, Value};

use super::super::attached::range_of;
use super::super::scan;
use super::Speller;
use crate::host::node::Text;
use crate::host::value::{closing, opening};
use crate::host::written::Source;

/// What the texts in an argument are.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Manner {
    /// Templates.
    Expression,
    /// References, and the types of variables.
    Reference,
    /// Themselves.
    Word,
}

impl Speller {
    /// An argument with its name.
    pub(super) fn argument(&mut self, member: Member<'_>, value: Value<'_>, manner: Manner) {
        self.plain(member.key());
        self.gap(" = ");
        self.value(value, manner);
        self.gap("\n");
    }

    fn value(&mut self, value: Value<'_>, manner: Manner) {
        match value.kind() {
            NodeKind::String => match manner {
                Manner::Expression => self.template(value),
                Manner::Reference if is_reference(value) => self.plain(value),
                Manner::Reference | Manner::Word => self.word(value),
            },
            NodeKind::Array => self.list(value, manner),
            NodeKind::Object => self.object(value, manner),
            NodeKind::Bool | NodeKind::Null => self.mark(value.source(), value.range()),
            NodeKind::Number if is_number(value.source()) => {
                self.mark(value.source(), value.range());
            }
            NodeKind::Number | NodeKind::Member | NodeKind::Error => self.hole(value.range()),
        }
    }

    fn list(&mut self, list: Value<'_>, manner: Manner) {
        self.mark("[", opening(list.range()));
        for (at, item) in list.elements().enumerate() {
            if at > 0 {
                self.gap(", ");
            }
            self.value(item, manner);
        }
        self.mark("]", closing(list.range()));
    }

    fn object(&mut self, object: Value<'_>, manner: Manner) {
        self.mark("{", opening(object.range()));
        let mut known = HashSet::new();
        for member in object.members() {
            let Some(value) = member.value() else { continue };
            if !known.insert(member.name()) {
                self.tell_repeated(member);
                continue;
            }
            if known.len() > 1 {
                self.gap(", ");
            }
            self.name(member.key(), manner);
            self.gap(" = ");
            self.value(value, manner);
        }
        self.mark("}", closing(object.range()));
    }

    /// The name of a member, which may be a template.
    fn name(&mut self, key: Value<'_>, manner: Manner) {
        match (manner, self.parts(key)) {
            (Manner::Reference | Manner::Word, _) => self.word(key),
            (Manner::Expression, Some(parts)) => self.quoted(key, &parts),
            (Manner::Expression, None) => self.hole(key.range()),
        }
    }

    /// What cannot be read, of which nothing is known.
    fn hole(&mut self, range: TextRange) {
        self.mark("unreadable()", range);
    }

    /// The parts of a text that are code; none if it is no template.
    fn parts(&mut self, string: Value<'_>) -> Option<Vec<TextRange>> {
        let text = string.as_str()?;
        if !has_code(text) {
            return Some(Vec::new());
        }
        let found = scan::code(text, &mut self.left).map_err(|(why, at)| (why.to_owned(), at));
        let found = found.and_then(|parts| match parse_template(text) {
            Ok(_) => Ok(parts),
            Err(error) => Err((error.message().to_owned(), error.location().offset())),
        });
        match found {
            Ok(parts) => Some(parts),
            Err((message, at)) => {
                let next = text.get(at..).and_then(|rest| rest.chars().next());
                let length = next.map_or(0, char::len_utf8);
                self.tell(&message, string.inner_range(at..at + length));
                None
            }
        }
    }

    /// A text with templates. One that is a single expression is that.
    fn template(&mut self, string: Value<'_>) {
        let Some(parts) = self.parts(string) else { return self.hole(string.range()) };
        let text = string.as_str().filter(|_| parts.len() == 1).unwrap_or_default();
        let template = parse_template(text).ok();
        match template.as_ref().and_then(|own| own.as_single_element()) {
            Some(Element::Interpolation(only)) => self.code(string, range_of(&only.expr)),
            Some(Element::Literal(_) | Element::Directive(_)) | None => self.quoted(string, &parts),
        }
    }

    /// An expression in a text, given by its range there.
    fn code(&mut self, string: Value<'_>, part: TextRange) {
        let text = Text::of_json(string);
        let range = text.range(part.start as usize, part.end as usize);
        let code = part.slice(&text.value);
        let has_lines = code.contains(['\n', '\r']);
        if has_lines {
            self.writer.mark("(", TextRange::empty(range.start));
        }
        self.writer.text(code, Source::Text(&text, part.start as usize), true);
        self.end = range.end;
        if has_lines {
            self.gap("\n)");
        }
    }

    /// A text as it is, without quotes.
    fn plain(&mut self, string: Value<'_>) {
        let text = Text::of_json(string);
        self.writer.text(&text.value, Source::Text(&text, 0), true);
        self.end = string.range().end;
    }

    /// A text in quotes, whose code is written as it is.
    pub(super) fn quoted(&mut self, string: Value<'_>, code: &[TextRange]) {
        let text = Text::of_json(string);
        let source = |range: TextRange| Source::Text(&text, range.start as usize);
        self.mark("\"", opening(string.range()));
        let mut at = 0;
        for part in code {
            let before = TextRange::new(at, part.start);
            self.writer.text(before.slice(&text.value), source(before), false);
            self.writer.text(part.slice(&text.value), source(*part), true);
            at = part.end;
        }
        let rest = TextRange::new(at, text.value.len() as u32);
        self.writer.text(rest.slice(&text.value), source(rest), false);
        self.mark("\"", closing(string.range()));
    }

    /// A text in quotes without templates, whatever is in it.
    fn word(&mut self, string: Value<'_>) {
        let text = Text::of_json(string);
        self.mark("\"", opening(string.range()));
        let mut rest = &*text.value;
        while !rest.is_empty() {
            let at = text.value.len() - rest.len();
            let sign = ["${", "%{"].into_iter().filter_map(|sign| rest.find(sign)).min();
            let (part, after) = rest.split_at(sign.unwrap_or(rest.len()));
            self.writer.text(part, Source::Text(&text, at), false);
            let next = after.chars().next();
            if let Some(sign) = next {
                let at = at + part.len();
                self.writer.mark(&format!("{sign}{sign}{{"), text.range(at, at + 2));
            }
            rest = after.get(2..).unwrap_or_default();
        }
        self.mark("\"", closing(string.range()));
    }
}

fn has_code(text: &str) -> bool {
    text.contains("${") || text.contains("%{")
}

/// The longest reference.
const MAX_REFERENCE: usize = 1000;

fn is_reference(value: Value<'_>) -> bool {
    let text = value.as_str().filter(|text| text.len() <= MAX_REFERENCE);
    let is_one = |own: Expression| own.is_traversal() || own.is_variable() || own.is_func_call();
    text.is_some_and(|text| parse_expr(text).is_ok_and(is_one))
}

/// Whether a number is one in Terraform's language.
fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let is_finite = digits.parse::<f64>().is_ok_and(f64::is_finite);
    is_finite && digits.starts_with(|c: char| c.is_ascii_digit())
}
