use keyaki_diag::Applicability;
use keyaki_ir::Statement;

use crate::condition_edit::add_entry;
use crate::context::Context;
use crate::rcp_guard::{BOOL_IF_EXISTS, IS_SERVICE, asks_for_service, open_source_key};
use crate::rule::rule;

rule! {
    /// Source key in a resource control policy that also meets callers other than AWS services.
    ///
    /// Only AWS services call with `aws:SourceOrgID`, `aws:SourceOrgPaths`, `aws:SourceAccount`
    /// or `aws:SourceArn`.
    /// A negated test of such a key is true for all other callers, so the `Deny` meets them too.
    /// The test of `aws:PrincipalIsAWSService` leaves them out.
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
    ///     "Null": { "aws:SourceAccount": "false" }
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
    ///     "Null": { "aws:SourceAccount": "false" },
    ///     "Bool": { "aws:PrincipalIsAWSService": "true" }
    ///   }
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// When another test of the statement leaves the other callers out.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-general-warning-rcp-missing-related-service-principal-condition-key>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html>
    name: "rcp-missing-related-service-principal-condition-key",
    aws: "RCP_MISSING_RELATED_SERVICE_PRINCIPAL_CONDITION_KEY",
    level: Warning,
    kinds: Kinds::RCP,
    check: Statement(check),
}

fn check(cx: &mut Context<'_>, statement: &Statement) {
    let Some(entry) = open_source_key(statement) else { return };
    if asks_for_service(statement, true) {
        return;
    }
    let edit = add_entry(cx, statement, BOOL_IF_EXISTS, IS_SERVICE, "\"true\"");
    let message = format!("the test of `{}` also denies other callers", entry.key.value);
    let draft = cx
        .report(entry.key.origin, message)
        .note(format!("add `BoolIfExists` with `{IS_SERVICE}`: `true`: only AWS services have it"));
    if let Some(edit) = edit {
        draft.fix("deny AWS services only", Applicability::Unsafe, vec![edit]);
    }
}
