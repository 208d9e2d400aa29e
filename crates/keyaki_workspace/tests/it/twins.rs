//! Terraform's JSON: what a file says is the same in both of its spellings.

use std::fmt::Write as _;
use std::path::Path;

use hcl_edit::Span as _;
use hcl_edit::expr::{Expression, ObjectKey};
use hcl_edit::structure::{Block, Body, Structure};
use hcl_edit::template::Element;

/// A file of Terraform as JSON, in the other spelling; none if it cannot be read.
pub(crate) fn json_of(text: &str) -> Option<String> {
    let body: Body = hcl_edit::parser::parse_body(text).ok()?;
    let mut out = String::new();
    object(&members_of(&body, text), &mut out);
    Some(out)
}

/// A member: a name with what is written for it.
type Member = (String, String);

fn object(members: &[Member], out: &mut String) {
    out.push('{');
    for (at, (name, value)) in members.iter().enumerate() {
        let comma = if at > 0 { "," } else { "" };
        let _ = write!(out, "{comma}\n{}: {value}", quoted(name));
    }
    out.push('}');
}

/// The members of a body. Blocks of one name are a list.
fn members_of(body: &Body, text: &str) -> Vec<Member> {
    let mut members = Vec::new();
    let mut lists: Vec<(String, Vec<String>)> = Vec::new();
    for structure in body.iter() {
        match structure {
            Structure::Attribute(own) => {
                let name = own.key.to_string().trim().to_owned();
                let is_bare = matches!(&*name, "type" | "depends_on" | "provider" | "iterator");
                let value = match own.value.as_variable().filter(|_| is_bare) {
                    Some(bare) => quoted(bare.as_str()),
                    None => value(&own.value, text),
                };
                members.push((name, value));
            }
            Structure::Block(block) => {
                let name = block.ident.as_str().to_owned();
                let one = labelled(block, text);
                match lists.iter_mut().find(|(own, _)| *own == name) {
                    Some((_, list)) => list.push(one),
                    None => lists.push((name, vec![one])),
                }
            }
        }
    }
    let lists = lists.into_iter().map(|(name, mut list)| match list.len() {
        1 => (name, list.remove(0)),
        _ => (name, format!("[{}]", list.join(", "))),
    });
    members.extend(lists);
    members
}

/// The object of a block, below its labels.
fn labelled(block: &Block, text: &str) -> String {
    let mut out = String::new();
    object(&members_of(&block.body, text), &mut out);
    for label in block.labels.iter().rev() {
        out = format!("{{{}: {out}}}", quoted(label.as_str()));
    }
    out
}

fn value(expression: &Expression, text: &str) -> String {
    let source = |span: Option<std::ops::Range<usize>>| {
        span.and_then(|span| text.get(span)).unwrap_or_default().to_owned()
    };
    match expression {
        Expression::Null(_) | Expression::Bool(_) | Expression::Number(_) => {
            source(expression.span())
        }
        Expression::String(own) => quoted(&own.replace("${", "$${").replace("%{", "%%{")),
        Expression::Array(items) => {
            let items: Vec<String> = items.iter().map(|item| value(item, text)).collect();
            format!("[{}]", items.join(", "))
        }
        Expression::Object(own) => {
            let name = |key: &ObjectKey| match key {
                ObjectKey::Ident(name) => name.to_string().trim().to_owned(),
                ObjectKey::Expression(key) => match key.as_str() {
                    Some(name) => name.to_owned(),
                    None => format!("${{{}}}", source(key.span())),
                },
            };
            let member = |(key, own): (&ObjectKey, &hcl_edit::expr::ObjectValue)| {
                (name(key), value(own.expr(), text))
            };
            let members: Vec<Member> = own.iter().map(member).collect();
            let mut out = String::new();
            object(&members, &mut out);
            out
        }
        Expression::StringTemplate(own)
            if own.iter().all(|e| !matches!(e, Element::Directive(_))) =>
        {
            let element = |element: &Element| match element {
                Element::Literal(text) => text.replace("${", "$${").replace("%{", "%%{"),
                Element::Interpolation(_) | Element::Directive(_) => source(element.span()),
            };
            quoted(&own.iter().map(element).collect::<String>())
        }
        Expression::HeredocTemplate(_) => {
            let source = source(expression.span());
            let mut lines: Vec<&str> = source.lines().skip(1).collect();
            lines.pop();
            let blank = |line: &&str| line.len() - line.trim_start().len();
            let indent = lines.iter().filter(|l| !l.trim().is_empty()).map(blank).min();
            let indent = indent.filter(|_| source.starts_with("<<-")).unwrap_or(0);
            let line = |line: &&str| format!("{}\n", line.get(indent..).unwrap_or_default());
            quoted(&lines.iter().map(line).collect::<String>())
        }
        Expression::Variable(_)
        | Expression::Conditional(_)
        | Expression::Parenthesis(_)
        | Expression::StringTemplate(_)
        | Expression::FuncCall(_)
        | Expression::Traversal(_)
        | Expression::UnaryOp(_)
        | Expression::BinaryOp(_)
        | Expression::ForExpr(_) => quoted(&format!("${{{}}}", source(expression.span()))),
    }
}

/// A text as JSON writes it.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' | '\\' => out.extend(['\\', letter]),
            '\n' => out.push_str("\\n"),
            _ if letter.is_control() => {
                let _ = write!(out, "\\u{:04x}", u32::from(letter));
            }
            _ => out.push(letter),
        }
    }
    out.push('"');
    out
}

/// Words about what is not known without the place where it stands.
pub(crate) fn without_places(text: &str) -> String {
    let text = without(text, "… at ", "…", &[' ', '}', '"', ']', ',']);
    let text = without(&text, "key at ", "key", &[' ']);
    without(&text, "loop at ", "loop", &[')'])
}

/// A text with a word for each mark and what stands between it and the first of the ends.
fn without(text: &str, mark: &str, word: &str, ends: &[char]) -> String {
    let mut parts = text.split(mark);
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        out.push_str(word);
        out.push_str(part.get(part.find(ends).unwrap_or(part.len())..).unwrap_or_default());
    }
    out
}

/// The name of the other spelling of a file.
pub(crate) fn json_name(name: &str) -> Option<String> {
    let is_one = Path::new(name).extension().is_some_and(|own| own == "tf" || own == "tofu");
    is_one.then(|| format!("{name}.json"))
}
