use keyaki_ir::Statement;

use crate::context::Context;
use crate::named_grant::PASS_ROLE;
use crate::rule::rule;

rule! {
    /// `iam:PassRole` on every role but those of `NotResource`.
    ///
    /// Whoever may pass a role to a service can act with that role's permissions.
    /// `NotResource` allows it for all roles that are not listed, those of tomorrow too.
    ///
    /// A condition that names the services in `iam:PassedToService` is taken as a limit.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "iam:PassRole",
    ///   //        ^^^^^^^^^^^^^^
    ///   "NotResource": "arn:aws:iam::111122223333:role/admin"
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
    ///
    /// ## When to ignore it
    /// When the policy is meant for administrators.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-security-warning-pass-role-with-not-resource>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notresource.html>
    name: "pass-role-with-not-resource",
    aws: "PASS_ROLE_WITH_NOT_RESOURCE",
    level: Security,
    kinds: Kinds::IDENTITY,
    check: Statement(check),
}

fn check(cx: &mut Context<'_>, statement: &Statement) {
    let Some(element) = &statement.not_resource else { return };
    let Some(action) = PASS_ROLE.allowed_by(statement) else { return };
    cx.report(action.origin, "`iam:PassRole` is allowed on every role but a few")
        .and_at(element.origin, "all roles but these")
        .note("name the roles that may be passed in `Resource`");
}
