//! Where the resources of a file hold policies, by the table of attributes, and which policy
//! documents they use.

use hcl_edit::Span as _;
use hcl_edit::expr::{Expression, TraversalOperator};
use hcl_edit::structure::{Block, Body, Structure};
use keyaki_ir::PolicyKind;

use super::module::DOCUMENT;
use crate::host::attachment::{self, Attachment};
use crate::kind::Hint;

/// An attribute that holds a policy.
pub(super) struct Attached<'f> {
    /// The steps to it in the file, as a JSON pointer.
    pub(super) pointer: String,
    pub(super) value: &'f Expression,
    /// What is known of the policy; nothing for one in a language of its own.
    pub(super) hint: Option<Hint>,
}

/// A policy document in use.
#[derive(Debug)]
pub(super) struct Reference {
    /// Its name, or that of the local value that leads to it.
    pub(super) to: To,
    pub(super) hint: Option<Hint>,
}

/// What is referred to.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum To {
    Document(Box<str>),
    Local(Box<str>),
}

/// All attributes of a file that hold policies.
pub(super) fn attached(body: &Body) -> Vec<Attached<'_>> {
    let mut found = Vec::new();
    for block in body.iter().filter_map(Structure::as_block) {
        let ("resource", [kind, name]) = (block.ident.as_str(), &block.labels[..]) else {
            continue;
        };
        let pointer = deeper(&deeper("/resource", kind.as_str()), name.as_str());
        for attachment in attachment::of_terraform(kind.as_str()) {
            let hint = hint(attachment, &block.body);
            let steps: Vec<&str> = attachment.path.split('/').collect();
            follow(&block.body, &steps, &pointer, hint, &mut found);
        }
    }
    found
}

/// What the resources of a file use which documents for.
pub(super) fn references(body: &Body) -> Vec<Reference> {
    let of = |attached: Attached<'_>| {
        let mut to = Vec::new();
        targets(attached.value, &mut to);
        let hint = attached.hint;
        to.into_iter().map(move |to| Reference { to, hint })
    };
    attached(body).into_iter().flat_map(of).collect()
}

fn hint(attachment: &Attachment, body: &Body) -> Option<Hint> {
    if attachment.hint.kind.is_some() {
        return Some(attachment.hint);
    }
    if !attachment.is_by_type {
        return None;
    }
    let kind = match body.get_attribute("type") {
        None => Some("SERVICE_CONTROL_POLICY"),
        Some(attribute) => attribute.value.as_str(),
    };
    let kind = PolicyKind::parse(kind?)?;
    Some(Hint { kind: Some(kind), ..attachment.hint })
}

fn follow<'f>(
    body: &'f Body,
    steps: &[&str],
    pointer: &str,
    hint: Option<Hint>,
    found: &mut Vec<Attached<'f>>,
) {
    match steps {
        [name] => {
            let Some(attribute) = body.get_attribute(name) else { return };
            let pointer = deeper(pointer, name);
            found.push(Attached { pointer, value: &attribute.value, hint });
        }
        [name, "*", rest @ ..] => {
            for (index, block) in blocks(body, name).enumerate() {
                follow(
                    &block.body,
                    rest,
                    &deeper(&deeper(pointer, name), &index.to_string()),
                    hint,
                    found,
                );
            }
        }
        _ => {}
    }
}

/// The longest pointer, and the longest step of one: what is above a policy is copied for each.
const MAX_POINTER: usize = 1000;
const MAX_STEP: usize = 200;

/// A pointer with one more step.
pub(super) fn deeper(pointer: &str, step: &str) -> String {
    if pointer.len() > MAX_POINTER {
        return pointer.to_owned();
    }
    let mut longer = String::with_capacity(pointer.len() + 1 + step.len().min(MAX_STEP));
    longer.push_str(pointer);
    longer.push('/');
    for c in step.chars().take(MAX_STEP) {
        match c {
            '~' => longer.push_str("~0"),
            '/' => longer.push_str("~1"),
            c => longer.push(c),
        }
    }
    longer
}

/// The blocks of a name, and the contents of the dynamic ones.
fn blocks<'f>(body: &'f Body, name: &str) -> impl Iterator<Item = &'f Block> {
    body.iter().filter_map(Structure::as_block).filter_map(move |block| {
        if block.ident.as_str() == name {
            return Some(block);
        }
        let is_dynamic = is_dynamic(block, name);
        is_dynamic.then(|| block.body.get_blocks("content").next()).flatten()
    })
}

pub(super) fn is_dynamic(block: &Block, name: &str) -> bool {
    block.ident.as_str() == "dynamic"
        && block.labels.first().is_some_and(|label| label.as_str() == name)
}

/// The documents and local values that an expression is, in either branch of a condition.
pub(super) fn targets(expression: &Expression, to: &mut Vec<To>) {
    match expression {
        Expression::Parenthesis(inner) => targets(inner.inner(), to),
        Expression::Conditional(conditional) => {
            targets(&conditional.true_expr, to);
            targets(&conditional.false_expr, to);
        }
        Expression::Traversal(traversal) => {
            let root = traversal.expr.as_variable().map(|name| name.as_str());
            let mut names = traversal.operators.iter().map(|operator| match operator.value() {
                TraversalOperator::GetAttr(name) => Some(name.as_str()),
                TraversalOperator::AttrSplat(_)
                | TraversalOperator::FullSplat(_)
                | TraversalOperator::Index(_)
                | TraversalOperator::LegacyIndex(_) => None,
            });
            match (root, names.next().flatten(), names.next().flatten()) {
                (Some("data"), Some(DOCUMENT), Some(name)) => to.push(To::Document(name.into())),
                (Some("local"), Some(name), None) => to.push(To::Local(name.into())),
                _ => {}
            }
        }
        Expression::StringTemplate(template) => {
            let element = template.as_single_element().and_then(|e| e.as_interpolation());
            element.into_iter().for_each(|interpolation| targets(&interpolation.expr, to));
        }
        Expression::Null(_)
        | Expression::Bool(_)
        | Expression::Number(_)
        | Expression::String(_)
        | Expression::Array(_)
        | Expression::Object(_)
        | Expression::HeredocTemplate(_)
        | Expression::Variable(_)
        | Expression::FuncCall(_)
        | Expression::UnaryOp(_)
        | Expression::BinaryOp(_)
        | Expression::ForExpr(_) => {}
    }
}

/// How many local values may lead from an attribute to a policy document.
const MAX_HOPS: usize = 8;

/// The document that something leads to.
pub(super) fn document_of<'f>(
    to: &To,
    local: impl Fn(&str) -> Option<&'f Expression>,
) -> Option<Box<str>> {
    let mut to = to.clone();
    for _ in 0..MAX_HOPS {
        let name = match to {
            To::Document(name) => return Some(name),
            To::Local(name) => name,
        };
        let mut next = Vec::new();
        targets(local(&name)?, &mut next);
        to = next.into_iter().next()?;
    }
    None
}

/// Where an expression stands.
pub(super) fn range_of(expression: &Expression) -> keyaki_diag::TextRange {
    range(expression.span())
}

pub(super) fn range(span: Option<std::ops::Range<usize>>) -> keyaki_diag::TextRange {
    let span = span.unwrap_or_default();
    keyaki_diag::TextRange::new(span.start as u32, span.end as u32)
}
