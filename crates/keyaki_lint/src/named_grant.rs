//! Statements that allow one action by its full name, and the condition key that confines it.

use keyaki_ir::{
    ActionPattern, BaseOperator, ConditionBlock, ConditionEntry, Effect, ResourcePattern,
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
        if statement.effect() != Some(Effect::Allow) {
            return None;
        }
        let mut entries = statement.action.iter().flat_map(|e| &e.entries);
        let entry = entries.find(|e| e.text.eq_ignore_ascii_case(self.action))?;
        let mut conditions = statement.condition_entries();
        let confined = conditions.any(|(b, e)| e.is(self.service_key) && names_values(b, e));
        (!confined).then_some(entry)
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
