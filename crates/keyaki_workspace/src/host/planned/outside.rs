//! Roles, users and groups outside of a plan, with what the plan attaches to them.

use std::collections::{BTreeMap, BTreeSet};

use super::{Plan, Resource, holder, unknown};
use crate::holder::{Holder, Kind, Way};
use crate::host::attaching::{ATTACHED, INLINE, MEMBERSHIPS, MOST_OUTSIDERS, OUTSIDERS, beyond};
use crate::host::plan::text;

/// Those outside who are given something, with the resources that do.
#[derive(Default)]
struct Named<'p, 't> {
    names: BTreeMap<String, Vec<&'p Resource<'t>>>,
    /// What is given to those who cannot be told.
    open: Vec<&'p Resource<'t>>,
}

impl<'t> Plan<'t> {
    /// Those whom the plan names and who are none of it, and the places of the policies that are
    /// attached to them.
    pub(super) fn outside(&self) -> (Vec<Holder>, BTreeSet<String>) {
        let before = self.taken.borrow().clone();
        let mut all = Vec::new();
        for (kind, word) in OUTSIDERS {
            let Named { names, open } = self.outsiders(kind);
            let is_more = names.len().max(open.len()) > MOST_OUTSIDERS;
            for (name, resources) in names.into_iter().take(MOST_OUTSIDERS) {
                let mut way = Way::default();
                resources.into_iter().for_each(|own| self.give(own, &mut way));
                all.push(holder(format!("{word} {name}"), Kind::Outsider, way));
            }
            for own in open.into_iter().take(MOST_OUTSIDERS) {
                let mut way = Way::default();
                way.identity.push(unknown("to whom it is given", own));
                self.give(own, &mut way);
                let name = format!("whichever {word} {} means", own.address);
                all.push(holder(name, Kind::Outsider, way));
            }
            all.extend(is_more.then(|| beyond(word)));
        }
        let now = self.taken.replace(before);
        let told = now.difference(&self.taken.borrow()).cloned().collect();
        (all, told)
    }

    /// The names of those of a type who are none of the plan, with the resources that attach
    /// something to them.
    fn outsiders(&self, kind: &str) -> Named<'_, 't> {
        let inside = self.resources.iter().filter(|own| own.kind == kind);
        let names = |own: &Resource<'t>| ["name", "arn"].map(|name| text(own.values, name));
        let inside: BTreeSet<&str> = inside.flat_map(names).flatten().collect();
        let mut all = Named::default();
        for own in &self.resources {
            for whom in whom(own, kind) {
                let texts = self.texts(own, whom);
                let is_left_out = texts.is_empty() && !self.references(own, whom).is_empty();
                let is_open = |(name, refs): &(String, Vec<String>)| {
                    name.is_empty() && self.referred(refs, own, kind).is_none()
                };
                if texts.iter().any(is_open) || is_left_out && own.values.get(whom).is_none() {
                    all.open.push(own);
                }
                for (name, _) in texts {
                    if !name.is_empty() && !inside.contains(name.as_str()) {
                        all.names.entry(name).or_default().push(own);
                    }
                }
            }
        }
        all
    }

    /// What is attached to somebody outside.
    pub(super) fn attached_outside(&self, kind: &str, name: &str) -> Way {
        let mut way = Way::default();
        for own in &self.resources {
            let mut texts = whom(own, kind).into_iter().flat_map(|whom| self.texts(own, whom));
            if texts.any(|(text, _)| text == name) {
                self.attach(own, &mut way);
            }
        }
        way
    }

    /// Adds what a resource gives: policies, or those of groups.
    fn give(&self, own: &Resource<'t>, way: &mut Way) {
        match MEMBERSHIPS.iter().find(|(kind, ..)| *kind == own.kind) {
            Some((.., groups)) => way.identity.extend(self.of_groups(own, groups)),
            None => self.attach(own, way),
        }
    }
}

/// The attributes of a resource that tell to whom of a type it gives something.
fn whom(own: &Resource<'_>, kind: &str) -> Vec<&'static str> {
    let attached = INLINE.iter().chain(&ATTACHED);
    let attached = attached.filter(|(t, _, of)| *t == own.kind && *of == kind);
    let members = MEMBERSHIPS.iter().filter(|(t, ..)| *t == own.kind && kind == "aws_iam_user");
    attached.chain(members).map(|(_, attribute, _)| *attribute).collect()
}
