//! Terraform's own language.
//!
//! A file is read with what it refers to in its module (`module.rs`): local values and policy
//! documents. What expressions come to is worked out as far as it is known before a plan
//! (`evaluate.rs`, `function.rs`, `text.rs`, `block.rs`); the rest are holes. Policies are the attributes that
//! a table names (`attached.rs`), the data sources `aws_iam_policy_document`, and whatever else
//! looks like a policy.

mod attached;
mod block;
mod evaluate;
mod function;
mod mention;
mod module;
mod scan;
mod text;

use std::cell::{Cell, RefCell};
use std::collections::HashSet;
use std::path::Path;

use hcl_edit::expr::{Expression, Object, ObjectKey};
use hcl_edit::structure::{Block, Body, Structure};
use keyaki_diag::TextRange;

use super::value::{Kind, Value};
use super::{Host, HostPolicy, MAX_TEXT, Written, document, is_readable, suppress, too_much};
use crate::kind::Hint;
use attached::{To, attached, deeper, range_of, targets};
use evaluate::{Evaluator, MIN_STEPS, Scope};
pub(crate) use mention::mentions;
pub(crate) use module::Modules;
use module::{DOCUMENT, File, Module};

/// Whether a text may hold a policy or use one: a look at its bytes, before it is read.
pub(crate) fn may_hold_policy(text: &str) -> bool {
    text.contains("olicy") || text.contains("olicies") || text.contains("Statement")
}

/// The heredocs of a text.
pub(crate) fn heredocs(text: &str) -> Vec<TextRange> {
    scan::scan(text).heredocs
}

/// The policies of a text.
pub(crate) fn read(text: &str, path: &Path, modules: &Modules) -> Host {
    let file = match File::read(path, text) {
        Ok(file) => file,
        Err(problem) => return Host { problem: Some(problem), ..Host::default() },
    };
    let module = Module::new(&file, modules);
    let left = Cell::new(MIN_STEPS + text.len());
    let (done, seen) = (HashSet::new(), HashSet::new());
    let mut search = Search {
        module: &module,
        left: &left,
        text_left: MAX_TEXT,
        host: Host::default(),
        done,
        seen,
    };
    search.attached();
    search.documents();
    search.anywhere(&file.body, "");
    search.host.policies.sort_by_key(|policy| policy.texts.first().map(Written::start));
    let comments = file.scan.comments.iter().copied();
    search.host.suppressions = suppress::of_comments(text, comments, &file.scan.heredocs);
    search.host
}

struct Search<'a> {
    module: &'a Module<'a>,
    left: &'a Cell<usize>,
    text_left: usize,
    host: Host,
    /// Where the attributes begin that are done with.
    done: HashSet<u32>,
    /// Where the policies are that were found.
    seen: HashSet<TextRange>,
}

impl<'a> Search<'a> {
    /// The attributes of resources that hold policies.
    fn attached(&mut self) {
        let own = self.module.own;
        for attached in attached(&own.body) {
            let value = attached.value;
            self.done.insert(range_of(value).start);
            let Some(hint) = attached.hint else { continue };
            let mut to = Vec::new();
            targets(value, &mut to);
            if to.iter().all(|to| self.is_told(to)) && !to.is_empty() {
                continue;
            }
            self.add(attached.pointer, hint, range_of(value), |evaluator| {
                Some(evaluator.value(value, Scope::of(own)))
            });
        }
    }

    /// Whether something leads to a document that is checked where it stands.
    fn is_told(&self, to: &To) -> bool {
        let name = attached::document_of(to, |name| Some(self.module.local(name)?.1));
        let file = name.and_then(|name| Some(self.module.document(&name)?.0));
        file.is_some_and(|file| {
            std::ptr::eq(file, self.module.own) || self.module.modules.is_checked(&file.path)
        })
    }

    /// The data sources that make policies.
    fn documents(&mut self) {
        let own = self.module.own;
        let uses = self.module.own_uses();
        for block in own.body.iter().filter_map(Structure::as_block) {
            let Some(name) = name_of_document(block) else { continue };
            let hints = uses.get(name).or_else(|| self.module.all_uses().get(name));
            let Some(hint) = one_hint(hints) else { continue };
            let pointer = deeper(&format!("/data/{DOCUMENT}"), name);
            let range = attached::range(hcl_edit::Span::span(block));
            self.add(pointer, hint, range, |evaluator| {
                Some(document::policy(&evaluator.block(block, Scope::of(own)))?.into_json())
            });
        }
    }

