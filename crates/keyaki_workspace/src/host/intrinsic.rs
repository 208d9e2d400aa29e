//! The functions of CloudFormation, as far as they can be worked out before deployment.
//!
//! What depends on the deployment is a hole, never an error and never a guess: parameters, even
//! those with a default, attributes of resources, imports, transforms. A parameter that can have
//! one value alone has that value; a reference to a resource of a known type is an ARN with holes.
//! Of `Fn::If`, one branch is taken, by what is assumed about its condition: a template is read
//! several times, with other assumptions each time.
//!
//! Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html>.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet, HashMap};

use keyaki_diag::TextRange;

use super::attachment;
use super::node::{Id, Kind, Nodes, Text};
use super::written::Source;

/// How deep functions may nest.
const MAX_DEPTH: u32 = 64;

/// How many values are worked out for one file, beside some for each node that it has: aliases can
/// multiply what is written once.
const MIN_STEPS: usize = 100_000;
const STEPS_PER_NODE: usize = 8;

/// What a template says that functions refer to.
pub(crate) struct Template<'n> {
    pub(crate) nodes: &'n Nodes,
    /// The types of the resources.
    pub(crate) resources: HashMap<&'n str, &'n str>,
    parameters: HashMap<&'n str, Id>,
    mappings: Option<Id>,
    /// How many values were worked out for the file.
    steps: &'n Cell<u32>,
}

/// What is assumed about the conditions of a template: of some by their names, of all others alike.
#[derive(Clone, Debug, Default)]
pub(crate) struct Assumed {
    pub(crate) named: BTreeMap<String, bool>,
    pub(crate) others: bool,
}

/// A template under assumptions about its conditions.
#[derive(Clone, Copy)]
pub(crate) struct Resolver<'t, 'n> {
    pub(crate) template: &'t Template<'n>,
    pub(crate) assumed: &'t Assumed,
    /// The conditions that were asked for.
    pub(crate) seen: &'t RefCell<BTreeSet<String>>,
}

/// What a value comes to.
pub(crate) enum Resolved<'n> {
    /// A value without a function.
    Node(Id),
    /// A text in parts.
    Parts(Vec<Part<'n>>),
    /// Nothing: the element is left out.
    Absent,
}

/// A part of a text.
pub(crate) enum Part<'n> {
    /// A part of a text of the template.
    Text(&'n str, Source<'n>),
    /// A text that is written nowhere, for a range of the template.
    Made(String, TextRange),
    /// A hole with its label.
    Hole(String, TextRange),
}

/// How a dynamic reference begins, which CloudFormation replaces by what a parameter or secret
/// holds: <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references.html>.
const DYNAMIC: &str = "{{resolve:";

/// A part of a text with holes for its dynamic references. One that goes on in what a function puts
/// behind the text has its hole up to there.
fn dynamic(text: &Text, range: std::ops::Range<usize>) -> Vec<Part<'_>> {
    let plain = |range: std::ops::Range<usize>| {
        let part = text.value.get(range.clone()).filter(|part| !part.is_empty());
        part.map(|part| Part::Text(part, Source::Text(text, range.start)))
    };
    let (mut parts, mut at) = (Vec::new(), range.start);
    let rest = |at: usize| text.value.get(at..range.end).unwrap_or_default();
    while let Some(start) = rest(at).find(DYNAMIC).map(|i| at + i) {
        let end = rest(start).find("}}").map_or(range.end, |i| start + i + 2);
        parts.extend(plain(at..start));
        let label = text.value.get(start..end).unwrap_or_default().to_owned();
        parts.push(Part::Hole(label, Source::Text(text, 0).range(start, end)));
        at = end;
    }
    parts.extend(plain(at..range.end));
    parts
}

