use keyaki_ir::Statement;

use crate::context::Context;
use crate::named_grant::{PASS_ROLE, star};
use crate::rule::rule;

rule! {
    /// `iam:PassRole` on every role.
    ///
    /// Whoever may pass a role to a service can act with that role's permissions.
    /// With the resource `*` that is every role of the account, the administrator's too.
    ///
    /// A condition that names the services in `iam:PassedToService` is taken as a limit;
    /// with `IfExists` it is none.
    /// This is AWS's own check and looks at the text: `arn:aws:iam::*:role/*` is not reported.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": ["ecs:RunTask", "iam:PassRole"],
    ///   //                        ^^^^^^^^^^^^^^
    ///   "Resource": "*"
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "iam:PassRole",
    ///   "Resource": "arn:aws:iam::111122223333:role/tasks-*"
    /// }
    /// ```
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "iam:PassRole",
    ///   "Resource": "*",
    ///   "Condition": { "StringEquals": { "iam:PassedToService": "ecs-tasks.amazonaws.com" } }
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// When the policy is meant for administrators.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-security-warning-pass-role-with-star-in-resource>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html>
    name: "pass-role-with-star-in-resource",
    aws: "PASS_ROLE_WITH_STAR_IN_RESOURCE",
    level: Security,
    kinds: Kinds::IDENTITY,
    replaces: ["aws-guardrails:IAM110", "trivy:AWS-0342"],
    check: Statement(check),
}

fn check(cx: &mut Context<'_>, statement: &Statement) {
    let Some(star) = star(statement) else { return };
    let Some(action) = PASS_ROLE.allowed_by(statement) else { return };
    cx.report(action.origin, "`iam:PassRole` is allowed on every role")
        .and_at(star.origin, "every role")
        .note("name the roles in `Resource`, or the services in `iam:PassedToService`");
}
