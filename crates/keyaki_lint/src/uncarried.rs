//! Tests that need a key which no request for the statement's actions carries.

use keyaki_catalog::KeyLookup;
use keyaki_ir::{BaseOperator, Effect, Statement};

use crate::carried_key::lacks;
use crate::context::Context;
use crate::granted::{actions, views};
use crate::presence::{Presence, demand};

/// Reports the keys of services that a statement of that effect needs and that none of its
/// actions carries.
pub(crate) fn report(cx: &mut Context<'_>, statement: &Statement, effect: Effect, so: &str) {
    if statement.effect() != Some(effect) || statement.action.is_none() {
        return;
    }
    for (block, entry) in statement.condition_entries() {
        let operator = block.operator.operator;
        let is_null = operator.is_some_and(|o| o.base == BaseOperator::Null);
        let key = &entry.key.value;
        let needs = !is_null && demand(operator, entry) == Some(Presence::Present);
        if !needs || !matches!(cx.key(key), KeyLookup::Service { .. }) {
            continue;
        }
        let set = actions(cx.catalog(), statement);
        let mut named = views(cx.catalog(), &set).peekable();
        if named.peek().is_some() && named.all(|action| lacks(action, |k| k.matches(key))) {
            let message = format!("no request for these actions carries `{key}`");
            cx.report(entry.key.origin, message).note(so);
        }
    }
}
