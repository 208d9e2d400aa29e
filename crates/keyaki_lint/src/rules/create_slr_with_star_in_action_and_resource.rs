use keyaki_ir::Statement;

use crate::context::Context;
use crate::named_grant::{CREATE_SLR, star};
use crate::rule::rule;

rule! {
    /// `iam:CreateServiceLinkedRole` on every resource, by a wildcard in `Action`.
    ///
    /// A service-linked role lets a service act in the account, with permissions that AWS defines.
    /// A pattern such as `iam:*` holds the action, too, though nobody wrote it down.
    /// With the resource `*` it works on every resource.
    ///
    /// A condition that names the services in `iam:AWSServiceName` is taken as a limit.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "iam:Create*",
    ///   //        ^^^^^^^^^^^^^
    ///   "Resource": "*"
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "iam:Create*",
    ///   "Resource": "arn:aws:iam::*:role/aws-service-role/ecs.amazonaws.com/*"
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// When the policy is meant for administrators.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-general-warning-create-slr-with-star-in-action-and-resource>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/create-service-linked-role.html>
    name: "create-slr-with-star-in-action-and-resource",
    aws: "CREATE_SLR_WITH_STAR_IN_ACTION_AND_RESOURCE",
    level: Warning,
    kinds: Kinds::IDENTITY,
    check: Statement(check),
}

fn check(cx: &mut Context<'_>, statement: &Statement) {
    let Some(star) = star(statement) else { return };
    let Some(action) = CREATE_SLR.matched_by(statement) else { return };
    cx.report(action.origin, "service-linked roles can be created for any service")
        .and_at(star.origin, "any service")
        .note("name the roles in `Resource`, or the services in `iam:AWSServiceName`");
}
