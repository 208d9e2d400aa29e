use keyaki_ir::Statement;

use crate::context::Context;
use crate::rule::rule;

rule! {
    /// `NotAction` in a resource control policy.
    ///
    /// Resource control policies name the actions that they deny.
    /// AWS Organizations refuses `NotAction`.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Deny",
    ///   "Principal": "*",
    ///   "NotAction": "s3:GetObject",
    ///   //^
    ///   "Resource": "*"
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Effect": "Deny",
    ///   "Principal": "*",
    ///   "Action": ["s3:Put*", "s3:Delete*"],
    ///   "Resource": "*"
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// Never: the policy cannot be saved.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-error-rcp-syntax-error-notaction>
    /// - <https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps_syntax.html>
    name: "rcp-syntax-error-notaction",
    aws: "RCP_SYNTAX_ERROR_NOTACTION",
    level: Error,
    kinds: Kinds::RCP,
    check: Statement(check),
}

fn check(cx: &mut Context<'_>, statement: &Statement) {
    let Some(element) = &statement.not_action else { return };
    cx.report(element.name, "`NotAction` is not supported in resource control policies")
        .note("list the actions to deny in `Action`");
}
