use keyaki_ir::Statement;

use crate::context::Context;
use crate::named_grant::CREATE_SLR;
use crate::rule::rule;

rule! {
    /// `iam:CreateServiceLinkedRole` on everything but the entries of `NotResource`.
    ///
    /// A service-linked role lets a service act in the account, with permissions that AWS defines.
    /// `NotResource` allows to create such roles for every service that is not listed.
    ///
    /// A condition that names the services in `iam:AWSServiceName` is taken as a limit.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "iam:CreateServiceLinkedRole",
    ///   //        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    ///   "NotResource": "arn:aws:iam::*:role/aws-service-role/ecs.amazonaws.com/*"
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "iam:CreateServiceLinkedRole",
    ///   "Resource": "arn:aws:iam::*:role/aws-service-role/ecs.amazonaws.com/*"
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// When the policy is meant for administrators.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-general-warning-create-slr-with-not-resource>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/create-service-linked-role.html>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notresource.html>
    name: "create-slr-with-not-resource",
    aws: "CREATE_SLR_WITH_NOT_RESOURCE",
    level: Warning,
    kinds: Kinds::IDENTITY,
    check: Statement(check),
}

fn check(cx: &mut Context<'_>, statement: &Statement) {
    let Some(element) = &statement.not_resource else { return };
    let Some(action) = CREATE_SLR.allowed_by(statement) else { return };
    cx.report(action.origin, "service-linked roles can be created for every service but a few")
        .and_at(element.origin, "all but these")
        .note("name the roles that may be created in `Resource`");
}