impl<'n> Template<'n> {
    pub(crate) fn new(nodes: &'n Nodes, root: Id, steps: &'n Cell<u32>) -> Template<'n> {
        let section = |name| nodes.member(root, name);
        let members = |name| section(name).into_iter().flat_map(|id| nodes.members(id));
        let type_of = |(name, id)| Some((name, nodes.text(nodes.member(id, "Type")?)?));
        Template {
            nodes,
            resources: members("Resources").filter_map(type_of).collect(),
            parameters: members("Parameters").collect(),
            mappings: section("Mappings"),
            steps,
        }
    }

    /// The function that a value is, without `Fn::`, and what it is applied to.
    pub(crate) fn function(&self, id: Id) -> Option<(&'n str, Id)> {
        let node = self.nodes.get(id);
        if let Some(tag) = &node.tag {
            return Some((tag.strip_prefix("Fn::").unwrap_or(tag), id));
        }
        let &[(name, argument)] = self.nodes.entries(id) else { return None };
        match self.nodes.text(name)? {
            "Ref" => Some(("Ref", argument)),
            name => Some((name.strip_prefix("Fn::")?, argument)),
        }
    }

    /// Whether there is work left for one more value.
    fn step(&self) -> bool {
        self.steps.set(self.steps.get().saturating_add(1));
        !self.is_exhausted()
    }

    /// Whether more values were asked for than are worked out.
    pub(super) fn is_exhausted(&self) -> bool {
        let most = MIN_STEPS + STEPS_PER_NODE * self.nodes.len();
        (self.steps.get() as usize) >= most
    }

    /// Begins with the work anew.
    pub(super) fn restart(&self) {
        self.steps.set(0);
    }

    /// The one value that a parameter can have.
    fn only_value(&self, parameter: &str) -> Option<&'n str> {
        let allowed = self.nodes.member(*self.parameters.get(parameter)?, "AllowedValues")?;
        match self.nodes.items(allowed) {
            &[only] => self.nodes.text(only),
            _ => None,
        }
    }
}

