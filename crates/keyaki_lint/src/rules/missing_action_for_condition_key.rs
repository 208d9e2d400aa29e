use std::cell::LazyCell;

use keyaki_diag::Applicability;
use keyaki_ir::{BaseOperator, ConditionBlock, ConditionEntry, Effect, Policy, Statement};

use crate::added_action::add_actions;
use crate::assuming::{Way, covers};
use crate::context::Context;
use crate::rule::rule;

rule! {
    /// Condition on something that the request can only carry with another action.
    ///
    /// A session name of the caller's choice, the source identity, is set by `sts:SetSourceIdentity`; session tags are set by `sts:TagSession`.
    /// A statement that lets a role be assumed on the condition that one of them has a certain value admits nobody unless the other action is allowed as well.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Principal": { "AWS": "arn:aws:iam::111122223333:root" },
    ///   "Action": "sts:AssumeRole",
    ///   "Condition": { "StringEquals": { "sts:SourceIdentity": "ann" } }
    ///   //                               ^^^^^^^^^^^^^^^^^^^^
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Principal": { "AWS": "arn:aws:iam::111122223333:root" },
    ///   "Action": ["sts:AssumeRole", "sts:SetSourceIdentity"],
    ///   "Condition": { "StringEquals": { "sts:SourceIdentity": "ann" } }
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// When another policy allows the action.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-error-missing-action-for-condition-key>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html#ck_sourceidentity>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html#id_session-tags_permissions-required>
    name: "missing-action-for-condition-key",
    aws: "MISSING_ACTION_FOR_CONDITION_KEY",
    level: Error,
    kinds: Kinds::ANY,
    check: Document(check),
}

fn check(cx: &mut Context<'_>) {
    for (key, companion) in COMPANIONS {
        let policy = cx.policy();
        let is_allowed = LazyCell::new(|| is_allowed(policy, companion));
        for statement in &policy.statements {
            let mut tests = needed(statement, key).peekable();
            let assumes = || Way::ALL.into_iter().any(|way| covers(statement, way.action()));
            if tests.peek().is_some() && assumes() && !*is_allowed {
                tests.for_each(|entry| report(cx, statement, entry, companion));
            }
        }
    }
}

/// The tests by which a statement allows only requests with a value of the key.
fn needed<'s>(statement: &'s Statement, key: &str) -> impl Iterator<Item = &'s ConditionEntry> {
    let is_allow = statement.effect() == Some(Effect::Allow);
    let tests = statement.condition_entries().filter(move |_| is_allow);
    let tests = tests.filter(move |(block, entry)| entry.is(key) && needs_value(block, entry));
    tests.map(|(_, entry)| entry)
}

fn report(cx: &mut Context<'_>, statement: &Statement, entry: &ConditionEntry, companion: &str) {
    let Some(action) = &statement.action else { return };
    let edit = add_actions(cx, action, &[companion]);
    let draft = cx
        .report(
            entry.key.origin,
            format!("`{}` has no value without `{companion}`", entry.key.value),
        )
        .note(format!("add `{companion}` to `Action`"));
    if let Some(edit) = edit {
        draft.fix(format!("add `{companion}`"), Applicability::Unsafe, vec![edit]);
    }
}

/// Keys, and the actions that set their values.
const COMPANIONS: [(&str, &str); 2] =
    [("sts:SourceIdentity", "sts:SetSourceIdentity"), ("sts:TransitiveTagKeys", "sts:TagSession")];

/// Whether the test asks for a value, rather than for its absence.
fn needs_value(block: &ConditionBlock, entry: &ConditionEntry) -> bool {
    let null = block.operator.operator.is_some_and(|o| o.base == BaseOperator::Null);
    !null || entry.values.iter().all(|v| v.text().eq_ignore_ascii_case("false"))
}

/// Whether some statement of the policy allows an action.
fn is_allowed(policy: &Policy, action: &str) -> bool {
    let allows = |s: &Statement| s.effect() == Some(Effect::Allow) && covers(s, action);
    policy.statements.iter().any(allows)
}
