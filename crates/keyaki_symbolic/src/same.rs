//! Statements that say the same, so that each is read once.

use std::collections::HashMap;

use keyaki_eval::{Layer, Profile, StatementRef};
use keyaki_ir::{
    ActionPattern, Condition, ConditionEntry, Effect, Element, ResourcePattern, Statement, Version,
};

use crate::query::Side;

/// A statement with everything that its meaning depends on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Placed<'q> {
    pub(crate) side: Side<'q>,
    pub(crate) at: StatementRef,
    pub(crate) statement: &'q Statement,
    pub(crate) version: Version,
}

impl<'q> Placed<'q> {
    pub(crate) fn new(side: Side<'q>, at: StatementRef) -> Option<Self> {
        let document = side.policies.document(at)?;
        let statement = document.policy.statements.get(at.statement)?;
        let version = document.policy.effective_version();
        Some(Placed { side, at, statement, version })
    }

    /// What it takes to be the same but for the actions at least, for the look-up.
    fn outline(&self) -> Outline<'q> {
        let resources = self.statement.resource.as_ref().or(self.statement.not_resource.as_ref());
        let resources = resources.map_or(&[][..], |e| &e.entries);
        let blocks = self.statement.condition.as_ref().map_or(0, |c| c.blocks.len());
        Outline {
            counts: (resources.len(), blocks),
            first: resources.first().map_or("", ResourcePattern::text),
        }
    }

    /// Whether both match the same actions, because they are written in the same way.
    fn has_same_actions(&self, other: &Placed<'_>) -> bool {
        let (a, b) = (self.statement, other.statement);
        same_list(&a.action, &b.action, same_action)
            && same_list(&a.not_action, &b.not_action, same_action)
    }

    /// Whether both match the same requests for one action, because they are written in the same
    /// way. Whom they name does not count.
    fn is_same_but_for_actions(&self, other: &Placed<'_>) -> bool {
        let (a, b) = (self.statement, other.statement);
        let is_implied = |p: &Placed<'_>| p.at.layer == Layer::Resource;
        let effect = |s: &Statement| s.effect().unwrap_or(Effect::Deny);
        is_implied(self) == is_implied(other)
            && self.version == other.version
            && effect(a) == effect(b)
            && same_profile(self.side.profile, other.side.profile)
            && same_list(&a.resource, &b.resource, same_resource)
            && same_list(&a.not_resource, &b.not_resource, same_resource)
            && same_condition(a.condition.as_ref(), b.condition.as_ref())
    }
}

/// How many resources and blocks of conditions there are, and the first resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Outline<'q> {
    counts: (usize, usize),
    first: &'q str,
}

/// The statements that were met, in groups that are the same but for the actions.
#[derive(Debug, Default)]
pub(crate) struct Met<'q> {
    known: HashMap<Outline<'q>, Vec<Vec<(Placed<'q>, usize)>>>,
}

/// The numbers of statements that say the same, altogether or but for the actions.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Same {
    pub(crate) whole: usize,
    pub(crate) but_for_actions: usize,
}

impl<'q> Met<'q> {
    /// The first statements that say the same as this one, which has this number if it is new.
    pub(crate) fn same(&mut self, placed: Placed<'q>, new: usize) -> Same {
        let groups = self.known.entry(placed.outline()).or_default();
        let is_of = |group: &&mut Vec<(Placed<'q>, usize)>| {
            group.first().is_some_and(|(other, _)| placed.is_same_but_for_actions(other))
        };
        let Some(group) = groups.iter_mut().find(is_of) else {
            groups.push(vec![(placed, new)]);
            return Same { whole: new, but_for_actions: new };
        };
        let but_for_actions = group.first().map_or(new, |(_, number)| *number);
        let known = group.iter().find(|(other, _)| placed.has_same_actions(other));
        let whole = known.map(|(_, number)| *number);
        if whole.is_none() {
            group.push((placed, new));
        }
        Same { whole: whole.unwrap_or(new), but_for_actions }
    }
}

fn same_profile(a: &Profile, b: &Profile) -> bool {
    std::ptr::eq(a, b) || a == b
}

fn same_list<T>(
    a: &Option<Element<T>>,
    b: &Option<Element<T>>,
    same: impl Fn(&T, &T) -> bool,
) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => same_all(&a.entries, &b.entries, same),
        (None, None) => true,
        (Some(_), None) | (None, Some(_)) => false,
    }
}

fn same_all<T>(a: &[T], b: &[T], same: impl Fn(&T, &T) -> bool) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(x, y)| same(x, y))
}

fn same_action(a: &ActionPattern, b: &ActionPattern) -> bool {
    a.text == b.text
}

fn same_resource(a: &ResourcePattern, b: &ResourcePattern) -> bool {
    a.text() == b.text()
}

fn same_condition(a: Option<&Condition>, b: Option<&Condition>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => same_all(&a.blocks, &b.blocks, |x, y| {
            x.operator.operator == y.operator.operator
                && same_all(&x.entries, &y.entries, same_entry)
        }),
        (None, None) => true,
        (Some(_), None) | (None, Some(_)) => false,
    }
}

fn same_entry(a: &ConditionEntry, b: &ConditionEntry) -> bool {
    a.key.value == b.key.value
        && same_all(&a.values, &b.values, |x, y| x.json == y.json && x.text() == y.text())
}
