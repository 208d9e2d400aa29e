//! What a role, user or group of a module has, under assumptions about conditions.

use std::collections::BTreeMap;
use std::sync::Arc;

use hcl_edit::expr::Expression;
use keyaki_diag::TextRange;

use super::evaluate::{Evaluator, OF, Scope};
use super::holders::{Resource, Stack};
use super::instance::{Instance, Instances};
use super::meant::Meant;
use super::origins;
use crate::holder::{Body, Part, Way};
use crate::host::attaching::{ATTACHED, INLINE};
use crate::host::is_readable;
use crate::host::reader::managed;
use crate::host::value::{Kind, Piece, Value};
use crate::host::written::plain_label;

/// A module under assumptions about its conditions.
pub(super) struct Reader<'r, 'm> {
    pub(super) stack: &'r Stack<'m>,
    pub(super) evaluator: Evaluator<'r>,
}

/// A resource, or an instance of one.
#[derive(Clone, Copy)]
pub(super) struct Principal<'r, 'm> {
    pub(super) resource: &'r Resource<'m>,
    pub(super) instance: Option<&'r Instance>,
}

/// A role, user or group with what is written in its block.
pub(super) struct Target<'r, 'm> {
    pub(super) who: Principal<'r, 'm>,
    pub(super) arguments: Value,
}

