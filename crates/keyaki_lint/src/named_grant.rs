//! Statements that allow one action, and the condition key that confines it.

use keyaki_ir::glob::{self, Case};
use keyaki_ir::{
    ActionPattern, BaseOperator, ConditionBlock, ConditionEntry, Effect, Element, ResourcePattern,
    SetOperator, Statement,
};

/// An action together with the condition key that says for which service it is used.
#[derive(Clone, Copy)]
pub(crate) struct NamedAction {
    /// The action's full name.
    pub(crate) action: &'static str,
    /// The key whose value is the service.
    pub(crate) service_key: &'static str,
}

/// Handing a role to a service, which then acts with the role's permissions.
pub(crate) const PASS_ROLE: NamedAction =
    NamedAction { action: "iam:PassRole", service_key: "iam:PassedToService" };

/// Creating the role with which a service acts in the account.
pub(crate) const CREATE_SLR: NamedAction =
    NamedAction { action: "iam:CreateServiceLinkedRole", service_key: "iam:AWSServiceName" };

impl NamedAction {
    /// The entry by which a statement allows the action in so many letters for any service.
    pub(crate) fn allowed_by(self, statement: &Statement) -> Option<&ActionPattern> {
        let mut entries = statement.action.iter().flat_map(|e| &e.entries);
        let entry = entries.find(|e| e.text.eq_ignore_ascii_case(self.action))?;
        self.is_open(statement).then_some(entry)
    }

    /// The entry with wildcards by which a statement allows the action for any service, where no
    /// entry says so in so many letters.
    pub(crate) fn matched_by(self, statement: &Statement) -> Option<&ActionPattern> {
        let entries = &statement.action.as_ref()?.entries;
        let is_named = entries.iter().any(|e| e.text.eq_ignore_ascii_case(self.action));
        let entry = entries.iter().find(|e| e.has_wildcard() && self.is_in(e))?;
        (!is_named && self.is_open(statement)).then_some(entry)
    }

    /// The `NotAction` that leaves the action in, and with which a statement allows it for any
    /// service.
    pub(crate) fn left_in_by(self, statement: &Statement) -> Option<&Element<ActionPattern>> {
        let element = statement.not_action.as_ref()?;
        let is_out = element.entries.iter().any(|e| self.is_in(e));
        (!is_out && self.is_open(statement)).then_some(element)
    }

    fn is_in(self, pattern: &ActionPattern) -> bool {
        glob::matches(&pattern.text, self.action, Case::Insensitive)
    }

    /// Whether a statement allows, and does not confine the action to services that it names.
    fn is_open(self, statement: &Statement) -> bool {
        let mut conditions = statement.condition_entries();
        statement.effect() == Some(Effect::Allow)
            && !conditions.any(|(b, e)| e.is(self.service_key) && names_values(b, e))
    }
}

/// The entry of a statement's `Resource` that is the lone `*`.
pub(crate) fn star(statement: &Statement) -> Option<&ResourcePattern> {
    statement.resource.iter().flat_map(|e| &e.entries).find(|e| e.is_star())
}

/// Whether a test lets pass only values whose beginning it names, and only where the key is there.
fn names_values(block: &ConditionBlock, entry: &ConditionEntry) -> bool {
    let Some(operator) = block.operator.operator else { return false };
    let is_like = operator.base == BaseOperator::StringLike;
    let is_equals = operator.base == BaseOperator::StringEquals
        || operator.base == BaseOperator::StringEqualsIgnoreCase;
    let open = |text: &str| is_like && text.starts_with(['*', '?']);
    (is_like || is_equals)
        && !operator.if_exists
        && operator.set != Some(SetOperator::ForAllValues)
        && !entry.values.is_empty()
        && entry.values.iter().all(|v| !open(v.text()))
}
