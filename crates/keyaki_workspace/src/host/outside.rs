//! Roles, users and groups outside of a template, with what the template attaches to them.
//!
//! What else they have is not known; the comparison of two revisions needs it as little as that of a
//! policy by itself.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;

use super::node::Id;
use super::reader::{ADDITION, ATTACHED, Reader};
use super::stack::Stack;
use crate::holder::{Body, Holder, Kind, Part, Way, ways_of};

/// Somebody outside: the word for what they are, and the name.
type Outsider = (&'static str, String);

impl Stack<'_, '_> {
    /// Those who are named in policies and are none of the template, with the policies that name
    /// them.
    pub(super) fn outside(&self) -> (Vec<Holder>, BTreeSet<Id>) {
        let named: RefCell<BTreeSet<Outsider>> = RefCell::default();
        ways_of(|assumed, seen| {
            named.borrow_mut().extend(self.reader(assumed, seen).outsiders());
            Way::default()
        });
        let mut told = BTreeSet::new();
        let mut all = self.some();
        for outsider in named.into_inner() {
            let ways = ways_of(|assumed, seen| {
                let (way, used) = self.reader(assumed, seen).attached_outside(&outsider);
                told.extend(used);
                way
            });
            let (word, name) = outsider;
            all.push(self.holder(format!("{word} {name}"), Kind::Outsider, ways));
        }
        (all, told)
    }

    /// Those of whom it is not known who they are.
    fn some(&self) -> Vec<Holder> {
        let mut all = Vec::new();
        let is_giving = |kind| kind == ADDITION || ATTACHED.iter().any(|(t, _)| *t == kind);
        let giving =
            self.resources.iter().filter(|(_, id)| self.type_of(*id).is_some_and(is_giving));
        for &(name, id) in giving {
            let is_some = Cell::new(false);
            let ways = ways_of(|assumed, seen| {
                let way = self.reader(assumed, seen).given_to_some(name, id);
                is_some.set(is_some.get() || !way.identity.is_empty());
                way
            });
            let named = || self.holder(format!("whom {name} means"), Kind::Outsider, ways);
            all.extend(is_some.get().then(named));
        }
        all
    }
}

impl Reader<'_, '_> {
    /// Those whom policies name and who are none of the template. A parameter means nobody of it,
    /// unless one has a name of their own.
    fn outsiders(&self) -> BTreeSet<Outsider> {
        self.stack.template.restart();
        let principals = self.resources().into_iter();
        let principals = principals.filter(|(_, id)| self.stack.is_principal(*id));
        let names: Vec<Vec<String>> = principals.map(|(name, id)| self.names(name, id)).collect();
        let has_named = names.iter().any(|names| names.len() > 1);
        let is_outside = |text: &String| {
            let is_open = text.contains("${");
            let may_be = !is_open || self.may_be_anybody(text) && !has_named;
            is_told(text) && may_be && !names.iter().any(|names| names.contains(text))
        };
        let all = self.resources().into_iter().filter(|(_, id)| !self.stack.is_open(*id));
        let all = all.flat_map(|(_, id)| self.targets(id));
        all.filter(|(_, text)| is_outside(text)).collect()
    }

    /// Whom a policy is attached to, or whom a resource makes members of a group.
    fn targets(&self, resource: Id) -> Vec<Outsider> {
        let kind = self.stack.type_of(resource).unwrap_or_default();
        let attached = ATTACHED.iter().find(|(t, _)| *t == kind).map_or(&[][..], |(_, all)| all);
        let properties = if kind == ADDITION { &["Users"] } else { attached };
        let of = |name: &&'static str| {
            let list = self.stack.property(resource, name).into_iter();
            let word = word(name);
            let texts = list.flat_map(|list| self.texts(list, "targets"));
            texts.map(|text| (word, text)).collect::<Vec<_>>()
        };
        properties.iter().flat_map(of).collect()
    }

    /// What is attached to somebody outside.
    fn attached_outside(&self, outsider: &Outsider) -> (Way, BTreeSet<Id>) {
        self.stack.template.restart();
        let (mut way, mut used) = (Way::default(), BTreeSet::new());
        for (name, id) in self.resources() {
            if !self.stack.is_open(id) && self.targets(id).contains(outsider) {
                self.give(name, id, &mut way, &mut used);
            }
        }
        (way, used)
    }

    /// Adds what a resource gives: its policy, or what a group has.
    fn give(&self, name: &str, id: Id, way: &mut Way, used: &mut BTreeSet<Id>) {
        if self.stack.type_of(id) != Some(ADDITION) {
            return way.identity.push(self.policy_resource(name, id, used));
        }
        let groups = self.stack.property(id, "GroupName").into_iter();
        for group in groups.flat_map(|list| self.texts(list, "GroupName")) {
            if self.group(&group, way, used) {
                continue;
            }
            // What the template attaches to it, and what nobody knows.
            let outsider = ("group", group);
            for (name, id) in self.resources() {
                let is_it = !self.stack.is_open(id) && self.targets(id).contains(&outsider);
                way.identity.extend(is_it.then(|| self.policy_resource(name, id, used)));
            }
            let (_, group) = outsider;
            let identity = (!group.contains("${")).then(|| format!("group {group}"));
            let body = Body::Unknown { identity };
            way.identity.push(Part { name: format!("group `{group}`"), body });
        }
    }

    /// What a resource gives to those of whom it is not known who they are.
    fn given_to_some(&self, name: &str, id: Id) -> Way {
        self.stack.template.restart();
        let mut way = Way::default();
        let is_some =
            || self.stack.is_open(id) || self.targets(id).iter().any(|(_, text)| !is_told(text));
        if self.is_there(id) && is_some() {
            way.identity.push(Part::unknown(&format!("whom `{name}` means"), ""));
            self.give(name, id, &mut way, &mut BTreeSet::new());
        }
        way
    }
}

/// Whether a name tells who is meant.
fn is_told(name: &str) -> bool {
    !name.contains(" at ") && !name.contains("${targets}")
}

/// Who is named by a property.
fn word(property: &str) -> &'static str {
    match property {
        "Roles" | "RoleName" => "role",
        "Users" | "UserName" => "user",
        _ => "group",
    }
}
