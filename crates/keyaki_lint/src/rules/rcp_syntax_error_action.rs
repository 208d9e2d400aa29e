use keyaki_ir::glob;

use crate::context::Context;
use crate::rule::{ActionSite, rule};
use crate::rules::rcp_syntax_error_allow::allows_everything;

rule! {
    /// Action to which resource control policies do not apply.
    ///
    /// Resource control policies apply to the actions of some services only,
    /// and an action is named with its service: the lone `*` is refused.
    ///
    /// Actions of services that do not exist are reported by `invalid-service-in-action`.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Deny",
    ///   "Principal": "*",
    ///   "Action": ["s3:*", "ec2:*", "*"],
    ///   //                 ^^^^^^^  ^^^
    ///   "Resource": "*"
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Effect": "Deny",
    ///   "Principal": "*",
    ///   "Action": ["s3:*", "kms:*"],
    ///   "Resource": "*"
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// When the service is younger in the list of services than the catalogue.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-error-rcp-syntax-error-action>
    /// - <https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html#rcp-supported-services>
    name: "rcp-syntax-error-action",
    aws: "RCP_SYNTAX_ERROR_ACTION",
    level: Error,
    kinds: Kinds::RCP,
    check: Action(check),
}

fn check(cx: &mut Context<'_>, site: ActionSite<'_>) {
    let origin = site.entry.origin;
    if site.entry.is_star() {
        if !allows_everything(site.statement) {
            cx.report(origin, "`*` is not supported in resource control policies")
                .note("name the services, such as `s3:*`");
        }
        return;
    }
    let Some(prefix) = site.entry.service() else { return };
    if glob::has_wildcard(prefix) || site.service.is_none() {
        return;
    }
    if cx.catalog().rcp_services().any(|service| service.eq_ignore_ascii_case(prefix)) {
        return;
    }
    cx.report(origin, format!("resource control policies do not apply to `{prefix}`"))
        .note("AWS lists the services that they apply to");
}
