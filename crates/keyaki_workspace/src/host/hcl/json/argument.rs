//! The arguments of blocks: names with values, and the templates in their texts.

use std::collections::HashSet;

use hcl_edit::Span as _;
use hcl_edit::expr::Expression;
use hcl_edit::parser;
use hcl_edit::template::{Directive, Element, Template};
use keyaki_diag::TextRange;
use keyaki_syntax::{Member, NodeKind, Value};

use super::super::attached::{range, range_of};
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
        if manner != Manner::Expression || !has_code(key) {
            return self.word(key);
        }
        match self.parsed(key) {
            Some(template) => self.quoted(key, &literals(&template)),
            None => self.hole(key.range()),
        }
    }

    /// What cannot be read, of which nothing is known.
    fn hole(&mut self, range: TextRange) {
        self.mark("unreadable()", range);
    }

    /// The template that a text is; none if it cannot be read.
    fn parsed(&mut self, string: Value<'_>) -> Option<Template> {
        let text = string.as_str()?;
        let seen = scan::look_at(text, &mut self.left).map_err(|(why, at)| (why.to_owned(), at));
        let parsed = seen.and_then(|()| {
            let told = |e: parser::Error| (e.message().to_owned(), e.location().offset());
            parser::parse_template(text).map_err(told)
        });
        if let Err((message, at)) = &parsed {
            let next = text.get(*at..).and_then(|rest| rest.chars().next());
            let length = next.map_or(0, char::len_utf8);
            self.tell(message, string.inner_range(*at..at + length));
        }
        parsed.ok()
    }

    /// A text with templates. One that is a single expression is that.
    fn template(&mut self, string: Value<'_>) {
        if !has_code(string) {
            return self.word(string);
        }
        let Some(template) = self.parsed(string) else { return self.hole(string.range()) };
        match template.as_single_element() {
            Some(Element::Interpolation(only)) => self.code(string, range_of(&only.expr)),
            Some(Element::Literal(_) | Element::Directive(_)) | None => {
                self.quoted(string, &literals(&template));
            }
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

    /// A text in quotes: its literal parts, and the code between them as it is.
    fn quoted(&mut self, string: Value<'_>, literals: &[TextRange]) {
        let text = Text::of_json(string);
        let source = |range: TextRange| Source::Text(&text, range.start as usize);
        self.mark("\"", opening(string.range()));
        let mut at = 0;
        for literal in literals {
            let code = TextRange::new(at, literal.start);
            self.writer.text(code.slice(&text.value), source(code), true);
            self.writer.text(literal.slice(&text.value), source(*literal), false);
            at = literal.end;
        }
        let rest = TextRange::new(at, text.value.len() as u32);
        self.writer.text(rest.slice(&text.value), source(rest), true);
        self.mark("\"", closing(string.range()));
    }

    /// A text in quotes without templates, whatever is in it.
    pub(super) fn word(&mut self, string: Value<'_>) {
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

fn has_code(string: Value<'_>) -> bool {
    string.as_str().is_some_and(|text| text.contains("${") || text.contains("%{"))
}

/// The literal parts of a template, in order.
fn literals(template: &Template) -> Vec<TextRange> {
    let of = |element: &Element| match element {
        Element::Literal(literal) => vec![range(literal.span())],
        Element::Interpolation(_) => Vec::new(),
        Element::Directive(directive) => match &**directive {
            Directive::If(own) => {
                let other = own.else_expr.as_ref().map(|other| literals(&other.template));
                [literals(&own.if_expr.template), other.unwrap_or_default()].concat()
            }
            Directive::For(own) => literals(&own.for_expr.template),
        },
    };
    template.iter().flat_map(of).collect()
}

/// The longest reference.
const MAX_REFERENCE: usize = 1000;

fn is_reference(value: Value<'_>) -> bool {
    let text = value.as_str().filter(|text| text.len() <= MAX_REFERENCE);
    let is_one = |own: Expression| own.is_traversal() || own.is_variable() || own.is_func_call();
    text.is_some_and(|text| parser::parse_expr(text).is_ok_and(is_one))
}

/// Whether a number is one in Terraform's language.
fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let is_finite = digits.parse::<f64>().is_ok_and(f64::is_finite);
    is_finite && digits.starts_with(|c: char| c.is_ascii_digit())
}
