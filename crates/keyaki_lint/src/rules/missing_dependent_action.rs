use keyaki_catalog::Action;
use keyaki_ir::Statement;

use crate::context::Context;
use crate::granted::{allows, listed};
use crate::rule::rule;

rule! {
    /// Action that is granted without others that it needs.
    ///
    /// AWS lists them as dependent actions: who starts an instance with a role passes the role.
    /// Wildcards are passed over.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": ["ecs:RunTask", "ecs:ListTasks"],
    ///   //         ^^^^^^^^^^^^^
    ///   "Resource": "*"
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": ["ecs:RunTask", "ecs:ListTasks", "iam:PassRole"],
    ///   "Resource": "*"
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// When another policy of the principal grants them, or the case that needs them does not occur.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html#actions_table>
    name: "missing-dependent-action",
    level: Suggestion,
    confidence: Low,
    persona: Auditor,
    kinds: Kinds::of(&[keyaki_ir::PolicyKind::Identity]),
    check: Document(check),
}

fn check(cx: &mut Context<'_>) {
    let catalog = cx.catalog();
    let granted = cx.granted();
    let set = &granted.allowed;
    let granting = cx.policy().statements.iter().filter(|s: &&Statement| allows(s));
    for entry in granting.flat_map(|s| s.action.iter().flat_map(|e| &e.entries)) {
        let Some(action) = catalog.action(&entry.text).filter(|_| !entry.has_wildcard()) else {
            continue;
        };
        let missing = action.dependent_actions().filter(|a| !set.contains(a.id()));
        let missing: Vec<String> = missing.map(Action::full_name).collect();
        if !missing.is_empty() {
            let message = format!("`{}` needs other actions, too", entry.text);
            cx.report(entry.origin, message).note(format!("not granted: {}", listed(&missing)));
        }
    }
}
