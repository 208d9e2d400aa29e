//! From a value of a template to the text of a policy.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashSet};

use keyaki_diag::TextRange;

use super::intrinsic::{Assumed, Part, Resolved, Resolver, Template};
use super::node::{Id, Kind};
use super::written::{Source, Writer, Written};

/// How deep values may nest; aliases may nest deeper than what is written.
const MAX_DEPTH: usize = 100;

/// The texts of a policy: one, or, where it asks for conditions, one with all of them true and one
/// with all of them false. None where it is left out of the deployment.
pub(crate) fn emit(template: &Template<'_>, policy: Id, wrap: Wrap) -> Vec<Written> {
    let seen = RefCell::new(BTreeSet::new());
    let with = |others| {
        let assumed = &Assumed { others, ..Assumed::default() };
        one(Resolver { template, assumed, seen: &seen }, policy, wrap)
    };
    let first = with(true);
    let has_conditions = !seen.borrow().is_empty();
    let second = has_conditions.then(|| with(false)).flatten();
    first.into_iter().chain(second).collect()
}

/// What a value is of a policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wrap {
    /// The whole of it.
    Policy,
    /// Its statements, without what is around them.
    Statements,
}

/// The text of a policy under the assumptions of a resolver.
pub(crate) fn one(resolver: Resolver<'_, '_>, policy: Id, wrap: Wrap) -> Option<Written> {
    let range = resolver.template.nodes.get(policy).range;
    let mut emitter = Emitter { resolver, writer: Writer::for_text_at(range) };
    let before = TextRange::empty(range.start);
    match wrap {
        Wrap::Policy => emitter.policy(policy)?,
        Wrap::Statements => {
            emitter.writer.mark("{\"Version\": \"2012-10-17\", \"Statement\": ", before);
            emitter.value(policy, 1);
            emitter.writer.mark("}", TextRange::empty(range.end));
        }
    }
    let is_whole = !emitter.writer.is_full;
    is_whole.then(|| emitter.writer.finish())
}

struct Emitter<'t, 'n> {
    resolver: Resolver<'t, 'n>,
    writer: Writer,
}

impl Emitter<'_, '_> {
    /// A policy: an object, or a text that holds one.
    fn policy(&mut self, id: Id) -> Option<()> {
        let nodes = self.resolver.template.nodes;
        let id = match self.resolver.template.function(id) {
            Some(("ToJsonString", argument)) => {
                nodes.items(argument).first().copied().unwrap_or(argument)
            }
            _ => id,
        };
        match self.resolver.resolve(id) {
            Resolved::Node(id) => match &nodes.get(id).kind {
                Kind::Text(text) => self.part(&text.value, Source::Text(text, 0), true),
                Kind::Map(_) => self.value(id, 0),
                Kind::Bool(_) | Kind::Null | Kind::List(_) | Kind::Other => return None,
            },
            Resolved::Parts(parts) => {
                let is_text = parts.iter().any(|part| matches!(part, Part::Text(..)));
                self.parts(parts, true);
                return is_text.then_some(());
            }
            Resolved::Absent => return None,
        }
        Some(())
    }

    fn value(&mut self, id: Id, depth: usize) {
        let nodes = self.resolver.template.nodes;
        let range = nodes.get(id).range;
        if self.writer.is_full {
            return;
        }
        let (start, end) = (TextRange::empty(range.start), TextRange::empty(range.end));
        let id = match self.resolver.resolve(id) {
            Resolved::Node(id) if depth < MAX_DEPTH => id,
            Resolved::Node(_) => return self.hole(range),
            Resolved::Parts(parts) => {
                self.writer.mark("\"", start);
                self.parts(parts, false);
                return self.writer.mark("\"", end);
            }
            Resolved::Absent => return self.writer.mark("null", range),
        };
        let range = nodes.get(id).range;
        match &nodes.get(id).kind {
            Kind::Text(text) => {
                self.writer.mark("\"", TextRange::empty(range.start));
                self.part(&text.value, Source::Text(text, 0), false);
                self.writer.mark("\"", TextRange::empty(range.end));
            }
            Kind::Bool(value) => self.writer.mark(if *value { "true" } else { "false" }, range),
            Kind::Null => self.writer.mark("null", range),
            Kind::Other => self.hole(range),
            Kind::List(items) => self.list(items, range, depth),
            Kind::Map(entries) => self.map(entries, range, depth),
        }
    }

