//! Where the policies of a template are.
//!
//! The tables of [`super::attachment`] name the properties that hold policies, and of which kind.
//! Beside them, whatever looks like a policy is one, wherever it stands: in a resource of another
//! type, in a file that is no template at all.

use std::collections::HashSet;

use keyaki_ir::PolicyKind;

use super::attachment::{self, Attachment};
use super::emit::Wrap;
use super::intrinsic::Template;
use super::node::{Id, Kind, Nodes};
use crate::kind::Hint;

/// The longest pointer to the property of a resource: aliases may nest conditions in conditions.
const MAX_POINTER: usize = 2000;

/// A policy that was found.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    /// The value: a map, or a text with JSON.
    pub(crate) id: Id,
    /// Its JSON pointer in the file.
    pub(crate) pointer: String,
    pub(crate) hint: Hint,
    pub(crate) wrap: Wrap,
}

/// Whether a document is a CloudFormation or SAM template.
pub(crate) fn is_template(nodes: &Nodes, root: Id) -> bool {
    let resources = nodes.member(root, "Resources");
    let is_resource =
        |id| nodes.member(id, "Type").and_then(|t| nodes.text(t)).is_some_and(|t| t.contains("::"));
    let holds_resource =
        resources.is_some_and(|id| nodes.members(id).any(|(_, id)| is_resource(id)));
    holds_resource
        || (resources.is_some() && nodes.member(root, "AWSTemplateFormatVersion").is_some())
}

/// The policies of a document, in order of position.
pub(crate) fn search(template: &Template<'_>, root: Id, base: &str) -> Vec<Found> {
    let nodes = template.nodes;
    let resources = nodes.member(root, "Resources").into_iter();
    let resources: Vec<(&str, Id)> = resources.flat_map(|id| nodes.members(id)).collect();
    search_in(template, root, base, &resources)
}

/// The policies of a document, of its resources those alone that are given.
pub(super) fn search_in(
    template: &Template<'_>,
    root: Id,
    base: &str,
    resources: &[(&str, Id)],
) -> Vec<Found> {
    let nodes = template.nodes;
    let mut search = Search { template, found: Vec::new(), seen: HashSet::new() };
    if is_template(nodes, root) {
        for &(name, resource) in resources {
            let pointer = format!("{base}/Resources/{}", escaped(name));
            search.resource(resource, &pointer);
            search.anywhere(resource, pointer);
        }
    } else {
        search.anywhere(root, base.to_owned());
    }
    let mut found = search.found;
    found.sort_by_key(|f| nodes.get(f.id).range.start);
    found
}

struct Search<'t, 'n> {
    template: &'t Template<'n>,
    found: Vec<Found>,
    /// The values that are done with.
    seen: HashSet<Id>,
}

impl Search<'_, '_> {
    /// The policies of a resource of a known type.
    fn resource(&mut self, resource: Id, pointer: &str) {
        let nodes = self.template.nodes;
        let Some(properties) = nodes.member(resource, "Properties") else { return };
        let resource_type = nodes.member(resource, "Type").and_then(|id| nodes.text(id));
        let pointer = format!("{pointer}/Properties");
        for attachment in attachment::of_cloudformation(resource_type.unwrap_or_default()) {
            let hint = self.hint(attachment, properties);
            let steps: Vec<&str> = attachment.path.split('/').collect();
            if holds_statements(attachment.path) {
                // What is around the statements is no policy.
                self.seen.insert(properties);
            }
            self.follow(properties, &steps, &pointer, hint);
        }
    }

    /// What is known of the policies of a property.
    fn hint(&self, attachment: &Attachment, properties: Id) -> Option<Hint> {
        let nodes = self.template.nodes;
        let known = attachment.hint;
        if known.kind.is_some() {
            return Some(known);
        }
        let kind = nodes.member(properties, "Type").and_then(|id| nodes.text(id));
        let kind = kind.and_then(PolicyKind::parse)?;
        Some(Hint { kind: Some(kind), ..known })
    }

    /// Follows the steps of a property. A language of its own, for which there is no hint, is
    /// passed over.
    fn follow(&mut self, id: Id, steps: &[&str], pointer: &str, hint: Option<Hint>) {
        let nodes = self.template.nodes;
        if pointer.len() > MAX_POINTER {
            return;
        }
        let [step, rest @ ..] = steps else {
            return self.property(id, pointer, hint);
        };
        if *step == "*" {
            for (index, &item) in nodes.items(id).iter().enumerate() {
                self.follow(item, rest, &format!("{pointer}/{index}"), hint);
            }
            return;
        }
        // Both branches of a condition around the property.
        if let Some(("If", argument)) = self.template.function(id) {
            for (index, &branch) in nodes.items(argument).iter().enumerate().skip(1) {
                let pointer = format!("{pointer}/Fn::If/{index}");
                self.follow(branch, steps, &pointer, hint);
            }
            return;
        }
        if let Some(value) = nodes.member(id, step) {
            self.follow(value, rest, &format!("{pointer}/{}", escaped(step)), hint);
        }
    }

