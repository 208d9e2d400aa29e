//! Condition keys that only some actions carry: a statement that tests one says nothing useful
//! about the others.

use keyaki_catalog::{Action, ActionSet, Catalog, ConditionKey};
use keyaki_ir::{ActionPattern, BaseOperator, ConditionEntry, Effect, Element, Statement};
use keyaki_syntax::NodeId;

use crate::context::{Context, Draft};
use crate::presence::{Presence, demand};

/// The tag of the resource that a request works on.
const RESOURCE_TAG: &str = "aws:ResourceTag/";

/// The tests of a statement on tags of the resource that are about their values: those that an
/// action which carries no tags never passes or, in a deny, is not meant for.
fn resource_tag_tests(
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

/// Reports the tests of a statement of that effect on tags of the resource, where an entry of
/// `Action` takes in an action that carries none.
pub(crate) fn report_untagged(cx: &mut Context<'_>, statement: &Statement, effect: Effect) {
    let Some(element) = &statement.action else { return };
    let mut tests = resource_tag_tests(statement, effect).peekable();
    if tests.peek().is_none() {
        return;
    }
    let untagged = |e| first_untagged(cx.catalog(), e).map(|action| (e, action));
    let found: Vec<_> = element.entries.iter().filter_map(untagged).collect();
    let Some(((entry, action), more)) = found.split_first() else { return };
    for test in tests {
        let mut draft = report(cx, entry.origin, *action, test);
        for (entry, _) in more {
            draft = draft.and_at(entry.origin, "neither do these");
        }
        draft.note("put the actions that carry no tags into a statement without this test");
    }
}

/// The same, where `NotAction` leaves in an action that carries no tags.
pub(crate) fn report_untagged_left_in(cx: &mut Context<'_>, statement: &Statement, effect: Effect) {
    let Some(element) = &statement.not_action else { return };
    let mut tests = resource_tag_tests(statement, effect).peekable();
    if tests.peek().is_none() {
        return;
    }
    let Some(action) = first_untagged_left_in(cx.catalog(), element) else { return };
    for test in tests {
        report(cx, element.origin, action, test)
            .note("name the actions in `Action`, those that carry no tags in another statement");
    }
}

fn report<'c, 'a>(
    cx: &'c mut Context<'a>,
    at: NodeId,
    action: Action<'_>,
    test: &ConditionEntry,
) -> Draft<'c, 'a> {
    let key = &test.key;
    let message = format!("requests for `{}` carry no `{}`", action.full_name(), key.value);
    cx.report(at, message).and_at(key.origin, "tested here")
}

/// The first action of a pattern for which the catalogue lists no tag of the resource. An action
/// that is named and creates what it tags is passed over: AWS's validation says nothing of it
/// either, because what is created has the tags of the request.
fn first_untagged<'a>(catalog: &'a Catalog, pattern: &ActionPattern) -> Option<Action<'a>> {
    let first = match pattern.has_wildcard() {
        true => first_in(catalog, &catalog.expand(&pattern.text)),
        false => catalog.action(&pattern.text).filter(|action| is_untagged(*action)),
    }?;
    let creates = || !lacks(first, |k| k.name() == "aws:RequestTag/${TagKey}");
    (pattern.has_wildcard() || !creates()).then_some(first)
}

/// The first action that `NotAction` leaves in and for which the catalogue lists no tag of the
/// resource.
fn first_untagged_left_in<'a>(
    catalog: &'a Catalog,
    not_action: &Element<ActionPattern>,
) -> Option<Action<'a>> {
    let mut left = catalog.expand("*");
    not_action.entries.iter().for_each(|e| left.subtract(&catalog.expand(&e.text)));
    first_in(catalog, &left)
}

fn first_in<'a>(catalog: &'a Catalog, actions: &ActionSet) -> Option<Action<'a>> {
    let mut known = actions.iter().filter_map(|id| catalog.action_by_id(id));
    known.find(|action| is_untagged(*action))
}

fn is_untagged(action: Action<'_>) -> bool {
    lacks(action, |k| k.name() == "aws:ResourceTag/${TagKey}")
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
