//! Roles, users and groups outside of a plan, with what the plan attaches to them.

use std::collections::{BTreeMap, BTreeSet};

use super::{Plan, Resource, holder};
use crate::holder::{Holder, Kind, Way};
use crate::host::attaching::{ATTACHED, INLINE, MOST_OUTSIDERS, OUTSIDERS};
use crate::host::plan::text;

impl<'t> Plan<'t> {
    /// Those whom the plan names and who are none of it, and the places of the policies that are
    /// attached to them.
    pub(super) fn outside(&self) -> (Vec<Holder>, BTreeSet<String>) {
        let before = self.taken.borrow().clone();
        let mut all = Vec::new();
        for (kind, word) in OUTSIDERS {
            for (name, resources) in self.outsiders(kind).into_iter().take(MOST_OUTSIDERS) {
                let mut way = Way::default();
                resources.into_iter().for_each(|own| self.attach(own, &mut way));
                all.push(holder(format!("{word} {name}"), Kind::Outsider, way));
            }
        }
        let now = self.taken.replace(before);
        let told = now.difference(&self.taken.borrow()).cloned().collect();
        (all, told)
    }

    /// The names of those of a type who are none of the plan, with the resources that attach
    /// something to them.
    fn outsiders(&self, kind: &str) -> BTreeMap<String, Vec<&Resource<'t>>> {
        let inside = self.resources.iter().filter(|own| own.kind == kind);
        let names = |own: &Resource<'t>| ["name", "arn"].map(|name| text(own.values, name));
        let inside: BTreeSet<&str> = inside.flat_map(names).flatten().collect();
        let mut all: BTreeMap<String, Vec<&Resource<'t>>> = BTreeMap::new();
        for own in &self.resources {
            let rows = INLINE.iter().chain(&ATTACHED);
            for (_, attribute, _) in rows.filter(|(t, _, of)| *t == own.kind && *of == kind) {
                for (name, _) in self.texts(own, attribute) {
                    if !name.is_empty() && !inside.contains(name.as_str()) {
                        all.entry(name).or_default().push(own);
                    }
                }
            }
        }
        all
    }
}
