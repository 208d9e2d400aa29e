use keyaki_ir::{Effect, Statement};

use crate::context::Context;
use crate::rule::rule;

rule! {
    /// `Allow` in a resource control policy.
    ///
    /// Only the policy `RCPFullAWSAccess`, which AWS attaches itself, may allow:
    /// every action on every resource for every principal, without condition.
    /// All other resource control policies deny.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   //        ^^^^^^^
    ///   "Principal": "*",
    ///   "Action": "s3:GetObject",
    ///   "Resource": "arn:aws:s3:::reports/*"
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
    ///   "Condition": { "BoolIfExists": { "aws:SecureTransport": "false" } }
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// Never: the policy cannot be saved.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-error-rcp-syntax-error-allow>
    /// - <https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps_syntax.html>
    name: "rcp-syntax-error-allow",
    aws: "RCP_SYNTAX_ERROR_ALLOW",
    level: Error,
    kinds: Kinds::RCP,
    check: Statement(check),
}

fn check(cx: &mut Context<'_>, statement: &Statement) {
    let Some(effect) = &statement.effect else { return };
    if effect.effect != Some(Effect::Allow) || allows_everything(statement) {
        return;
    }
    cx.report(effect.origin, "a resource control policy cannot allow")
        .note("write what is denied instead; `RCPFullAWSAccess` allows all the rest");
}

/// Whether it is the statement of `RCPFullAWSAccess`.
pub(super) fn allows_everything(statement: &Statement) -> bool {
    let action = statement.action.as_ref().is_some_and(|e| e.entries.iter().all(|a| a.is_star()));
    let resource =
        statement.resource.as_ref().is_some_and(|e| e.entries.iter().all(|r| r.is_star()));
    let principal = statement.principal.as_ref().is_some_and(|p| p.is_everybody());
    statement.effect() == Some(Effect::Allow)
        && action
        && resource
        && principal
        && statement.condition.as_ref().is_none_or(|c| c.blocks.is_empty())
}
