use keyaki_ir::Statement;

use crate::context::Context;
use crate::named_grant::{CREATE_SLR, star};
use crate::rule::rule;

rule! {
    /// `iam:CreateServiceLinkedRole` on every resource, because `NotAction` leaves it in.
    ///
    /// A service-linked role lets a service act in the account, with permissions that AWS defines.
    /// With `Allow`, `NotAction` grants every action that is not listed, this one among them.
    /// With the resource `*` it works on every resource.
    ///
    /// A condition that names the services in `iam:AWSServiceName` is taken as a limit.
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
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-general-warning-create-slr-with-star-in-resource-and-not-action>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/create-service-linked-role.html>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notaction.html>
    name: "create-slr-with-star-in-resource-and-not-action",
    aws: "CREATE_SLR_WITH_STAR_IN_RESOURCE_AND_NOT_ACTION",
    level: Warning,
    kinds: Kinds::IDENTITY,
    check: Statement(check),
}

fn check(cx: &mut Context<'_>, statement: &Statement) {
    let Some(star) = star(statement) else { return };
    let Some(element) = CREATE_SLR.left_in_by(statement) else { return };
    cx.report(element.origin, "service-linked roles can be created for any service")
        .and_at(star.origin, "any service")
        .note("write what is granted in `Action`, or list `iam:CreateServiceLinkedRole` in `NotAction`");
}
