use keyaki_ir::Statement;

use crate::context::Context;
use crate::named_grant::{PASS_ROLE, star};
use crate::rule::rule;

rule! {
    /// `iam:PassRole` on every role, because `NotAction` leaves it in.
    ///
    /// Whoever may pass a role to a service can act with that role's permissions.
    /// With `Allow`, `NotAction` grants every action that is not listed, this one among them.
    /// With the resource `*` it works on every role.
    ///
    /// A condition that names the services in `iam:PassedToService` is taken as a limit.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "NotAction": "s3:*",
    ///   //           ^^^^^^
    ///   "Resource": "*"
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "NotAction": ["s3:*", "iam:*"],
    ///   "Resource": "*"
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// When the policy is meant for administrators.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-security-warning-pass-role-with-star-in-resource-and-not-action>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notaction.html>
    name: "pass-role-with-star-in-resource-and-not-action",
    aws: "PASS_ROLE_WITH_STAR_IN_RESOURCE_AND_NOT_ACTION",
    level: Security,
    kinds: Kinds::IDENTITY,
    check: Statement(check),
}

fn check(cx: &mut Context<'_>, statement: &Statement) {
    let Some(star) = star(statement) else { return };
    let Some(element) = PASS_ROLE.left_in_by(statement) else { return };
    cx.report(element.origin, "`iam:PassRole` is allowed on every role")
        .and_at(star.origin, "every role")
        .note("write what is granted in `Action`, or list `iam:PassRole` in `NotAction`");
}
