//! Actions that lay something open, by what they lay open.
//!
//! Whether the policy grants such an action is asked of the engine where a `Deny` or a condition
//! could stand against it, so that these count for what they do.

use std::sync::LazyLock;

use keyaki_catalog::{Action, ActionSet, Catalog};
use keyaki_syntax::NodeId;

use crate::context::Context;
use crate::granted::{allows, listed, views, where_named};

static TABLE: &str = include_str!("../data/sensitive-actions.tsv");

/// What actions lay open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    /// Credentials, with which others can be impersonated.
    Credentials,
    /// Data of the account.
    Data,
    /// Resources, to those who had no access.
    Exposure,
}

impl Class {
    /// The class's name in the table.
    fn name(self) -> &'static str {
        match self {
            Class::Credentials => "credentials",
            Class::Data => "data",
            Class::Exposure => "exposure",
        }
    }

    /// The actions of the class.
    fn actions(self) -> &'static [&'static str] {
        static ROWS: LazyLock<Vec<(&str, &str)>> = LazyLock::new(|| {
            let lines = TABLE.lines().filter(|line| !line.starts_with('#'));
            lines.filter_map(|line| line.split_once('\t')).collect()
        });
        static LISTS: LazyLock<[Vec<&str>; 3]> = LazyLock::new(|| {
            [Class::Credentials, Class::Data, Class::Exposure].map(|class| {
                let rows = ROWS.iter().filter(|(name, _)| *name == class.name());
                rows.map(|(_, action)| *action).collect()
            })
        });
        &LISTS[self as usize]
    }

    fn set(self, catalog: &Catalog) -> ActionSet {
        let known = self.actions().iter().filter_map(|name| catalog.action(name));
        known.map(Action::id).collect()
    }
}

/// Reports each entry that grants actions of a class.
pub(crate) fn report(cx: &mut Context<'_>, class: Class, message: &str, note: &str) {
    if !cx.policy().statements.iter().any(allows) {
        return;
    }
    let set = cx.granted().allowed.intersection(&class.set(cx.catalog()));
    report_granted(cx, &set, message, note);
}

/// Reports each entry that grants some actions, with those that the policy grants indeed.
pub(crate) fn report_granted(cx: &mut Context<'_>, set: &ActionSet, message: &str, note: &str) {
    let (catalog, granted) = (cx.catalog(), cx.granted());
    let mut found: Vec<(NodeId, Vec<String>)> = Vec::new();
    for action in views(catalog, set).filter(|action| granted.has(cx, *action)) {
        let named = cx.policy().statements.iter().zip(&granted.named);
        let mut granting = named.filter(|(s, set)| allows(s) && set.contains(action.id()));
        let Some((statement, _)) = granting.next() else { continue };
        let action = action.full_name();
        let place = where_named(statement, &action);
        match found.iter_mut().find(|(known, _)| *known == place) {
            Some((_, actions)) => actions.push(action),
            None => found.push((place, vec![action])),
        }
    }
    for (place, actions) in found {
        cx.report(place, format!("{message}: {}", listed(&actions))).note(note);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_action_of_the_table_is_known() {
        let catalog = keyaki_catalog::embedded();
        for class in [Class::Credentials, Class::Data, Class::Exposure] {
            let names = class.actions();
            let unknown = names.iter().copied().filter(|a| catalog.action(a).is_none());
            assert_eq!(unknown.collect::<Vec<&str>>(), Vec::<&str>::new());
            assert!(names.len() > 40, "{class:?}");
        }
    }
}
