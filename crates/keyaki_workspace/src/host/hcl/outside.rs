//! Roles, users and groups outside of a module, with what the module attaches to them.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use super::grants::{Principal, Reader, Target};
use super::holders::{Resource, Stack};
use super::instance::{Instance, Instances};
use super::meant::Meant;
use super::policies::{is_of, spelled};
use crate::holder::{Body, Holder, Kind, Part, Way};
use crate::host::attaching::{MEMBERSHIPS, MOST_OUTSIDERS, OUTSIDERS, beyond};
use crate::host::value::{Kind as ValueKind, Value};

/// A resource that gives something to somebody, with the attribute that tells to whom.
struct Row<'r, 'm> {
    resource: &'r Resource<'m>,
    whom: &'static str,
    /// The attribute with the groups that one becomes a member of.
    groups: Option<&'static str>,
}

/// Those outside who are given something.
#[derive(Default)]
struct Named {
    names: BTreeSet<String>,
    /// How those are spelled who cannot be told, by the addresses of what is given to them.
    open: BTreeMap<String, BTreeSet<String>>,
}

impl<'m> Stack<'m> {
    /// Those who are named and are none of the module, and the addresses of the policies that are
    /// attached to them.
    pub(super) fn outside(&self) -> (Vec<Holder>, BTreeSet<String>) {
        let before = self.taken.borrow().clone();
        let mut all = Vec::new();
        for (kind, word) in OUTSIDERS {
            let named: RefCell<Named> = RefCell::default();
            self.ways(|reader| {
                reader.outsiders(kind, &mut named.borrow_mut());
                Way::default()
            });
            let Named { names, open } = named.into_inner();
            let is_more = names.len().max(open.len()) > MOST_OUTSIDERS;
            for name in names.into_iter().take(MOST_OUTSIDERS) {
                let ways = self.ways(|reader| reader.given_outside(kind, &name));
                all.push(self.holder(format!("{word} {name}"), Kind::Outsider, ways));
            }
            for (address, spellings) in open.into_iter().take(MOST_OUTSIDERS) {
                let ways = self.ways(|reader| reader.given_to_some(kind, &address, &spellings));
                let name = format!("whichever {word} {address} means");
                all.push(self.holder(name, Kind::Outsider, ways));
            }
            all.extend(is_more.then(|| beyond(word)));
        }
        let now = self.taken.replace(before);
        let told = now.difference(&self.taken.borrow()).cloned().collect();
        (all, told)
    }
}

