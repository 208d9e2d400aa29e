use keyaki_ir::Statement;

use crate::context::Context;
use crate::named_grant::PASS_ROLE;
use crate::rule::rule;

rule! {
    /// `iam:PassRole` on all but some resources, because `NotAction` leaves it in.
    ///
    /// Whoever may pass a role to a service can act with that role's permissions.
    /// With `Allow`, `NotAction` grants every action that is not listed, this one among them.
    /// `NotResource` allows it for all roles that are not listed, those of tomorrow too.
    ///
    /// A condition that names the services in `iam:PassedToService` is taken as a limit.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "NotAction": "s3:*",
    ///   //           ^^^^^^
    ///   "NotResource": "arn:aws:iam::111122223333:role/admin"
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "NotAction": ["s3:*", "iam:*"],
    ///   "NotResource": "arn:aws:iam::111122223333:role/admin"
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// When the policy is meant for administrators.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-security-warning-pass-role-with-not-action-and-not-resource>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notaction.html>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notresource.html>
    name: "pass-role-with-not-action-and-not-resource",
    aws: "PASS_ROLE_WITH_NOT_ACTION_AND_NOT_RESOURCE",
    level: Security,
    kinds: Kinds::IDENTITY,
    check: Statement(check),
}

fn check(cx: &mut Context<'_>, statement: &Statement) {
    let Some(rest) = &statement.not_resource else { return };
    let Some(element) = PASS_ROLE.left_in_by(statement) else { return };
    cx.report(element.origin, "`iam:PassRole` is allowed on every role but a few")
        .and_at(rest.origin, "all roles but these")
        .note("write what is granted in `Action`, or list `iam:PassRole` in `NotAction`");
}