    /// Whatever else looks like a policy.
    fn anywhere(&mut self, body: &'a Body, pointer: &str) {
        for structure in body.iter() {
            match structure {
                Structure::Attribute(attribute) => {
                    let value = &attribute.value;
                    if !self.done.contains(&range_of(value).start) {
                        self.within(value, &deeper(pointer, attribute.key.as_str()));
                    }
                }
                Structure::Block(block) if name_of_document(block).is_some() => {}
                Structure::Block(block) => {
                    let labels = block.labels.iter().map(|label| label.as_str());
                    let steps = std::iter::once(block.ident.as_str()).chain(labels);
                    let pointer = steps.fold(pointer.to_owned(), |at, step| deeper(&at, step));
                    self.anywhere(&block.body, &pointer);
                }
            }
        }
    }

    fn within(&mut self, expression: &'a Expression, pointer: &str) {
        let own = self.module.own;
        let range = range_of(expression);
        if looks_like_policy(expression, range.slice(&own.text)) {
            if !self.seen.contains(&range) {
                self.add(pointer.to_owned(), Hint::default(), range, |evaluator| {
                    let value = evaluator.value(expression, Scope::of(own));
                    let is_map = matches!(value.kind, Kind::Map(_));
                    Some(if is_map { value.into_json() } else { value })
                });
            }
            return;
        }
        match expression {
            Expression::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.within(item, &deeper(pointer, &index.to_string()));
                }
            }
            Expression::Object(object) => {
                for (key, value) in object.iter() {
                    let name = name_of(key).unwrap_or("*");
                    self.within(value.expr(), &deeper(pointer, name));
                }
            }
            Expression::Parenthesis(inner) => self.within(inner.inner(), pointer),
            Expression::Conditional(conditional) => {
                self.within(&conditional.true_expr, pointer);
                self.within(&conditional.false_expr, pointer);
            }
            Expression::FuncCall(call) => {
                call.args.iter().for_each(|argument| self.within(argument, pointer));
            }
            Expression::ForExpr(each) => {
                self.within(&each.intro.collection_expr, pointer);
                self.within(&each.value_expr, pointer);
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

    /// Adds a policy in each way that it may be: with all conditions true, and with all false.
    fn add(
        &mut self,
        pointer: String,
        hint: Hint,
        range: TextRange,
        policy: impl Fn(&Evaluator<'a>) -> Option<Value>,
    ) {
        let (mut texts, mut told) = (Vec::new(), Vec::new());
        for conditions in [true, false] {
            let evaluator = Evaluator {
                module: self.module,
                conditions,
                saw_condition: Cell::new(false),
                left: self.left,
                foreign: RefCell::default(),
            };
            if let Some(value) = policy(&evaluator) {
                self.seen.extend(origins(&value));
                texts.extend(value.written());
            }
            for (path, value) in evaluator.foreign.take() {
                if self.module.modules.is_checked(&path) {
                    told.extend(value.written());
                }
            }
            if !evaluator.saw_condition.get() {
                break;
            }
        }
        let length: usize = texts.iter().map(|text| text.tree.source().len()).sum();
        let Some(rest) = self.text_left.checked_sub(length) else {
            self.host.problem = Some(too_much(range));
            return;
        };
        self.text_left = rest;
        texts.retain(is_readable);
        if !texts.is_empty() {
            self.host.policies.push(HostPolicy { pointer, hint, texts, told });
        }
    }
}

/// What a document is used for, if that is one thing; none for a language of its own.
fn one_hint(hints: Option<&Vec<Option<Hint>>>) -> Option<Hint> {
    let Some((&first, rest)) = hints.and_then(|hints| hints.split_first()) else {
        return Some(Hint::default());
    };
    if rest.iter().all(|hint| *hint == first) { first } else { Some(Hint::default()) }
}

/// Where the policy of a value is written.
fn origins(value: &Value) -> Vec<TextRange> {
    match &value.kind {
        Kind::Json(inner) => vec![value.range, inner.range],
        Kind::Text(_)
        | Kind::Bool(_)
        | Kind::Number(_)
        | Kind::Null
        | Kind::List(_)
        | Kind::Map(_)
        | Kind::Hole(_) => vec![value.range],
    }
}

/// The name of a data source that makes a policy.
fn name_of_document(block: &Block) -> Option<&str> {
    match (block.ident.as_str(), &block.labels[..]) {
        ("data", [kind, name]) if kind.as_str() == DOCUMENT => Some(name.as_str()),
        _ => None,
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
