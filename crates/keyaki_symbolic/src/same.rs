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

    /// What it takes to be the same at least, for the look-up.
    fn outline(&self) -> Outline<'q> {
        let actions = self.statement.action.as_ref().or(self.statement.not_action.as_ref());
        let resources = self.statement.resource.as_ref().or(self.statement.not_resource.as_ref());
        let actions = actions.map_or(&[][..], |e| &e.entries);
        let resources = resources.map_or(&[][..], |e| &e.entries);
        Outline {
            counts: (actions.len(), resources.len()),
            first: (
                actions.first().map_or("", |e| &e.text),
                resources.first().map_or("", ResourcePattern::text),
            ),
        }
    }

    /// Whether both match the same requests, because they are written in the same way. Whom they
    /// name does not count.
    fn is_same(&self, other: &Placed<'_>) -> bool {
        let (a, b) = (self.statement, other.statement);
        let is_implied = |p: &Placed<'_>| p.at.layer == Layer::Resource;
        let effect = |s: &Statement| s.effect().unwrap_or(Effect::Deny);
        is_implied(self) == is_implied(other)
            && self.version == other.version
            && effect(a) == effect(b)
            && same_profile(self.side.profile, other.side.profile)
            && same_list(&a.action, &b.action, same_action)
            && same_list(&a.not_action, &b.not_action, same_action)
            && same_list(&a.resource, &b.resource, same_resource)
            && same_list(&a.not_resource, &b.not_resource, same_resource)
            && same_condition(a.condition.as_ref(), b.condition.as_ref())
    }
}

/// How many entries the action and resource elements have, and which come first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Outline<'q> {
    counts: (usize, usize),
    first: (&'q str, &'q str),
}

/// The statements that were met.
#[derive(Debug, Default)]
pub(crate) struct Met<'q> {
    known: HashMap<Outline<'q>, Vec<(Placed<'q>, usize)>>,
}

impl<'q> Met<'q> {
    /// The number of a statement that says the same; the new number if there is none.
    pub(crate) fn number(&mut self, placed: Placed<'q>, new: usize) -> usize {
        let alike = self.known.entry(placed.outline()).or_default();
        if let Some((_, known)) = alike.iter().find(|(other, _)| placed.is_same(other)) {
            return *known;
        }
        alike.push((placed, new));
        new
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