    fn property(&mut self, id: Id, pointer: &str, hint: Option<Hint>) {
        let nodes = self.template.nodes;
        let is_policy = match &nodes.get(id).kind {
            Kind::Text(text) => text.value.trim_start().starts_with('{'),
            Kind::Map(_) => self.template.function(id).is_some() || self.has_statements(id),
            Kind::List(_) => self.template.function(id).is_some(),
            Kind::Bool(_) | Kind::Null | Kind::Other => false,
        };
        if hint.is_none() || is_policy {
            self.seen.insert(id);
        }
        let is_list = holds_statements(pointer) && self.is_statements(id);
        match hint {
            Some(hint) if is_list => self.add(id, pointer.to_owned(), hint, Wrap::Statements),
            Some(hint) if is_policy => self.add(id, pointer.to_owned(), hint, Wrap::Policy),
            Some(_) | None => {}
        }
    }

    /// Whether a map in the place of a policy is meant as one.
    fn has_statements(&self, id: Id) -> bool {
        let nodes = self.template.nodes;
        nodes.members(id).any(|(name, _)| matches!(name, "Statement" | "Version"))
    }

    fn add(&mut self, id: Id, pointer: String, hint: Hint, wrap: Wrap) {
        self.seen.insert(id);
        self.found.push(Found { id, pointer, hint, wrap });
    }

    /// Whatever looks like a policy, each value once.
    fn anywhere(&mut self, top: Id, pointer: String) {
        let nodes = self.template.nodes;
        // The way to a value is put together when it is a policy.
        let mut open: Vec<(Id, Option<usize>)> = vec![(top, None)];
        let mut ways: Vec<(Option<usize>, Step)> = Vec::new();
        while let Some((id, way)) = open.pop() {
            if !self.seen.insert(id) && id != top {
                continue;
            }
            let pointer = || format!("{pointer}{}", spelled(nodes, &ways, way));
            if self.looks_like_policy(id) {
                let hint = hint_of(nodes, &ways, way);
                let pointer = pointer();
                self.add(id, pointer, hint, Wrap::Policy);
                continue;
            }
            if way.is_some_and(|way| names_statements(nodes, &ways[way].1))
                && self.is_statements(id)
            {
                let hint = Hint { kind: Some(PolicyKind::Identity), resource_type: None };
                let pointer = pointer();
                self.add(id, pointer, hint, Wrap::Statements);
                continue;
            }
            let mut below = |child: Id, step: Step| {
                ways.push((way, step));
                open.push((child, Some(ways.len() - 1)));
            };
            match &nodes.get(id).kind {
                Kind::List(items) => {
                    items.iter().enumerate().for_each(|(i, item)| below(*item, Step::Item(i)));
                }
                Kind::Map(entries) => {
                    entries.iter().for_each(|(name, value)| below(*value, Step::Member(*name)));
                }
                Kind::Text(_) | Kind::Bool(_) | Kind::Null | Kind::Other => {}
            }
        }
    }

    fn looks_like_policy(&self, id: Id) -> bool {
        let nodes = self.template.nodes;
        match &nodes.get(id).kind {
            Kind::Map(_) => {
                let statement = nodes.member(id, "Statement");
                let version = nodes.member(id, "Version").and_then(|v| nodes.text(v));
                let is_versioned = matches!(version, Some("2012-10-17" | "2008-10-17"));
                statement.is_some_and(|s| is_versioned || self.is_statements(s))
            }
            Kind::Text(text) => {
                let text = text.value.trim_start();
                text.starts_with('{') && text.contains("Statement")
            }
            Kind::List(_) | Kind::Bool(_) | Kind::Null | Kind::Other => false,
        }
    }

    /// Whether a value is a statement or a list of them.
    fn is_statements(&self, id: Id) -> bool {
        let nodes = self.template.nodes;
        let is_statement = |id: Id| {
            let named = |name: &str| matches!(name, "Effect" | "Action" | "NotAction");
            nodes.members(id).any(|(name, _)| named(name))
        };
        is_statement(id)
            || nodes.items(id).iter().any(|&item| {
                is_statement(item) || nodes.items(item).iter().any(|&item| is_statement(item))
            })
    }
}

/// Whether a property holds statements without a policy around them.
fn holds_statements(path: &str) -> bool {
    path.ends_with("Statement") || path.ends_with("CustomStatements")
}

/// A step on the way to a value.
#[derive(Clone, Copy)]
enum Step {
    Member(Id),
    Item(usize),
}

/// Names of properties under which statements stand without a policy around them, in files of the
/// Serverless framework.
fn names_statements(nodes: &Nodes, step: &Step) -> bool {
    match step {
        Step::Member(name) => {
            matches!(nodes.text(*name), Some("iamRoleStatements" | "statements"))
        }
        Step::Item(_) => false,
    }
}

/// What the name above a policy tells of it.
fn hint_of(nodes: &Nodes, ways: &[(Option<usize>, Step)], way: Option<usize>) -> Hint {
    let Some(Step::Member(name)) = way.map(|way| ways[way].1) else { return Hint::default() };
    let kind = match nodes.text(name) {
        Some("AssumeRolePolicyDocument" | "assumeRolePolicy" | "assumeRolePolicyDocument") => {
            Some(PolicyKind::Trust)
        }
        _ => None,
    };
    Hint { kind, resource_type: None }
}

fn spelled(nodes: &Nodes, ways: &[(Option<usize>, Step)], way: Option<usize>) -> String {
    let mut steps = Vec::new();
    let mut way = way;
    while let Some((above, step)) = way.and_then(|way| ways.get(way)) {
        steps.push(match step {
            Step::Member(name) => format!("/{}", escaped(nodes.text(*name).unwrap_or_default())),
            Step::Item(index) => format!("/{index}"),
        });
        way = *above;
    }
    steps.reverse();
    steps.concat()
}

/// A name as a step of a JSON pointer.
pub(super) fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}