impl<'m> Reader<'_, 'm> {
    /// Adds those of a type who are given something, and are not sure to be of the module.
    fn outsiders(&self, kind: &str, all: &mut Named) {
        let own = self.principals(kind);
        for row in self.open_rows(kind) {
            let address = row.resource.address();
            for (_, arguments) in self.turns(row.resource) {
                for item in items(&arguments, row.whom) {
                    let name = spelled(item);
                    match self.is_told(item, &address) && self.is_nobody(item, &own) {
                        true if name.is_empty() => {}
                        true => all.names.extend([name]),
                        false if self.is_inside(item, &own) => {}
                        false => all.open.entry(address.clone()).or_default().extend([name]),
                    }
                }
            }
        }
    }

    /// Whether it is told who is meant.
    fn is_told(&self, item: &Value, address: &str) -> bool {
        item.pieces().is_some() && !spelled(item).contains('…') && !is_of(item, address)
    }

    fn is_nobody(&self, item: &Value, own: &[Target<'_, 'm>]) -> bool {
        own.iter().all(|one| self.meant(item, one) == Meant::No)
    }

    /// Whether somebody of the module is meant, or one of several of a name.
    fn is_inside(&self, item: &Value, own: &[Target<'_, 'm>]) -> bool {
        let is_it = |one: &Target<'_, 'm>| {
            let start = one.who.resource.address();
            let refers = |label: &str| {
                label.strip_prefix(&start).is_some_and(|rest| rest.starts_with(['.', '[']))
            };
            matches!(&item.kind, ValueKind::Hole(label) if refers(label))
                || matches!(self.meant(item, one), Meant::This | Meant::Aligned)
        };
        own.iter().any(is_it)
    }

    fn principals(&self, kind: &str) -> Vec<Target<'_, 'm>> {
        let all = self.stack.resources.iter().filter(|resource| resource.kind == kind);
        let target = |resource| {
            let who = Principal { resource, instance: None };
            Target::new(who, self.arguments(who))
        };
        all.map(target).collect()
    }

    /// What attaches something to those of a type, or makes them members of groups.
    fn open_rows(&self, kind: &str) -> Vec<Row<'_, 'm>> {
        let resources = &self.stack.resources;
        let attached = self.stack.attaching.open(kind).iter().filter_map(|(at, whom)| {
            Some(Row { resource: resources.get(*at)?, whom, groups: None })
        });
        let members = resources.iter().filter(|_| kind == "aws_iam_user").filter_map(|resource| {
            let (_, whom, groups) = MEMBERSHIPS.iter().find(|(t, ..)| *t == resource.kind)?;
            Some(Row { resource, whom, groups: Some(groups) })
        });
        attached.chain(members).collect()
    }

    /// What is given to somebody outside.
    fn given_outside(&self, kind: &str, name: &str) -> Way {
        let mut way = Way::default();
        for row in self.open_rows(kind) {
            let address = row.resource.address();
            for (instance, arguments) in self.turns(row.resource) {
                let is_it = |i: &Value| self.is_told(i, &address) && spelled(i) == name;
                let own = Principal { resource: row.resource, instance: instance.as_ref() };
                if items(&arguments, row.whom).iter().any(is_it) && self.is_there_at_all(own) {
                    self.give(&row, own, &arguments, &mut way);
                }
            }
        }
        way
    }

    /// What is given by a resource of which it is not known to whom, and whom it means.
    fn given_to_some(&self, kind: &str, address: &str, spellings: &BTreeSet<String>) -> Way {
        let mut way = Way::default();
        for row in self.open_rows(kind).iter().filter(|row| row.resource.address() == address) {
            for (instance, arguments) in self.turns(row.resource) {
                let is_some = |item: &&Value| spellings.contains(&spelled(item));
                let own = Principal { resource: row.resource, instance: instance.as_ref() };
                let open: Vec<&Value> =
                    items(&arguments, row.whom).iter().filter(is_some).collect();
                if open.is_empty() || !self.is_there_at_all(own) {
                    continue;
                }
                let what = format!("whom `{}` means", own.address());
                let whom = |item| self.unknown(item, Part::unknown(&what, ""));
                way.identity.extend(open.into_iter().map(whom));
                self.give(row, own, &arguments, &mut way);
            }
        }
        way
    }

    /// Adds what a resource gives.
    fn give(&self, row: &Row<'_, 'm>, own: Principal<'_, 'm>, arguments: &Value, way: &mut Way) {
        let Some(groups) = row.groups else { return self.grant_all(own, arguments, way) };
        let address = row.resource.address();
        let is_any =
            own.instance.is_none() && matches!(self.instances(own.resource), Instances::Any(_));
        let is_open = is_any && is_of(arguments, &address)
            || self.stack.repeated.contains(&address)
            || self.may_differ(row.resource, groups);
        if is_open {
            let what = format!("what `{address}` makes one a member of");
            return way.identity.push(self.stack.open(&what, &address));
        }
        items(arguments, groups).iter().for_each(|group| self.member_of(group, way));
    }

    /// Adds what a group has. Of one outside that is what the module attaches to it, and what
    /// nobody knows.
    fn member_of(&self, group: &Value, way: &mut Way) {
        let kind = "aws_iam_group";
        if !self.is_told(group, "") || !self.is_nobody(group, &self.principals(kind)) {
            return self.group(group, way);
        }
        let name = spelled(group);
        way.identity.extend(self.given_outside(kind, &name).identity);
        let part = self.unknown(group, Part::unknown(&format!("group `{name}`"), ""));
        let body = match part.body {
            Body::Unknown { identity } => {
                Body::Unknown { identity: identity.map(|is| format!("group {is}")) }
            }
            body @ (Body::Written { .. } | Body::Managed(_)) => body,
        };
        way.identity.push(Part { body, ..part });
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
    let named = arguments.member(attribute).filter(|own| !matches!(own.kind, ValueKind::Null));
    named.map_or(&[], |own| own.items().unwrap_or(std::slice::from_ref(own)))
}
