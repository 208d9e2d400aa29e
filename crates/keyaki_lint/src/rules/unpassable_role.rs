use keyaki_ir::{ConditionEntry, Statement};

use crate::context::Context;
use crate::granted::{allows, names};
use crate::rule::rule;

rule! {
    /// `iam:PassRole` for a service of which nothing else is granted.
    ///
    /// A role is passed in a request to the service that is to use it.
    /// Where the policy grants no action of that service, the grant is of no use, or the service is misspelt.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": ["iam:PassRole", "ecs:RunTask"],
    ///   "Resource": "*",
    ///   "Condition": { "StringEquals": { "iam:PassedToService": ["lambda.amazonaws.com", "ecs-tasks.amazonaws.com"] } }
    ///   //                                                       ^^^^^^^^^^^^^^^^^^^^^^
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": ["iam:PassRole", "ecs:RunTask"],
    ///   "Resource": "*",
    ///   "Condition": { "StringEquals": { "iam:PassedToService": "ecs-tasks.amazonaws.com" } }
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// When another policy of the principal grants the rest.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html>
    name: "unpassable-role",
    level: Suggestion,
    confidence: Low,
    persona: Auditor,
    kinds: Kinds::of(&[keyaki_ir::PolicyKind::Identity]),
    check: Document(check),
}

fn check(cx: &mut Context<'_>) {
    let passing = |s: &&Statement| allows(s) && names(s, "iam:PassRole");
    let entries = cx.policy().statements.iter().filter(passing);
    let entries = entries.flat_map(|s| s.condition_entries().map(|(_, e)| e));
    let named: Vec<&ConditionEntry> = entries.filter(|e| e.is("iam:PassedToService")).collect();
    if named.is_empty() {
        return;
    }
    let set = &cx.granted().allowed;
    for value in named.into_iter().flat_map(|e| &e.values) {
        let host = value.text().strip_suffix(".amazonaws.com");
        let Some(prefix) = host.filter(|h| !h.contains(['.', '*', '?', '$'])) else { continue };
        let Some(service) = cx.service(prefix) else { continue };
        if service.is_live() && !service.actions().any(|a| set.contains(a.id())) {
            let message = format!("no action of `{prefix}` is granted that could take the role");
            let count = service.actions().count();
            cx.report(value.origin, message)
                .note(format!("none of the service's {count} actions is among those granted"));
        }
    }
}
