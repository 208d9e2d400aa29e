use keyaki_diag::Applicability;
use keyaki_ir::{Effect, Policy, PrincipalGroup, Statement};

use crate::added_action::add_actions;
use crate::assuming::covers;
use crate::context::Context;
use crate::rule::rule;
use crate::service_principal::services;

rule! {
    /// Trust in IAM Roles Anywhere without all the actions that it needs.
    ///
    /// `rolesanywhere.amazonaws.com` assumes a role with a source identity and with session tags from the certificate.
    /// It needs `sts:AssumeRole`, `sts:SetSourceIdentity` and `sts:TagSession`; without one of them no session comes about.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Principal": { "Service": "rolesanywhere.amazonaws.com" },
    ///   "Action": "sts:AssumeRole"
    ///   //        ^^^^^^^^^^^^^^^^
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Principal": { "Service": "rolesanywhere.amazonaws.com" },
    ///   "Action": ["sts:AssumeRole", "sts:SetSourceIdentity", "sts:TagSession"]
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// Never: the role cannot be assumed.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-error-missing-action-for-roles-anywhere-trust-policy>
    /// - <https://docs.aws.amazon.com/rolesanywhere/latest/userguide/trust-model.html>
    name: "missing-action-for-roles-anywhere-trust-policy",
    aws: "MISSING_ACTION_FOR_ROLES_ANYWHERE_TRUST_POLICY",
    level: Error,
    kinds: Kinds::TRUST,
    check: Statement(check),
}

fn check(cx: &mut Context<'_>, statement: &Statement) {
    let policy = cx.policy();
    let first = policy.statements.iter().find(|s| trusts(s));
    let is_first = first.is_some_and(|s| s.index == statement.index);
    let Some(element) = statement.action.as_ref().filter(|_| is_first) else { return };
    let missing: Vec<&str> = NEEDED.into_iter().filter(|a| !is_allowed(policy, a)).collect();
    if missing.is_empty() {
        return;
    }
    let edit = add_actions(cx, element, &missing);
    let named: Vec<String> = missing.iter().map(|action| format!("`{action}`")).collect();
    let named = named.join(" and ");
    let draft = cx
        .report(element.origin, format!("`{SERVICE}` also needs {named}"))
        .note("it passes a source identity and session tags with every session");
    if let Some(edit) = edit {
        draft.fix(format!("add {named}"), Applicability::Unsafe, vec![edit]);
    }
}

const SERVICE: &str = "rolesanywhere.amazonaws.com";
const NEEDED: [&str; 3] = ["sts:AssumeRole", "sts:SetSourceIdentity", "sts:TagSession"];

fn trusts(statement: &Statement) -> bool {
    let named = |g: &PrincipalGroup| g.entries.iter().any(|e| &*e.text == SERVICE);
    statement.effect() == Some(Effect::Allow) && services(statement).is_some_and(named)
}

/// Whether some statement allows the service an action.
fn is_allowed(policy: &Policy, action: &str) -> bool {
    policy.statements.iter().any(|s| trusts(s) && covers(s, action))
}
