use keyaki_ir::Statement;

use crate::context::Context;
use crate::granted::{denies, is_every_resource};
use crate::rule::rule;

rule! {
    /// Resource control policy that denies every action of a service to everybody.
    ///
    /// A `Deny` without a condition locks the own principals out, and AWS's services, too.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Deny",
    ///   "Principal": "*",
    ///   "Action": "s3:*",
    ///   //        ^^^^^^
    ///   "Resource": "*"
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Effect": "Deny",
    ///   "Principal": "*",
    ///   "Action": "s3:*",
    ///   "Resource": "*",
    ///   "Condition": {
    ///     "StringNotEqualsIfExists": { "aws:PrincipalOrgID": "o-a1b2c3d4e5" },
    ///     "BoolIfExists": { "aws:PrincipalIsAWSService": "false" }
    ///   }
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// When the service is not to be used at all.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html>
    name: "rcp-denies-everything",
    level: Warning,
    kinds: Kinds::RCP,
    replaces: ["iam-policy-validator:rcp_best_practices"],
    check: Statement(check),
}

fn check(cx: &mut Context<'_>, statement: &Statement) {
    let is_blank = denies(statement) && statement.condition_entries().next().is_none();
    let mut resources = statement.resource.iter().flat_map(|e| &e.entries);
    let on_all = is_blank && resources.any(is_every_resource);
    let entries = statement.action.iter().flat_map(|e| &e.entries).filter(|_| on_all);
    for entry in entries.filter(|e| e.name().is_some_and(|n| n.bytes().all(|b| b == b'*'))) {
        cx.report(entry.origin, "everybody is denied every action of the service")
            .note("say in a condition whom it is meant for, and spare AWS's services");
    }
}