impl<'m> Reader<'_, 'm> {
    pub(super) fn instances(&self, resource: &Resource<'m>) -> Instances {
        let address = resource.address();
        let scope = Scope { block: &address, ..Scope::of(resource.file) };
        self.evaluator.instances(resource.block, scope)
    }

    /// Whether an instance is there.
    pub(super) fn is_there(&self, who: Principal<'_, 'm>) -> bool {
        match (self.instances(who.resource), who.instance) {
            (Instances::One, None) => true,
            (Instances::Known(all), Some(own)) => all.iter().any(|i| i.index == own.index),
            (Instances::Known(all), None) => !all.is_empty(),
            (Instances::Any(text), None) => self.is_any(who.resource, "key in", &text),
            (Instances::One | Instances::Any(_), Some(_)) => false,
        }
    }

    /// What is assumed of the number of instances.
    fn is_any(&self, resource: &Resource<'m>, what: &str, text: &str) -> bool {
        let address = resource.address();
        let scope = Scope { block: &address, ..Scope::of(resource.file) };
        self.evaluator.assume_that(&format!("{what} {text}"), text, scope)
    }

    /// The arguments of a resource, or of an instance of it.
    pub(super) fn arguments(&self, who: Principal<'_, 'm>) -> Value {
        let bound = who.bound();
        let address = who.resource.address();
        let scope = Scope { bound: bound.as_ref(), block: &address, ..Scope::of(who.resource.file) };
        self.evaluator.block(who.resource.block, scope)
    }

    /// The policy in an attribute; none where it is left out.
    pub(super) fn attribute(
        &self,
        who: Principal<'_, 'm>,
        value: &Expression,
        steps: &str,
    ) -> Option<Part> {
        let place = who.place(steps);
        let bound = who.bound();
        let address = who.resource.address();
        let name = steps.split('/').next().unwrap_or(steps);
        if self.stack.repeated.contains(&address) || self.may_differ(who.resource, name) {
            return Some(Part::unknown("policy", &place));
        }
        let scope = Scope { bound: bound.as_ref(), block: &address, ..Scope::of(who.resource.file) };
        let value = self.evaluator.value(value, scope);
        // In a dynamic block it may be several.
        let is_several = steps.contains('/') && is_of(&value, "");
        if is_several {
            return Some(Part::unknown("policy", &place));
        }
        self.document(&value, &place, None)
    }

    /// Whether a deployment leaves an attribute as it is, or another file changes it.
    fn may_differ(&self, resource: &Resource<'m>, attribute: &str) -> bool {
        let ignored = resource.block.body.get_blocks("lifecycle").any(|own| {
            let ignored = own.body.get_attribute("ignore_changes").map(|a| a.value.to_string());
            ignored.is_some_and(|text| {
                let mut words = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
                words.any(|word| word == attribute || word == "all")
            })
        });
        ignored || self.stack.module.unknown_files().iter().any(|(_, is_override)| *is_override)
    }

    /// What a role, user or group has.
    pub(super) fn principal(&self, who: Principal<'_, 'm>) -> Way {
        let mut way = Way::default();
        if !self.is_there(who) {
            return way;
        }
        let target = Target { who, arguments: self.arguments(who) };
        self.own(&target, &mut way);
        self.granted(&target, &mut way);
        if who.resource.kind == "aws_iam_user" {
            self.groups(&target, &mut way);
        }
        for (file, _) in self.stack.module.unknown_files() {
            way.identity.push(Part::unknown(&format!("what `{file}` says"), ""));
        }
        for call in &self.stack.calls {
            let who = Principal { resource: call, instance: None };
            if self.hands_on(&self.arguments(who), &target) {
                let what = format!("what module `{}` adds", call.name);
                way.identity.push(self.stack.open(&what, &call.address()));
            }
        }
        way
    }

    /// What stands in its block.
    fn own(&self, target: &Target<'_, 'm>, way: &mut Way) {
        let who = target.who;
        let is_open = |name: &str| {
            self.stack.repeated.contains(&who.resource.address())
                || self.may_differ(who.resource, name)
        };
        let argument = |name: &str| match is_open(name) {
            true => Some(Value::hole("…", TextRange::default())),
            false => target.arguments.member(name).cloned(),
        };
        if let Some(inline) = argument("inline_policy") {
            self.inline(&inline, who, way);
        }
        if let Some(arns) = argument("managed_policy_arns") {
            for arn in listed(arns) {
                way.identity.push(self.managed(&arn, &who.place("managed_policy_arns")));
            }
        }
        if let Some(boundary) = argument("permissions_boundary") {
            let is_empty = boundary.plain().is_some_and(|text| text.is_empty());
            let part = || self.managed(&boundary, &who.place("permissions_boundary"));
            way.boundary = (!is_empty).then(|| vec![part()]);
        }
        if who.resource.kind == "aws_iam_role" {
            let trust = argument("assume_role_policy");
            let place = who.place("assume_role_policy");
            way.resource = trust.and_then(|trust| self.document(&trust, &place, Some(who.resource)));
        }
    }

    fn inline(&self, inline: &Value, who: Principal<'_, 'm>, way: &mut Way) {
        let place = who.place("inline_policy");
        let Some(items) = inline.items() else {
            return way.identity.push(Part::unknown("inline policies", &place));
        };
        for (index, item) in items.iter().enumerate() {
            let place = format!("{place}/{index}/policy");
            match (&item.kind, item.member("policy")) {
                (Kind::Map(_), Some(policy)) => {
                    way.identity.extend(self.document(policy, &place, Some(who.resource)));
                }
                (Kind::Map(_), None) => {}
                _ => way.identity.push(Part::unknown("inline policies", &place)),
            }
        }
    }

    /// What the resources of the module attach to it.
    fn granted(&self, target: &Target<'_, 'm>, way: &mut Way) {
        for resource in &self.stack.resources {
            let rows = INLINE.iter().chain(&ATTACHED);
            let rows = rows.filter(|(t, _, of)| *t == resource.kind && *of == target.who.resource.kind);
            for (_, attribute, _) in rows {
                self.grants_of(resource, attribute, target, way);
            }
            if may_grant(resource.kind) {
                let who = Principal { resource, instance: None };
                if self.hands_on(&self.arguments(who), target) {
                    let what = format!("what `{}` adds", resource.address());
                    way.identity.push(self.stack.open(&what, &resource.address()));
                }
            }
        }
    }

    fn grants_of(
        &self,
        resource: &Resource<'m>,
        attribute: &str,
        target: &Target<'_, 'm>,
        way: &mut Way,
    ) {
        let address = resource.address();
        let all = match self.instances(resource) {
            Instances::Known(all) => all.into_iter().map(|one| (Some(one), None)).collect(),
            Instances::One => vec![(None, None)],
            Instances::Any(text) => vec![(None, Some(text))],
        };
        for (instance, any) in all {
            let own = Principal { resource, instance: instance.as_ref() };
            let arguments = self.arguments(own);
            let Some(named) = arguments.member(attribute) else { continue };
            let is_one = match self.meant(named, target) {
                Meant::No => continue,
                Meant::Maybe => {
                    let what = format!("whom `{}` is attached to", own.address());
                    way.identity.push(self.stack.open(&what, &address));
                    continue;
                }
                Meant::This => false,
                Meant::Aligned => true,
            };
            self.stack.taken.borrow_mut().insert(address.clone());
            if let Some(text) = &any {
                let what = if is_one { "key in" } else { "any in" };
                if !self.is_any(resource, what, text) {
                    continue;
                }
            }
            // Several that differ from each other are like one of which nothing is known.
            let is_several = any.is_some() && !is_one && is_of(&arguments, &address);
            if is_several || self.stack.repeated.contains(&address) {
                let what = format!("what `{address}` attaches");
                way.identity.push(self.stack.open(&what, &address));
                continue;
            }
            self.grant(own, &arguments, way);
        }
    }

    /// The policies that a resource attaches.
    fn grant(&self, own: Principal<'_, 'm>, arguments: &Value, way: &mut Way) {
        let is_inline = INLINE.iter().any(|(t, ..)| *t == own.resource.kind);
        let attribute = match own.resource.kind {
            _ if is_inline => "policy",
            kind if kind.ends_with("_exclusive") => "policy_arns",
            _ => "policy_arn",
        };
        let place = own.place(attribute);
        let value = match self.may_differ(own.resource, attribute) {
            true => Some(Value::hole("…", TextRange::default())),
            false => arguments.member(attribute).cloned(),
        };
        let parts: Vec<Part> = match value {
            Some(value) if is_inline => {
                self.document(&value, &place, Some(own.resource)).into_iter().collect()
            }
            Some(value) => listed(value).iter().map(|arn| self.managed(arn, &place)).collect(),
            None => Vec::new(),
        };
        for part in parts {
            if !way.identity.iter().any(|known| known.name == part.name) {
                way.identity.push(part);
            }
        }
    }

    /// The policies of the groups of a user.
    fn groups(&self, target: &Target<'_, 'm>, way: &mut Way) {
        for resource in &self.stack.resources {
            let (users, groups) = match resource.kind {
                "aws_iam_user_group_membership" => ("user", "groups"),
                "aws_iam_group_membership" => ("users", "group"),
                _ => continue,
            };
            let all = match self.instances(resource) {
                Instances::Known(all) => all.into_iter().map(Some).collect(),
                Instances::One | Instances::Any(_) => vec![None],
            };
            for instance in all {
                let own = Principal { resource, instance: instance.as_ref() };
                let arguments = self.arguments(own);
                let named = arguments.member(users).map_or(Meant::No, |n| self.meant(n, target));
                let is_any = matches!(self.instances(resource), Instances::Any(_));
                match named {
                    Meant::No => {}
                    Meant::This | Meant::Aligned if !is_any => {
                        let groups = arguments.member(groups).cloned().into_iter();
                        groups.flat_map(listed).for_each(|group| self.group(&group, way));
                    }
                    Meant::This | Meant::Aligned | Meant::Maybe => {
                        let what = format!("whom `{}` adds", own.address());
                        way.identity.push(self.stack.open(&what, &resource.address()));
                    }
                }
            }
        }
    }

    /// What a group has.
    fn group(&self, group: &Value, way: &mut Way) {
        let unknown = || Part::unknown(&format!("group `{}`", spelled(group)), "");
        let groups = self.stack.resources.iter().filter(|r| r.kind == "aws_iam_group");
        let mut found = Vec::new();
        for resource in groups {
            let all = match self.instances(resource) {
                Instances::Known(all) => all.into_iter().map(Some).collect(),
                Instances::One => vec![None],
                Instances::Any(_) => return way.identity.push(unknown()),
            };
            for instance in all {
                let who = Principal { resource, instance: instance.as_ref() };
                let target = Target { who, arguments: self.arguments(who) };
                match self.meant(group, &target) {
                    Meant::This | Meant::Aligned => found.extend(self.principal(who).identity),
                    Meant::No => continue,
                    Meant::Maybe => return way.identity.push(unknown()),
                }
                return way.identity.extend(found);
            }
        }
        way.identity.push(unknown());
    }

    /// A managed policy by its ARN.
    fn managed(&self, arn: &Value, place: &str) -> Part {
        if let Kind::Hole(label) = &arn.kind
            && let Some(own) = self.policy_of(label)
        {
            return own;
        }
        let Some(pieces) = arn.pieces() else {
            return Part::unknown("managed policies", place);
        };
        let text = spelled(arn);
        if let Some(own) = self.policy_named(&text) {
            return own;
        }
        let is_partition = |label: &str| label.starts_with("data.aws_partition.");
        let plain = pieces.iter().map(|piece| match piece {
            Piece::Hole(label, _) if is_partition(label) => Some("aws"),
            Piece::Hole(..) | Piece::Json(_) => None,
            Piece::Text(_) | Piece::Made(..) => piece.plain(),
        });
        let plain: Option<String> = plain.collect();
        let part = managed(plain.as_deref().unwrap_or(&text));
        match part.body {
            Body::Unknown { .. } => self.unknown(arn, part),
            Body::Managed(_) | Body::Written { .. } => part,
        }
    }

    /// The policy that a label means, if that is one of the module, or one of AWS's that a data
    /// source names.
    fn policy_of(&self, label: &str) -> Option<Part> {
        let start = label.split(OF).next().unwrap_or(label);
        let (base, attribute) = start.rsplit_once('.')?;
        if !matches!(attribute, "arn" | "id") {
            return None;
        }
        let (address, index) = base.split_once('[').map_or((base, None), |(a, i)| (a, Some(i)));
        if address.starts_with("data.aws_iam_policy.") {
            let (_, block) = self.stack.block(address)?;
            let arn = block.body.get_attribute("arn")?.value.as_str()?;
            let part = managed(arn);
            return matches!(part.body, Body::Managed(_)).then_some(part);
        }
        let is_it = |r: &&Resource<'m>| r.kind == "aws_iam_policy" && r.address() == address;
        let resource = self.stack.resources.iter().find(is_it)?;
        let index = index.map(|index| index.trim_end_matches(']'));
        let instance = match (self.instances(resource), index) {
            (Instances::Known(all), Some(index)) => {
                Some(all.into_iter().find(|one| one.index == index)?)
            }
            (Instances::Known(_), None) => return None,
            // Some instance: what stands for its key and value is told apart by the index.
            (Instances::Any(_), Some(_)) => return self.some_policy(resource, label),
            (Instances::Any(_) | Instances::One, _) => None,
        };
        Some(self.policy(Principal { resource, instance: instance.as_ref() }))
    }

    /// One of several policies. Where they do not differ, it is that.
    fn some_policy(&self, resource: &Resource<'m>, label: &str) -> Option<Part> {
        let who = Principal { resource, instance: None };
        let policy = self.arguments(who).member("policy").cloned()?;
        match is_of(&policy, &resource.address()) {
            false => Some(self.policy(who)),
            true => {
                self.stack.taken.borrow_mut().insert(resource.address());
                let identity = self.stack.identity(&plain_label(label));
                let name = format!("managed policy `{label}`");
                Some(Part { name, body: Body::Unknown { identity } })
            }
        }
    }

    /// The policy of the module that has a name.
    fn policy_named(&self, arn: &str) -> Option<Part> {
        let (_, name) = arn.split_once(":policy/")?;
        let name = name.rsplit('/').next()?;
        let all = self.stack.resources.iter().filter(|r| r.kind == "aws_iam_policy");
        let mut all = all.map(|resource| Principal { resource, instance: None });
        let found = all.find(|who| {
            let own = self.arguments(*who);
            own.member("name").is_some_and(|own| spelled(own) == name)
        })?;
        let is_one = matches!(self.instances(found.resource), Instances::One);
        is_one.then(|| self.policy(found))
    }

    /// The document of a managed policy of the module.
    fn policy(&self, who: Principal<'_, 'm>) -> Part {
        let address = who.resource.address();
        self.stack.taken.borrow_mut().insert(address.clone());
        let place = who.place("policy");
        let is_open =
            self.stack.repeated.contains(&address) || self.may_differ(who.resource, "policy");
        let policy = self.arguments(who).member("policy").cloned().filter(|_| !is_open);
        let part = policy.and_then(|policy| self.document(&policy, &place, Some(who.resource)));
        part.unwrap_or_else(|| Part::unknown("policy", &place))
    }

    /// A document, or what is unknown in its place; none where it is left out. One of another file
    /// stands for no part of this one.
    pub(super) fn document(
        &self,
        value: &Value,
        place: &str,
        resource: Option<&Resource<'m>>,
    ) -> Option<Part> {
        if value.plain().is_some_and(|text| text.trim().is_empty()) {
            return None;
        }
        let is_foreign = resource.is_some_and(|r| !std::ptr::eq(r.file, self.stack.module.own));
        let written = match is_foreign {
            true => value.at(TextRange::default()).written(),
            false => {
                self.stack.origins.borrow_mut().extend(origins(value));
                value.written()
            }
        };
        let Some(written) = written.filter(is_readable) else {
            return Some(self.unknown(value, Part::unknown("policy", place)));
        };
        let labels = written.labels().map(|label| (label.to_owned(), self.stack.identity(label)));
        let identities: BTreeMap<String, String> =
            labels.filter_map(|(label, is)| Some((label, is?))).collect();
        let body = Body::Written { written: Arc::new(written), identities };
        Some(Part { name: place.to_owned(), body })
    }

    /// A part of which nothing is known but what its value is called.
    fn unknown(&self, value: &Value, part: Part) -> Part {
        let mut identity = Some(String::new());
        for piece in value.pieces().unwrap_or_default() {
            let said = match &piece {
                Piece::Hole(label, _) => {
                    let is = self.stack.identity(&plain_label(label));
                    is.map(|is| format!("${{{is}}}"))
                }
                Piece::Json(_) => None,
                Piece::Text(_) | Piece::Made(..) => piece.plain().map(str::to_owned),
            };
            identity = identity.zip(said).map(|(all, said)| all + &said);
        }
        let identity = identity.filter(|text| !text.is_empty());
        Part { body: Body::Unknown { identity }, ..part }
    }
}

