//! Ways in which grants that look harmless one by one give their holder more than they say.
//!
//! A way is a list of actions that all must be granted. Each step is asked of the engine as a
//! request that the policy must allow (`wanted.rs`), so that conditions, `Deny`, resources and
//! spellings count for what they do.

mod attached;
mod wanted;

use std::sync::LazyLock;

use keyaki_analyze::{Question, Witness};
use keyaki_syntax::NodeId;

use crate::context::Context;
use crate::granted::{allows, grants_everything, names, where_named};
use crate::meaning::Meaning;

use wanted::Wanted;

static TABLE: &str = include_str!("../data/escalations.tsv");

/// A way to gain permissions.
pub(crate) struct Way {
    /// Whether it needs a role that a service holds already.
    pub(crate) by_existing_role: bool,
    /// Whether it gives more to users, groups, roles and policies, so that it is a way also where
    /// they are the holder's own.
    by_oneself: bool,
    pub(crate) steps: Vec<Step>,
}

/// An action that the way needs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Step {
    pub(crate) action: &'static str,
    /// The service that a role is passed to.
    service: Option<&'static str>,
}

/// All ways but those that need more than another one.
pub(crate) fn ways() -> &'static [Way] {
    static WAYS: LazyLock<Vec<Way>> = LazyLock::new(|| {
        let lines = TABLE.lines().filter(|line| !line.starts_with('#'));
        let all: Vec<Way> = lines.filter_map(Way::read).collect();
        let needless: Vec<bool> =
            all.iter().map(|way| all.iter().any(|o| o.is_within(way))).collect();
        all.into_iter().zip(needless).filter(|(_, n)| !n).map(|(way, _)| way).collect()
    });
    &WAYS
}

impl Way {
    fn read(line: &'static str) -> Option<Way> {
        let mut columns = line.split('\t').skip(1);
        let kind = columns.next()?;
        let steps = columns.next()?.split(' ').map(|text| match text.split_once('@') {
            Some((action, service)) => Step { action, service: Some(service) },
            None => Step { action: text, service: None },
        });
        Some(Way {
            by_existing_role: kind == "existing-passrole",
            by_oneself: kind == "self-escalation",
            steps: steps.collect(),
        })
    }

    /// Whether each of its actions is one of the other's, which has more.
    fn is_within(&self, other: &Way) -> bool {
        let has = |step: &Step| other.steps.iter().any(|s| s.action == step.action);
        self.steps.len() < other.steps.len() && self.steps.iter().all(has)
    }

    /// The actions in words.
    pub(crate) fn in_words(&self) -> String {
        let actions: Vec<String> = self.steps.iter().map(|s| format!("`{}`", s.action)).collect();
        actions.join(" with ")
    }
}

/// The ways that are open to the holder of the policy, each with where its steps are granted and
/// a request for the first. None for an administrator, who needs no way.
pub(crate) fn open_ways(
    cx: &Context<'_>,
    by_existing_role: bool,
) -> Vec<(&'static Way, Vec<NodeId>, Box<Witness>)> {
    let statements = &cx.policy().statements;
    if !statements.iter().any(allows) {
        return Vec::new();
    }
    let catalog = cx.catalog();
    let granted = cx.granted();
    let set = &granted.allowed;
    if *set == catalog.expand("*") && is_administrator(cx) {
        return Vec::new();
    }
    let is_named = |s: &Step| catalog.action(s.action).is_some_and(|a| set.contains(a.id()));
    let ways = ways().iter().filter(|w| w.by_existing_role == by_existing_role);
    let likely: Vec<&Way> = ways.filter(|way| way.steps.iter().all(is_named)).collect();
    if likely.is_empty() {
        return Vec::new();
    }
    let Some(meaning) = cx.meaning() else { return Vec::new() };
    let mut asked = Asked { cx, meaning: &meaning, known: Vec::new() };
    let open = likely.into_iter().filter_map(|way| {
        let mut witnesses = way.steps.iter().map(|step| asked.witness(*step, way.by_oneself));
        let first = witnesses.next()??;
        witnesses.all(|w| w.is_some()).then(|| (way, places(cx, way), first))
    });
    open.collect()
}

/// Whether the policy says that it is one for administrators, or comes to that.
fn is_administrator(cx: &Context<'_>) -> bool {
    cx.policy().statements.iter().any(|s| grants_everything(s).is_some())
        || cx.meaning().is_some_and(|meaning| meaning.grants_everything(cx.catalog()))
}

/// Where the steps are granted, each place once.
fn places(cx: &Context<'_>, way: &Way) -> Vec<NodeId> {
    let mut places: Vec<NodeId> = Vec::new();
    for step in &way.steps {
        let granting = cx.policy().statements.iter().filter(|s| allows(s));
        let place = granting.into_iter().find(|s| names(s, step.action));
        let place = place.map(|s| where_named(s, step.action));
        places.extend(place.filter(|p| !places.contains(p)));
    }
    places
}

/// What was asked already: several ways share steps.
struct Asked<'c, 'a> {
    cx: &'c Context<'a>,
    meaning: &'c Meaning,
    known: Vec<(Step, bool, Option<Box<Witness>>)>,
}

impl Asked<'_, '_> {
    /// A request for the step that the policy allows.
    fn witness(&mut self, step: Step, by_oneself: bool) -> Option<Box<Witness>> {
        let is_same = |s: Step, by: bool| s == step && by == by_oneself;
        if let Some((_, _, known)) = self.known.iter().find(|(s, by, _)| is_same(*s, *by)) {
            return known.clone();
        }
        let wanted = Wanted::new(step, by_oneself, self.cx).policy();
        let (relevant, wanted) = (self.meaning.about(step.action), self.meaning.other(&wanted));
        let question = Question::Disjoint { one: &relevant, other: &wanted };
        let found = self.meaning.refuted(self.cx.catalog(), &question);
        self.known.push((step, by_oneself, found.clone()));
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_action_of_the_table_is_known() {
        let catalog = keyaki_catalog::embedded();
        let steps = || ways().iter().flat_map(|way| &way.steps);
        let unknown: Vec<&str> =
            steps().map(|s| s.action).filter(|a| catalog.action(a).is_none()).collect();
        assert_eq!(unknown, Vec::<&str>::new());
        assert!(ways().len() > 40, "only {} ways", ways().len());
    }

    #[test]
    fn a_way_that_needs_more_than_another_is_left_out() {
        let alone = |action: &str| ways().iter().any(|w| w.in_words() == format!("`{action}`"));
        assert!(alone("iam:CreateAccessKey"));
        let words: Vec<String> = ways().iter().map(Way::in_words).collect();
        assert!(!words.iter().any(|w| w.contains("iam:DeleteAccessKey")));
    }
}
