//! Terraform's own language, and its JSON, which is written out in that language (`json.rs`).
//!
//! A file is read with what it refers to in its module (`module.rs`): local values and policy
//! documents. What expressions come to is worked out as far as it is known before a plan
//! (`evaluate.rs`, `function.rs`, `text.rs`, `block.rs`, `turn.rs`); the rest are holes
//! (`label.rs`). Policies are the attributes that a table names (`attached.rs`), the data sources
//! `aws_iam_policy_document`, and whatever else looks like a policy (`resembling.rs`). Blocks whose
//! addresses are taken are told (`address.rs`). Where several threads are worth it, a text is read
//! in parts (`parts.rs`) and policies ahead of their turn (`reading.rs`).
//!
//! Who holds them (`holders.rs`, `outside.rs`) is told by what a module attaches to whom
//! (`attaching.rs`, `grants.rs`, `meant.rs`, `policies.rs`), by `count` and `for_each`
//! (`instance.rs`), and between two revisions by what values are made of (`definition.rs`).

mod address;
mod attached;
mod attaching;
mod block;
mod definition;
mod evaluate;
mod file;
mod function;
mod grants;
mod holders;
mod instance;
mod json;
mod label;
mod meant;
mod mention;
mod module;
mod outside;
mod parts;
mod policies;
mod reading;
mod resembling;
mod scan;
mod text;
mod turn;
mod variables;

use std::cell::Cell;
use std::collections::HashSet;
use std::path::Path;

use hcl_edit::Span as _;
use hcl_edit::expr::Expression;
use hcl_edit::structure::{Block, Body, Structure};
use keyaki_diag::TextRange;

use super::value::{Kind, Value};
use super::{Host, HostPolicy, MAX_TEXT, Written, document, is_readable, length_of, too_much};
use crate::kind::Hint;
use attached::{Attached, To, attached, deeper, range_of, targets};
use evaluate::{Evaluator, MIN_STEPS, Scope};
pub(crate) use file::File;
pub(crate) use holders::holders;
pub(crate) use mention::mentions;
use module::{DOCUMENT, Module};
pub(crate) use module::{Modules, counts};
use reading::{Ahead, Reading, ahead};
use resembling::{resembling, within};

/// Whether a text may hold a policy or use one: a look at its bytes, before it is read.
pub(crate) fn may_hold_policy(text: &str) -> bool {
    text.contains("olicy") || text.contains("olicies") || text.contains("Statement")
}

/// The heredocs of a text.
pub(crate) fn heredocs(text: &str) -> Vec<TextRange> {
    scan::scan(text).heredocs
}

/// The policies of a text, read on so many threads.
pub(crate) fn read(text: &str, path: &Path, modules: &Modules, jobs: Option<usize>) -> Host {
    let mut file = match File::read(path, text, jobs) {
        Ok(file) => file,
        Err(problem) => return Host { problem: Some(problem), ..Host::default() },
    };
    let suppressions = file.suppressions();
    let module = Module::new(&file, modules);
    let left = Cell::new(MIN_STEPS + text.len());
    let (done, seen) = (HashSet::new(), HashSet::new());
    let mut search = Search {
        module: &module,
        left: &left,
        jobs,
        text_left: MAX_TEXT,
        host: Host { problem: file.problem().cloned(), suppressions, ..Host::default() },
        done,
        seen,
    };
    search.attached();
    search.documents();
    search.anywhere(&file.body);
    search.host.repeated = address::repeated(&module);
    search.host.policies.sort_by_key(|policy| policy.texts.first().map(Written::start));
    let host = search.host;
    drop(module);
    Host { spent: Some(file), ..host }
}

