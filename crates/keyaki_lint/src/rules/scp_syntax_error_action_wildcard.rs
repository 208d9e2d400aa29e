use keyaki_ir::glob;

use crate::context::Context;
use crate::placeholder::is_template;
use crate::rule::{ActionSite, rule};

rule! {
    /// Wildcard before the end of an action in a service control policy.
    ///
    /// Service control policies once took `*` and `?` at the end of an action only.
    /// AWS Organizations takes them anywhere since September 2025, but AWS's validator still lists
    /// the check, and tools of that time refuse such a policy.
    ///
    /// The rule is for auditors who have to keep to the old form.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Deny",
    ///   "Action": ["iam:Create*", "iam:*AccessKey"],
    ///   //                             ^
    ///   "Resource": "*"
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Effect": "Deny",
    ///   "Action": ["iam:Create*", "iam:UpdateAccessKey", "*"],
    ///   "Resource": "*"
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// When the policy is only ever given to AWS Organizations of today.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-error-scp-syntax-error-action-wildcard>
    /// - <https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_syntax.html>
    name: "scp-syntax-error-action-wildcard",
    aws: "SCP_SYNTAX_ERROR_ACTION_WILDCARD",
    level: Error,
    confidence: Low,
    persona: Auditor,
    kinds: Kinds::SCP,
    check: Action(check),
}

fn check(cx: &mut Context<'_>, site: ActionSite<'_>) {
    let text = &*site.entry.text;
    let body = text.trim_end_matches(['*', '?']);
    if !glob::has_wildcard(body) || is_template(body) {
        return;
    }
    let at = body.find(['*', '?']).unwrap_or(0);
    let origin = site.entry.origin;
    cx.report(origin, format!("`{text}` has a wildcard before its end"))
        .part(origin, at..at + 1)
        .note("list the actions, or let the wildcard be the end");
}
