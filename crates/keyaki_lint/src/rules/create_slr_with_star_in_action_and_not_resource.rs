use keyaki_ir::Statement;

use crate::context::Context;
use crate::named_grant::CREATE_SLR;
use crate::rule::rule;

rule! {
    /// `iam:CreateServiceLinkedRole` on all but some resources, by a wildcard in `Action`.
    ///
    /// A service-linked role lets a service act in the account, with permissions that AWS defines.
    /// A pattern such as `iam:*` holds the action, too, though nobody wrote it down.
    /// `NotResource` allows it for all roles that are not listed, those of tomorrow too.
    ///
    /// A condition that names the services in `iam:AWSServiceName` is taken as a limit.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "iam:Create*",
    ///   //        ^^^^^^^^^^^^^
    ///   "NotResource": "arn:aws:iam::111122223333:role/admin"
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
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-general-warning-create-slr-with-star-in-action-and-not-resource>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/create-service-linked-role.html>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notresource.html>
    name: "create-slr-with-star-in-action-and-not-resource",
    aws: "CREATE_SLR_WITH_STAR_IN_ACTION_AND_NOT_RESOURCE",
    level: Warning,
    kinds: Kinds::IDENTITY,
    check: Statement(check),
}

fn check(cx: &mut Context<'_>, statement: &Statement) {
    let Some(rest) = &statement.not_resource else { return };
    let Some(action) = CREATE_SLR.matched_by(statement) else { return };
    cx.report(action.origin, "service-linked roles can be created for all services but a few")
        .and_at(rest.origin, "all roles but these")
        .note("name the roles in `Resource`, or the services in `iam:AWSServiceName`");
}
