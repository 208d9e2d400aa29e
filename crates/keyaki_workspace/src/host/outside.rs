//! Roles, users and groups outside of a template, with what the template attaches to them.
//!
//! What else they have is not known; the comparison of two revisions needs it as little as that of a
//! policy by itself.

use std::cell::RefCell;
use std::collections::BTreeSet;

use super::node::Id;
use super::reader::{ATTACHED, Reader};
use super::stack::Stack;
use crate::holder::{Holder, Kind, Way, ways_of};

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
        let mut all = Vec::new();
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
            let is_told = !text.contains(" at ") && !text.contains("${targets}");
            let may_be = !is_open || self.may_be_anybody(text) && !has_named;
            is_told && may_be && !names.iter().any(|names| names.contains(text))
        };
        let all = self.resources().into_iter().filter(|(_, id)| !self.stack.is_open(*id));
        let all = all.flat_map(|(_, id)| self.targets(id));
        all.filter(|(_, text)| is_outside(text)).collect()
    }

    /// Whom a policy is attached to.
    fn targets(&self, resource: Id) -> Vec<Outsider> {
        let of_type = |(t, _): &&(&str, _)| self.stack.type_of(resource) == Some(*t);
        let properties = ATTACHED.iter().find(of_type).map_or(&[][..], |(_, all)| all);
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
                way.identity.push(self.policy_resource(name, id, &mut used));
            }
        }
        (way, used)
    }
}

/// Who is named by a property.
fn word(property: &str) -> &'static str {
    match property {
        "Roles" | "RoleName" => "role",
        "Users" | "UserName" => "user",
        _ => "group",
    }
}
