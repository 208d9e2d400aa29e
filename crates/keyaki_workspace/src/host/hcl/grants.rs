//! What a role, user or group of a module has, under assumptions about conditions.

use std::cell::RefCell;
use std::collections::HashMap;

use hcl_edit::expr::Expression;
use hcl_edit::structure::Block;
use keyaki_diag::TextRange;

use super::attached::range_of;
use super::evaluate::{Evaluator, Scope};
use super::holders::{Resource, Stack};
use super::instance::{Instance, Instances};
use super::meant::Meant;
use super::policies::{is_of, spelled};
use crate::holder::{Part, Way};
use crate::host::attaching::INLINE;
use crate::host::value::{Kind, Value};

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
    /// Where the inline policies are among those that were found, by their names.
    inline: RefCell<HashMap<String, usize>>,
}

impl<'r, 'm> Target<'r, 'm> {
    pub(super) fn new(who: Principal<'r, 'm>, arguments: Value) -> Target<'r, 'm> {
        Target { who, arguments, inline: RefCell::default() }
    }

    /// Whether an inline policy of that name is known. Of several the one that is written last is
    /// there, and nobody knows which that is.
    fn has_inline(&self, policy: &Value, way: &mut Way) -> bool {
        let Some(name) = policy.member("name").and_then(Value::plain) else { return false };
        let next = way.identity.len();
        let mut inline = self.inline.borrow_mut();
        let at = *inline.entry(name.to_ascii_lowercase()).or_insert(next);
        if let Some(known) = way.identity.get_mut(at) {
            *known = Part::unknown("inline policies of one name", &known.name);
        }
        at < next
    }
}