struct Search<'a> {
    module: &'a Module<'a>,
    left: &'a Cell<usize>,
    jobs: Option<usize>,
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
        let mut all = attached(&own.body);
        self.done.extend(all.iter().map(|attached| range_of(attached.value).start));
        all.retain(|attached| attached.hint.is_some() && !self.is_told_elsewhere(attached.value));
        let value = |evaluator: &Evaluator<'_>, attached: &Attached<'_>| {
            Some(evaluator.value(attached.value, Scope::of(own)))
        };
        let ahead = ahead(self.module, self.left.get(), self.jobs, &all, value);
        for (attached, ahead) in all.iter().zip(ahead) {
            let Some(hint) = attached.hint else { continue };
            let known = self.host.policies.len();
            let reading = Ahead::settle(ahead, self.left, || self.read(|e| value(e, attached)));
            self.add(attached.pointer.clone(), hint, range_of(attached.value), reading);
            if self.host.policies.len() == known {
                self.inside(attached.value, &attached.pointer, hint);
            }
        }
    }

    /// Whether a value is nothing but documents that are checked where they stand.
    fn is_told_elsewhere(&self, value: &Expression) -> bool {
        let mut to = Vec::new();
        targets(value, &mut to);
        to.iter().all(|to| self.is_told(to)) && !to.is_empty()
    }

    /// The policies that are written out in what is not known as a whole, such as in a function.
    fn inside(&mut self, value: &'a Expression, pointer: &str, hint: Hint) {
        let mut found = Vec::new();
        within(value, pointer, &self.module.own.text, &mut found);
        for (pointer, expression) in found {
            self.resembling(pointer, hint, expression);
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
        let blocks = own.body.iter().filter_map(Structure::as_block);
        let mut documents = blocks.filter_map(|b| Some((name_of_document(b)?, b))).peekable();
        if documents.peek().is_none() {
            return;
        }
        let uses = self.module.own_uses();
        for (name, block) in documents {
            let hints = uses.get(name).or_else(|| self.module.all_uses().get(name));
            let Some(hint) = one_hint(hints) else { continue };
            let pointer = deeper(&format!("/data/{DOCUMENT}"), name);
            let range = attached::range(block.span());
            let reading = self.read(|evaluator| {
                Some(document::policy(&evaluator.block(block, Scope::of(own)), false)?.into_json())
            });
            self.add(pointer, hint, range, reading);
        }
    }

    /// Whatever else looks like a policy.
    fn anywhere(&mut self, body: &'a Body) {
        let own = self.module.own;
        let done = std::mem::take(&mut self.done);
        for (pointer, expression) in resembling(body, &own.text, &done) {
            self.resembling(pointer, Hint::default(), expression);
        }
    }

    /// An expression that looks like a policy, unless it was found where it is used.
    fn resembling(&mut self, pointer: String, hint: Hint, expression: &'a Expression) {
        let range = range_of(expression);
        if self.seen.contains(&range) {
            return;
        }
        let own = self.module.own;
        let reading = self.read(|e| Some(as_policy(e.value(expression, Scope::of(own)))));
        self.add(pointer, hint, range, reading);
    }

    /// Reads a policy.
    fn read(&self, policy: impl Fn(&Evaluator<'_>) -> Option<Value>) -> Reading {
        Reading::of(self.module, self.left, policy)
    }

    /// Adds a policy.
    fn add(&mut self, pointer: String, hint: Hint, range: TextRange, reading: Reading) {
        let Reading { mut texts, told, origins } = reading;
        self.seen.extend(origins);
        let length = length_of(&texts);
        let Some(rest) = self.text_left.checked_sub(length) else {
            self.host.problem = Some(too_much(self.module.own.origin(range)));
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
        | Kind::Hole(_)
        | Kind::Repeated(..) => vec![value.range],
    }
}

/// The JSON of a map; anything else as it is.
fn as_policy(value: Value) -> Value {
    if matches!(value.kind, Kind::Map(_)) { value.into_json() } else { value }
}

/// The name of a data source that makes a policy.
fn name_of_document(block: &Block) -> Option<&str> {
    match (block.ident.as_str(), &block.labels[..]) {
        ("data", [kind, name]) if kind.as_str() == DOCUMENT => Some(name.as_str()),
        _ => None,
    }
}