/// Resources of other kinds that may attach something to a role that they are given.
fn may_grant(kind: &str) -> bool {
    let starts = ["awscc_iam_", "aws_cloudformation_", "terraform_data", "null_resource"];
    starts.iter().any(|start| kind.starts_with(start))
}

/// The items of a list; a value that is none is the only one.
fn listed(value: Value) -> Vec<Value> {
    value.into_items().unwrap_or_else(|value| vec![value])
}

/// A text with the labels of its holes.
pub(super) fn spelled(value: &Value) -> String {
    let piece = |piece: &Piece| match piece {
        Piece::Hole(label, _) => format!("${{{label}}}"),
        Piece::Json(_) => "{…}".to_owned(),
        Piece::Text(_) | Piece::Made(..) => piece.plain().unwrap_or_default().to_owned(),
    };
    value.pieces().unwrap_or_default().iter().map(piece).collect()
}

/// Whether something in a value depends on which instance of a block it is in; where no block is
/// named, whether something in it is not known.
fn is_of(value: &Value, address: &str) -> bool {
    let end = if address.is_empty() { String::new() } else { format!("{OF}{address}") };
    let is_it = |label: &str| label.contains(&end);
    let piece = |piece: &Piece| match piece {
        Piece::Hole(label, _) => is_it(label),
        Piece::Json(value) => is_of(value, address),
        Piece::Text(_) | Piece::Made(..) => false,
    };
    match &value.kind {
        Kind::Hole(label) => is_it(label),
        Kind::Text(pieces) => pieces.iter().any(piece),
        Kind::List(items) => items.iter().any(|item| is_of(item, address)),
        Kind::Map(entries) => {
            entries.iter().any(|(name, own)| is_of(name, address) || is_of(own, address))
        }
        Kind::Json(value) => is_of(value, address),
        Kind::Bool(_) | Kind::Number(_) | Kind::Null => false,
    }
}