    fn list(&mut self, items: &[Id], range: TextRange, depth: usize) {
        self.writer.mark("[", opening(range));
        let mut is_first = true;
        for &item in items {
            if self.writer.is_full || self.resolver.is_absent(item) {
                continue;
            }
            self.comma(&mut is_first, item);
            self.value(item, depth + 1);
        }
        self.writer.mark("]", TextRange::empty(range.end));
    }

    fn map(&mut self, entries: &[(Id, Id)], range: TextRange, depth: usize) {
        let nodes = self.resolver.template.nodes;
        let first = entries.first().map(|&(name, _)| nodes.get(name).range);
        let opening = first.filter(|f| f.start == range.start).unwrap_or(opening(range));
        self.writer.mark("{", opening);
        let mut is_first = true;
        for (name, value) in self.merged(entries) {
            let Kind::Text(text) = &nodes.get(name).kind else { continue };
            let is_absent = self.resolver.is_absent(value);
            if self.writer.is_full || is_absent || text.value.starts_with("Fn::") {
                continue;
            }
            self.comma(&mut is_first, name);
            let at = nodes.get(name).range;
            self.writer.mark("\"", TextRange::empty(at.start));
            self.part(&text.value, Source::Text(text, 0), false);
            self.writer.mark("\": ", TextRange::empty(at.end));
            self.value(value, depth + 1);
        }
        self.writer.mark("}", TextRange::empty(range.end));
    }

    /// The entries with those of maps that are merged into them by `<<`.
    fn merged(&self, entries: &[(Id, Id)]) -> Vec<(Id, Id)> {
        let nodes = self.resolver.template.nodes;
        let (merges, own): (Vec<_>, Vec<_>) =
            entries.iter().copied().partition(|(name, _)| nodes.text(*name) == Some("<<"));
        if merges.is_empty() {
            return own;
        }
        let taken: HashSet<Option<&str>> = own.iter().map(|(name, _)| nodes.text(*name)).collect();
        let merged = merges.iter().flat_map(|&(_, value)| nodes.entries(value)).copied();
        merged.filter(|(name, _)| !taken.contains(&nodes.text(*name))).chain(own).collect()
    }

    fn comma(&mut self, is_first: &mut bool, next: Id) {
        if !std::mem::take(is_first) {
            let at = self.resolver.template.nodes.get(next).range.start;
            self.writer.mark(", ", TextRange::empty(at));
        }
    }

    fn parts(&mut self, parts: Vec<Part<'_>>, is_json: bool) {
        for part in parts {
            match part {
                Part::Text(text, source) => self.part(text, source, is_json),
                Part::Made(text, range) => self.part(&text, Source::Whole(range), is_json),
                Part::Hole(label, range) => self.writer.hole(&label, range),
            }
        }
    }

    fn part(&mut self, text: &str, source: Source<'_>, is_json: bool) {
        self.writer.text(text, source, is_json);
    }

    /// A value of which nothing is known.
    fn hole(&mut self, range: TextRange) {
        self.writer.mark("\"", TextRange::empty(range.start));
        self.writer.hole(&format!("… at {}", range.start), range);
        self.writer.mark("\"", TextRange::empty(range.end));
    }
}

/// The first character of a range.
fn opening(range: TextRange) -> TextRange {
    TextRange::new(range.start, range.end.min(range.start + 1))
}