impl<'n> Resolver<'_, 'n> {
    /// What a value comes to.
    pub(crate) fn resolve(&self, id: Id) -> Resolved<'n> {
        self.resolve_within(id, 0)
    }

    fn resolve_within(&self, mut id: Id, depth: u32) -> Resolved<'n> {
        let nodes = self.template.nodes;
        let range = nodes.get(id).range;
        for depth in depth..MAX_DEPTH {
            let Some((name, argument)) = self.template.function(id) else {
                if let Kind::Text(text) = &nodes.get(id).kind
                    && text.value.contains(DYNAMIC)
                {
                    return Resolved::Parts(dynamic(text, 0..text.value.len()));
                }
                return Resolved::Node(id);
            };
            if !self.template.step() {
                break;
            }
            match name {
                "If" => {
                    let &[condition, yes, no] = nodes.items(argument) else { break };
                    id = if self.is_true(condition) { yes } else { no };
                }
                "Ref" if nodes.text(argument) == Some("AWS::NoValue") => return Resolved::Absent,
                "FindInMap" => match self.find_in_map(argument, depth + 1) {
                    Some(found) if matches!(nodes.get(found).kind, Kind::List(_)) => {
                        return Resolved::Node(found);
                    }
                    Some(found) => {
                        let text = nodes.text(found).unwrap_or_default();
                        return Resolved::Parts(vec![Part::Made(text.to_owned(), range)]);
                    }
                    None => return self.hole(name, argument, range),
                },
                _ => {
                    let range = nodes.get(id).range;
                    return match self.parts(name, argument, range, depth + 1) {
                        Some(parts) => Resolved::Parts(parts),
                        None => self.hole(name, argument, range),
                    };
                }
            }
        }
        Resolved::Parts(vec![Part::Hole(format!("… at {}", range.start), range)])
    }

    /// What is assumed about a condition.
    pub(crate) fn is_true(&self, condition: Id) -> bool {
        let name = self.template.nodes.text(condition).unwrap_or_default();
        self.seen.borrow_mut().insert(name.to_owned());
        self.assumed.named.get(name).copied().unwrap_or(self.assumed.others)
    }

    /// Whether a value is left out of what it stands in.
    pub(crate) fn is_absent(&self, mut id: Id) -> bool {
        let nodes = self.template.nodes;
        for _ in 0..MAX_DEPTH {
            match self.template.function(id) {
                Some(("If", argument)) => {
                    let &[condition, yes, no] = nodes.items(argument) else { return false };
                    id = if self.is_true(condition) { yes } else { no };
                }
                Some(("Ref", argument)) => return nodes.text(argument) == Some("AWS::NoValue"),
                Some(_) | None => return false,
            }
        }
        false
    }

    /// The text that a function gives, in parts; none if nothing of it is known.
    fn parts(
        &self,
        name: &str,
        argument: Id,
        range: TextRange,
        depth: u32,
    ) -> Option<Vec<Part<'n>>> {
        match name {
            "Ref" => Some(self.reference(self.template.nodes.text(argument)?, range)),
            "GetAtt" => Some(self.attribute(&self.dotted(argument)?, range)),
            "Sub" => self.substituted(argument, depth),
            "Join" => self.joined(argument, depth),
            "Select" => self.selected(argument, depth),
            _ => None,
        }
    }

    /// The hole of a function of which nothing is known. Equal labels stand for equal values, so
    /// that one whose argument is no text is told apart by its place.
    fn hole(&self, name: &str, argument: Id, range: TextRange) -> Resolved<'n> {
        let label = match self.template.nodes.text(argument) {
            Some(text) => format!("{name} {text}"),
            None => format!("{name} at {}", range.start),
        };
        Resolved::Parts(vec![Part::Hole(label, range)])
    }

    /// The text of a value, in parts; none if it is no text.
    fn text(&self, id: Id, depth: u32) -> Option<Vec<Part<'n>>> {
        match self.resolve_within(id, depth) {
            Resolved::Parts(parts) => Some(parts),
            Resolved::Node(id) => match &self.template.nodes.get(id).kind {
                Kind::Text(text) => Some(vec![Part::Text(&text.value, Source::Text(text, 0))]),
                Kind::Bool(_) | Kind::Null | Kind::List(_) | Kind::Map(_) | Kind::Other => None,
            },
            Resolved::Absent => None,
        }
    }

    /// What a name refers to: a parameter, a resource or a pseudo parameter.
    fn reference(&self, name: &str, range: TextRange) -> Vec<Part<'n>> {
        if let Some(value) = self.template.only_value(name) {
            return vec![Part::Made(value.to_owned(), range)];
        }
        self.arn(name, "Ref", range).unwrap_or_else(|| vec![Part::Hole(name.to_owned(), range)])
    }

    /// An attribute of a resource, written `Name.Attribute`.
    fn attribute(&self, dotted: &str, range: TextRange) -> Vec<Part<'n>> {
        let arn = dotted.split_once('.').and_then(|(name, what)| self.arn(name, what, range));
        arn.unwrap_or_else(|| vec![Part::Hole(dotted.to_owned(), range)])
    }

    /// The ARN that a reference to a resource, or an attribute of it, is.
    fn arn(&self, name: &str, what: &str, range: TextRange) -> Option<Vec<Part<'n>>> {
        let resource_type = self.template.resources.get(name)?;
        let template = attachment::arn(resource_type, what)?;
        let mut parts = Vec::new();
        let mut rest = template;
        while let Some((text, (hole, after))) =
            rest.split_once("${").and_then(|(text, hole)| Some((text, hole.split_once('}')?)))
        {
            parts.push(Part::Made(text.to_owned(), range));
            let label = if hole == "Name" { name } else { hole };
            parts.push(Part::Hole(label.to_owned(), range));
            rest = after;
        }
        parts.push(Part::Made(rest.to_owned(), range));
        Some(parts)
    }

    /// The argument of `Fn::GetAtt`: `Name.Attribute`, or both in a list.
    fn dotted(&self, argument: Id) -> Option<String> {
        let nodes = self.template.nodes;
        if let Some(text) = nodes.text(argument) {
            return Some(text.to_owned());
        }
        let parts: Option<Vec<&str>> =
            nodes.items(argument).iter().map(|item| nodes.text(*item)).collect();
        parts.map(|parts| parts.join("."))
    }

    /// The text of `Fn::Sub` with its `${…}` replaced.
    fn substituted(&self, argument: Id, depth: u32) -> Option<Vec<Part<'n>>> {
        let nodes = self.template.nodes;
        let (text, names) = match nodes.items(argument) {
            [text, names] => (*text, Some(*names)),
            _ => (argument, None),
        };
        let Kind::Text(text) = &nodes.get(text).kind else { return None };
        let value = &*text.value;
        let mut parts = Vec::new();
        let mut at = 0;
        let plain = |parts: &mut Vec<Part<'n>>, range: std::ops::Range<usize>| {
            parts.extend(dynamic(text, range));
        };
        while let Some(start) = value.get(at..).and_then(|rest| rest.find("${")).map(|i| at + i) {
            let Some(end) = value.get(start..).and_then(|rest| rest.find('}')) else { break };
            let end = start + end;
            let name = value.get(start + 2..end).unwrap_or_default();
            plain(&mut parts, at..start);
            if name.starts_with('!') {
                // `${!x}` is `${x}` in the result.
                plain(&mut parts, start..start + 2);
                plain(&mut parts, start + 3..end + 1);
            } else {
                let range = Source::Text(text, 0).range(start, end + 1);
                parts.extend(self.named(name.trim(), names, range, depth));
            }
            at = end + 1;
        }
        plain(&mut parts, at..value.len());
        Some(parts)
    }

    /// What a name inside `Fn::Sub` stands for.
    fn named(&self, name: &str, names: Option<Id>, range: TextRange, depth: u32) -> Vec<Part<'n>> {
        let own = names.and_then(|names| self.template.nodes.member(names, name));
        if let Some(own) = own {
            // Another `Fn::Sub` may give the same name to something else.
            let hole = || vec![Part::Hole(format!("{name} at {}", range.start), range)];
            return self.text(own, depth).unwrap_or_else(hole);
        }
        match name.contains('.') {
            true => self.attribute(name, range),
            false => self.reference(name, range),
        }
    }

    fn joined(&self, argument: Id, depth: u32) -> Option<Vec<Part<'n>>> {
        let nodes = self.template.nodes;
        let &[between, list] = nodes.items(argument) else { return None };
        let Kind::Text(between) = &nodes.get(between).kind else { return None };
        let Resolved::Node(list) = self.resolve_within(list, depth) else { return None };
        let Kind::List(items) = &nodes.get(list).kind else { return None };
        let mut parts = Vec::new();
        let mut is_first = true;
        for item in items {
            if self.is_absent(*item) {
                continue;
            }
            if !is_first {
                parts.push(Part::Text(&between.value, Source::Text(between, 0)));
            }
            is_first = false;
            parts.extend(self.text(*item, depth)?);
            if !self.template.step() {
                return None;
            }
        }
        Some(parts)
    }

    fn selected(&self, argument: Id, depth: u32) -> Option<Vec<Part<'n>>> {
        let nodes = self.template.nodes;
        let &[index, list] = nodes.items(argument) else { return None };
        let index: usize = nodes.text(index)?.parse().ok()?;
        let Resolved::Node(list) = self.resolve_within(list, depth) else { return None };
        self.text(*nodes.items(list).get(index)?, depth)
    }

    /// The value that `Fn::FindInMap` finds, if its names are written out.
    fn find_in_map(&self, argument: Id, depth: u32) -> Option<Id> {
        let nodes = self.template.nodes;
        let &[map, first, second] = nodes.items(argument) else { return None };
        let name = |id| match self.resolve_within(id, depth) {
            Resolved::Node(id) => nodes.text(id),
            Resolved::Parts(_) | Resolved::Absent => None,
        };
        let map = nodes.member(self.template.mappings?, name(map)?)?;
        nodes.member(nodes.member(map, name(first)?)?, name(second)?)
    }
}
