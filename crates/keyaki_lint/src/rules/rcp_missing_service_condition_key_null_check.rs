use keyaki_diag::Applicability;
use keyaki_ir::Statement;

use crate::condition_edit::add_entry;
use crate::context::Context;
use crate::rcp_guard::{NULL, asks_for_source, open_source_key};
use crate::rule::rule;

rule! {
    /// Source key in a resource control policy that also meets calls without a source.
    ///
    /// AWS services do not send `aws:SourceAccount` and the other source keys with every call.
    /// A negated test of such a key is true where it is absent, so the `Deny` meets those calls.
    /// `Null` with `false` on `aws:SourceAccount` or `aws:SourceArn` leaves them out.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Deny",
    ///   "Principal": "*",
    ///   "Action": "s3:*",
    ///   "Resource": "*",
    ///   "Condition": {
    ///     "StringNotEqualsIfExists": { "aws:SourceOrgID": "o-a1b2c3d4e5" },
    ///     //                           ^^^^^^^^^^^^^^^^^
    ///     "Bool": { "aws:PrincipalIsAWSService": "true" }
    ///   }
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
    ///     "StringNotEqualsIfExists": { "aws:SourceOrgID": "o-a1b2c3d4e5" },
    ///     "Bool": { "aws:PrincipalIsAWSService": "true" },
    ///     "Null": { "aws:SourceAccount": "false" }
    ///   }
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// When calls without a source are to be denied as well.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-general-warning-rcp-missing-service-condition-key-null-check>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html>
    name: "rcp-missing-service-condition-key-null-check",
    aws: "RCP_MISSING_SERVICE_CONDITION_KEY_NULL_CHECK",
    level: Warning,
    kinds: Kinds::RCP,
    check: Statement(check),
}

fn check(cx: &mut Context<'_>, statement: &Statement) {
    let Some(entry) = open_source_key(statement) else { return };
    if asks_for_source(statement) {
        return;
    }
    let edit = add_entry(cx, statement, NULL, "aws:SourceAccount", "\"false\"");
    let message = format!("the test of `{}` also denies calls without a source", entry.key.value);
    let draft = cx
        .report(entry.key.origin, message)
        .note("add `Null` with `aws:SourceAccount`: `false` to leave them out");
    if let Some(edit) = edit {
        draft.fix("leave calls without a source out", Applicability::Unsafe, vec![edit]);
    }
}
