//! Roles, users and groups outside of a module, with what the module attaches to them.

use std::cell::RefCell;
use std::collections::BTreeSet;

use super::grants::{Principal, Reader, Target};
use super::holders::{Resource, Stack};
use super::instance::{Instance, Instances};
use super::meant::Meant;
use super::policies::{is_of, spelled};
use crate::holder::{Holder, Kind, Way};
use crate::host::attaching::{MOST_OUTSIDERS, OUTSIDERS};
use crate::host::value::Value;

impl<'m> Stack<'m> {
    /// Those who are named and are none of the module, and the addresses of the policies that are
    /// attached to them.
    pub(super) fn outside(&self) -> (Vec<Holder>, BTreeSet<String>) {
        let before = self.taken.borrow().clone();
        let mut all = Vec::new();
        for (kind, word) in OUTSIDERS {
            let named: RefCell<BTreeSet<String>> = RefCell::default();
            self.ways(|reader| {
                named.borrow_mut().extend(reader.outsiders(kind));
                Way::default()
            });
            for name in named.into_inner().into_iter().take(MOST_OUTSIDERS) {
                let ways = self.ways(|reader| reader.attached_outside(kind, &name));
                all.push(self.holder(format!("{word} {name}"), Kind::Outsider, ways));
            }
        }
        let now = self.taken.replace(before);
        let told = now.difference(&self.taken.borrow()).cloned().collect();
        (all, told)
    }
}

impl<'m> Reader<'_, 'm> {
    /// The names of those of a type to whom something is attached, and who are sure to be none of
    /// the module.
    fn outsiders(&self, kind: &str) -> BTreeSet<String> {
        let own: Vec<Target<'_, 'm>> = self.principals(kind);
        let mut all = BTreeSet::new();
        for (resource, attribute) in self.open_rows(kind) {
            for (_, arguments) in self.turns(resource) {
                for item in items(&arguments, attribute) {
                    let name = spelled(item);
                    let is_told = !name.contains('…') && !is_of(item, &resource.address());
                    let is_nobody = own.iter().all(|one| self.meant(item, one) == Meant::No);
                    if is_told && is_nobody && !name.is_empty() {
                        all.insert(name);
                    }
                }
            }
        }
        all
    }

    fn principals(&self, kind: &str) -> Vec<Target<'_, 'm>> {
        let all = self.stack.resources.iter().filter(|resource| resource.kind == kind);
        let target = |resource| {
            let who = Principal { resource, instance: None };
            Target::new(who, self.arguments(who))
        };
        all.map(target).collect()
    }

    fn open_rows(&self, kind: &str) -> Vec<(&Resource<'m>, &'static str)> {
        let rows = self.stack.attaching.open(kind).iter();
        rows.filter_map(|(at, name)| Some((self.stack.resources.get(*at)?, *name))).collect()
    }

    /// What is attached to somebody outside.
    fn attached_outside(&self, kind: &str, name: &str) -> Way {
        let mut way = Way::default();
        for (resource, attribute) in self.open_rows(kind) {
            for (instance, arguments) in self.turns(resource) {
                let is_meant = items(&arguments, attribute).iter().any(|i| spelled(i) == name);
                let own = Principal { resource, instance: instance.as_ref() };
                if is_meant && self.is_there_at_all(own) {
                    self.grant_all(own, &arguments, &mut way);
                }
            }
        }
        way
    }

    /// The instances of a resource with their arguments; one for any of them.
    fn turns(&self, resource: &Resource<'m>) -> Vec<(Option<Instance>, Value)> {
        let all = match self.instances(resource) {
            Instances::Known(all) => all.into_iter().map(Some).collect(),
            Instances::One | Instances::Any(_) => vec![None],
        };
        let turn = |instance: Option<Instance>| {
            let arguments = self.arguments(Principal { resource, instance: instance.as_ref() });
            (instance, arguments)
        };
        all.into_iter().map(turn).collect()
    }
}

/// The names in an attribute.
fn items<'v>(arguments: &'v Value, attribute: &str) -> &'v [Value] {
    let named = arguments.member(attribute);
    named.map_or(&[], |own| own.items().unwrap_or(std::slice::from_ref(own)))
}
