//! Where a file has what looks like a policy: in local values, in arguments of modules, in functions.

use std::collections::HashSet;

use hcl_edit::expr::{Expression, Object, ObjectKey};
use hcl_edit::structure::{Body, Structure};

use super::attached::{deeper, range_of};
use super::name_of_document;

/// The expressions of a body that look like policies, each with the steps to it, but for those in
/// attributes that begin at these places.
pub(super) fn resembling<'b>(
    body: &'b Body,
    text: &str,
    done: &HashSet<u32>,
) -> Vec<(String, &'b Expression)> {
    let mut found = Vec::new();
    let mut open = vec![(body, String::new())];
    while let Some((body, pointer)) = open.pop() {
        for structure in body.iter() {
            match structure {
                Structure::Attribute(attribute) => {
                    let value = &attribute.value;
                    if !done.contains(&range_of(value).start) {
                        let pointer = deeper(&pointer, attribute.key.as_str());
                        within(value, &pointer, text, &mut found);
                    }
                }
                Structure::Block(block) if name_of_document(block).is_some() => {}
                Structure::Block(block) => {
                    let labels = block.labels.iter().map(|label| label.as_str());
                    let steps = std::iter::once(block.ident.as_str()).chain(labels);
                    let pointer = steps.fold(pointer.clone(), |at, step| deeper(&at, step));
                    open.push((&block.body, pointer));
                }
            }
        }
    }
    found.sort_by_key(|(_, expression)| range_of(expression));
    found
}

/// The parts of an expression that look like policies.
pub(super) fn within<'b>(
    expression: &'b Expression,
    pointer: &str,
    text: &str,
    found: &mut Vec<(String, &'b Expression)>,
) {
    if looks_like_policy(expression, range_of(expression).slice(text)) {
        return found.push((pointer.to_owned(), expression));
    }
    let mut within = |inner: &'b Expression, step: Option<&str>| match step {
        Some(step) => within(inner, &deeper(pointer, step), text, found),
        None => within(inner, pointer, text, found),
    };
    match expression {
        Expression::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                within(item, Some(&index.to_string()));
            }
        }
        Expression::Object(object) => {
            for (key, value) in object.iter() {
                within(value.expr(), Some(name_of(key).unwrap_or("*")));
            }
        }
        Expression::Parenthesis(inner) => within(inner.inner(), None),
        Expression::Conditional(conditional) => {
            within(&conditional.true_expr, None);
            within(&conditional.false_expr, None);
        }
        Expression::FuncCall(call) => {
            call.args.iter().for_each(|argument| within(argument, None));
        }
        Expression::ForExpr(each) => {
            within(&each.intro.collection_expr, None);
            within(&each.value_expr, None);
        }
        Expression::Null(_)
        | Expression::Bool(_)
        | Expression::Number(_)
        | Expression::String(_)
        | Expression::StringTemplate(_)
        | Expression::HeredocTemplate(_)
        | Expression::Variable(_)
        | Expression::Traversal(_)
        | Expression::UnaryOp(_)
        | Expression::BinaryOp(_) => {}
    }
}

/// Whether an expression is meant as a policy: an object, or a text with one.
fn looks_like_policy(expression: &Expression, text: &str) -> bool {
    match expression {
        Expression::Object(object) => is_policy(object),
        Expression::String(_) | Expression::StringTemplate(_) => {
            text.trim_start_matches('"').trim_start().starts_with('{') && text.contains("Statement")
        }
        Expression::HeredocTemplate(_) => {
            let body = text.split_once('\n').map_or("", |(_, body)| body);
            body.trim_start().starts_with('{') && body.contains("Statement")
        }
        Expression::Null(_)
        | Expression::Bool(_)
        | Expression::Number(_)
        | Expression::Array(_)
        | Expression::Parenthesis(_)
        | Expression::Variable(_)
        | Expression::Conditional(_)
        | Expression::FuncCall(_)
        | Expression::Traversal(_)
        | Expression::UnaryOp(_)
        | Expression::BinaryOp(_)
        | Expression::ForExpr(_) => false,
    }
}

fn is_policy(object: &Object) -> bool {
    let statement = member(object, "Statement");
    statement.is_some_and(|s| member(object, "Version").is_some() || is_statement(s))
}

/// Whether an expression is a statement or a list with one.
fn is_statement(expression: &Expression) -> bool {
    let has_element = |item: &Expression| {
        let object = item.as_object();
        let elements = ["Effect", "Action", "NotAction"];
        object.is_some_and(|object| elements.iter().any(|name| member(object, name).is_some()))
    };
    has_element(expression)
        || expression.as_array().is_some_and(|items| items.iter().any(has_element))
}

fn member<'o>(object: &'o Object, name: &str) -> Option<&'o Expression> {
    let mut named = object.iter().filter(|(key, _)| name_of(key) == Some(name));
    named.next().map(|(_, value)| value.expr())
}

fn name_of(key: &ObjectKey) -> Option<&str> {
    match key {
        ObjectKey::Ident(name) => Some(name.as_str()),
        ObjectKey::Expression(expression) => expression.as_str(),
    }
}
