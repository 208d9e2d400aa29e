use keyaki_ir::Statement;

use crate::context::Context;
use crate::named_grant::{PASS_ROLE, star};
use crate::rule::rule;

rule! {
    /// `iam:PassRole` on every role, by a wildcard in `Action`.
    ///
    /// Whoever may pass a role to a service can act with that role's permissions.
    /// A pattern such as `iam:*` holds the action, too, though nobody wrote it down.
    /// With the resource `*` it works on every role.
    ///
    /// A condition that names the services in `iam:PassedToService` is taken as a limit.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "iam:Pass*",
    ///   //        ^^^^^^^^^^^
    ///   "Resource": "*"
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "iam:Pass*",
    ///   "Resource": "arn:aws:iam::111122223333:role/tasks-*"
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// When the policy is meant for administrators.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-security-warning-pass-role-with-star-in-action-and-resource>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html>
    name: "pass-role-with-star-in-action-and-resource",
    aws: "PASS_ROLE_WITH_STAR_IN_ACTION_AND_RESOURCE",
    level: Security,
    kinds: Kinds::IDENTITY,
    check: Statement(check),
}

fn check(cx: &mut Context<'_>, statement: &Statement) {
    let Some(star) = star(statement) else { return };
    let Some(action) = PASS_ROLE.matched_by(statement) else { return };
    cx.report(action.origin, "`iam:PassRole` is allowed on every role")
        .and_at(star.origin, "every role")
        .note("name the roles in `Resource`, or deny `iam:PassRole`");
}
