use keyaki_ir::Statement;

use crate::context::Context;
use crate::granted::{allows, grants_everything};
use crate::rule::rule;

rule! {
    /// Statements that together grant every action on every resource, though none says so.
    ///
    /// Wildcards inside names, `NotAction` with what is missing granted elsewhere, and odd spellings of `*` come to the same as `*` on `*`.
    /// That the policy grants every request for an action of the catalogue is proved; conditions that always hold and a `Deny` that never does change nothing.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Version": "2012-10-17",
    ///   "Statement": [
    ///     {
    ///       "Effect": "Allow",
    ///       "NotAction": "iam:*",
    ///       //           ^^^^^^^
    ///       "Resource": "*"
    ///     },
    ///     { "Effect": "Allow", "Action": "i?m:*", "Resource": "**" }
    ///   ]
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Version": "2012-10-17",
    ///   "Statement": [
    ///     { "Effect": "Allow", "NotAction": "iam:*", "Resource": "*" },
    ///     { "Effect": "Allow", "Action": "iam:Get*", "Resource": "*" }
    ///   ]
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// When the policy is meant for administrators; then say so with `*`.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notaction.html>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#grant-least-privilege>
    name: "hidden-administrator",
    level: Security,
    kinds: Kinds::of(&[keyaki_ir::PolicyKind::Identity]),
    replaces: ["checkov:CKV_AWS_62", "prowler:iam_inline_policy_no_administrative_privileges"],
    check: Proof(check),
}

fn check(cx: &mut Context<'_>) {
    let Some(widest) = cx.policy().statements.iter().find(|s| is_wide(s)) else { return };
    let Some(meaning) = cx.meaning() else { return };
    if !meaning.grants_everything(cx.catalog()) {
        return;
    }
    let element = widest.action_elements().next().map_or(widest.origin, |e| e.origin);
    cx.report(element, "the policy grants every action on every resource")
        .note("proved: no request for an action of the catalogue is refused")
        .note("whoever has this policy administers the account");
}

/// Whether a statement could grant almost everything, and is no plain `*` on `*`.
fn is_wide(statement: &Statement) -> bool {
    let mut entries = statement.action.iter().flat_map(|e| &e.entries);
    let is_open = entries.any(|e| e.text.starts_with(['*', '?']));
    let is_plain = grants_everything(statement).is_some();
    allows(statement) && (statement.not_action.is_some() || (is_open && !is_plain))
}