/// Whether two resources may be in other accounts, as they name other providers.
fn is_apart(one: &Resource<'_>, other: &Resource<'_>) -> bool {
    let provider = |own: &Resource<'_>| {
        let named = &own.block.body.get_attribute("provider")?.value;
        Some(range_of(named).slice(&own.file.text).trim().to_owned())
    };
    let default = || "aws".to_owned();
    provider(one).unwrap_or_else(default) != provider(other).unwrap_or_else(default)
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
        let scope =
            Scope { bound: bound.as_ref(), block: &address, ..Scope::of(who.resource.file) };
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
        let scope =
            Scope { bound: bound.as_ref(), block: &address, ..Scope::of(who.resource.file) };
        let value = self.evaluator.value(value, scope);
        // In a dynamic block it may be several.
        let is_several = steps.contains('/') && is_of(&value, "");
        if is_several {
            return Some(Part::unknown("policy", &place));
        }
        self.document(&value, &place, Some(who.resource))
    }

    /// Whether a deployment leaves an attribute as it is, or another file changes it.
    pub(super) fn may_differ(&self, resource: &Resource<'m>, attribute: &str) -> bool {
        is_ignored(resource.block, attribute)
            || self.stack.unknown_files.iter().any(|(_, is_override)| *is_override)
    }

    /// What a role, user or group has.
    pub(super) fn principal(&self, who: Principal<'_, 'm>) -> Way {
        let mut way = Way::default();
        if !self.is_there(who) {
            return way;
        }
        let target = Target::new(who, self.arguments(who));
        self.own(&target, &mut way);
        self.granted(&target, &mut way);
        if who.resource.kind == "aws_iam_user" {
            self.groups(&target, &mut way);
        }
        for (file, _) in &self.stack.unknown_files {
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
            self.inline(&inline, target, way);
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
            way.resource =
                trust.and_then(|trust| self.document(&trust, &place, Some(who.resource)));
        }
    }

    fn inline(&self, inline: &Value, target: &Target<'_, 'm>, way: &mut Way) {
        let who = target.who;
        let place = who.place("inline_policy");
        let Some(items) = inline.items() else {
            return way.identity.push(Part::unknown("inline policies", &place));
        };
        for (index, item) in items.iter().enumerate() {
            let place = format!("{place}/{index}/policy");
            match (&item.kind, item.member("policy")) {
                (Kind::Map(_), Some(_)) if target.has_inline(item, way) => {}
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
        let own = target.who.resource;
        for (at, attribute) in self.stack.attaching.to(own.kind, own.name) {
            if let Some(resource) = self.stack.resources.get(at) {
                self.grants_of(resource, attribute, target, way);
            }
            if way.identity.len() > MOST_PARTS {
                return way.identity.push(Part::unknown("what else is attached", ""));
            }
        }
        for resource in &self.stack.resources {
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
            let meant = match (is_ignored(resource.block, attribute), self.meant(named, target)) {
                (true, _) => Meant::Maybe,
                (_, Meant::This | Meant::Aligned) if is_apart(resource, target.who.resource) => {
                    Meant::Maybe
                }
                (_, meant) => meant,
            };
            let is_one = match meant {
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
            let is_inline = INLINE.iter().any(|(kind, ..)| *kind == resource.kind);
            if is_inline && target.has_inline(&arguments, way) {
                continue;
            }
            if !is_one {
                if self.is_there_at_all(own) {
                    self.grant_all(own, &arguments, way);
                }
                continue;
            }
            let is_there = any.is_none_or(|text| self.is_any(resource, "key in", &text));
            match is_there {
                true if self.stack.repeated.contains(&address) => {
                    self.grant_all(own, &arguments, way)
                }
                true => self.grant(own, &arguments, way),
                false => {}
            }
        }
    }

    /// Whether an instance is there, or any where these are not told apart.
    pub(super) fn is_there_at_all(&self, own: Principal<'_, 'm>) -> bool {
        match (self.instances(own.resource), own.instance) {
            (Instances::Any(text), None) => self.is_any(own.resource, "any in", &text),
            _ => true,
        }
    }

    /// What one or all instances attach. Several that differ from each other are like one of which
    /// nothing is known.
    pub(super) fn grant_all(&self, own: Principal<'_, 'm>, arguments: &Value, way: &mut Way) {
        let address = own.resource.address();
        let is_any =
            own.instance.is_none() && matches!(self.instances(own.resource), Instances::Any(_));
        if is_any && is_of(arguments, &address) || self.stack.repeated.contains(&address) {
            let what = format!("what `{address}` attaches");
            self.stack.taken.borrow_mut().insert(address.clone());
            return way.identity.push(self.stack.open(&what, &address));
        }
        self.stack.taken.borrow_mut().insert(address);
        self.grant(own, arguments, way);
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
                let named = match is_ignored(resource.block, users) {
                    true => Meant::Maybe,
                    false => arguments.member(users).map_or(Meant::No, |n| self.meant(n, target)),
                };
                let is_apart = is_apart(resource, target.who.resource);
                let is_open = is_ignored(resource.block, groups) || is_apart;
                let named = match is_open && named != Meant::No {
                    true => Meant::Maybe,
                    false => named,
                };
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
                let target = Target::new(who, self.arguments(who));
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
}

/// Whether a deployment leaves an attribute of a block as it is.
pub(super) fn is_ignored(block: &Block, attribute: &str) -> bool {
    block.body.get_blocks("lifecycle").any(|own| {
        let ignored = own.body.get_attribute("ignore_changes").map(|a| a.value.to_string());
        ignored.is_some_and(|text| {
            let mut words = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
            words.any(|word| word == attribute || word == "all")
        })
    })
}

/// How many policies of one holder are told apart.
const MOST_PARTS: usize = 500;

/// Resources of other kinds that may attach something to a role that they are given.
fn may_grant(kind: &str) -> bool {
    let starts = ["awscc_iam_", "aws_cloudformation_", "terraform_data", "null_resource"];
    starts.iter().any(|start| kind.starts_with(start))
}

/// The items of a list; a value that is none is the only one.
fn listed(value: Value) -> Vec<Value> {
    value.into_items().unwrap_or_else(|value| vec![value])
}
