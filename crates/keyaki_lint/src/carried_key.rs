//! Condition keys that only some actions carry: a statement that tests one says nothing useful
//! about the others.

use keyaki_catalog::{Action, ActionSet, Catalog, ConditionKey};
use keyaki_ir::{ActionPattern, BaseOperator, ConditionEntry, Effect, Element, Statement};

use crate::context::Context;
use crate::presence::{Presence, demand};

/// The tag of the resource that a request works on.
const RESOURCE_TAG: &str = "aws:ResourceTag/";

/// The tests of a statement on tags of the resource that are about their values: those that an
/// action which carries no tags never passes or, in a deny, is not meant for.
pub(crate) fn resource_tag_tests(
    statement: &Statement,
    effect: Effect,
) -> impl Iterator<Item = &ConditionEntry> {
    let tests = statement.condition_entries().filter(move |_| statement.effect() == Some(effect));
    let tests = tests.filter(move |(block, entry)| {
        let Some(operator) = block.operator.operator else { return false };
        let counts = match effect {
            Effect::Allow => demand(Some(operator), entry) == Some(Presence::Present),
            Effect::Deny => !operator.if_exists && operator.base != BaseOperator::Null,
        };
        counts && entry.starts_with(RESOURCE_TAG)
    });
    tests.map(|(_, entry)| entry)
}

/// The first action of a pattern for which the catalogue lists no tag of the resource. An action
/// that is named and creates what it tags is passed over: AWS's validation says nothing of it
/// either, because what is created has the tags of the request.
pub(crate) fn first_untagged<'a>(cx: &Context<'a>, pattern: &ActionPattern) -> Option<Action<'a>> {
    let first = first_in(cx.catalog(), &cx.catalog().expand(&pattern.text))?;
    let creates = || !lacks(first, |k| k.name() == "aws:RequestTag/${TagKey}");
    (pattern.has_wildcard() || !creates()).then_some(first)
}

/// The first action that `NotAction` leaves in and for which the catalogue lists no tag of the
/// resource.
pub(crate) fn first_untagged_left_in<'a>(
    cx: &Context<'a>,
    not_action: &Element<ActionPattern>,
) -> Option<Action<'a>> {
    let mut left = cx.catalog().expand("*");
    not_action.entries.iter().for_each(|e| left.subtract(&cx.catalog().expand(&e.text)));
    first_in(cx.catalog(), &left)
}

fn first_in<'a>(catalog: &'a Catalog, actions: &ActionSet) -> Option<Action<'a>> {
    let mut known = actions.iter().filter_map(|id| catalog.action_by_id(id));
    known.find(|action| lacks(*action, |k| k.name() == "aws:ResourceTag/${TagKey}"))
}

/// Whether an action does not carry a key. An action of which no keys are known might.
pub(crate) fn lacks<'a>(action: Action<'a>, is_it: impl Fn(ConditionKey<'a>) -> bool) -> bool {
    let mut resources = action.resources();
    action.service().actions_are_known()
        && !action.condition_keys().any(&is_it)
        && !resources.any(|r| {
            r.condition_keys().any(&is_it) || r.resource_type().condition_keys().any(&is_it)
        })
}
