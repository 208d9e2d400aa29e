use keyaki_diag::Applicability;
use keyaki_ir::Statement;

use crate::condition_edit::add_entry;
use crate::context::Context;
use crate::rcp_guard::{
    BOOL_IF_EXISTS, IS_SERVICE, asks_for_service, open_principal_key, open_source_key,
};
use crate::rule::rule;

rule! {
    /// Principal key in a resource control policy that also meets AWS services.
    ///
    /// AWS services that call in their own name have no `aws:PrincipalOrgID`,
    /// `aws:PrincipalOrgPaths`, `aws:PrincipalAccount` or `aws:PrincipalArn`.
    /// A negated test of such a key is true for them, so the `Deny` takes their access away.
    /// The test of `aws:PrincipalIsAWSService` leaves them out.
    ///
    /// A statement about AWS services, with a test of a source key, is not reported.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Deny",
    ///   "Principal": "*",
    ///   "Action": "s3:*",
    ///   "Resource": "*",
    ///   "Condition": { "StringNotEqualsIfExists": { "aws:PrincipalOrgID": "o-a1b2c3d4e5" } }
    ///   //                                          ^^^^^^^^^^^^^^^^^^^^
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
    /// When no AWS service uses the resources.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-general-warning-rcp-missing-related-principal-condition-key>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-principalisawsservice>
    name: "rcp-missing-related-principal-condition-key",
    aws: "RCP_MISSING_RELATED_PRINCIPAL_CONDITION_KEY",
    level: Warning,
    kinds: Kinds::RCP,
    check: Statement(check),
}

fn check(cx: &mut Context<'_>, statement: &Statement) {
    let Some(entry) = open_principal_key(statement) else { return };
    let speaks_of_services =
        [false, true].iter().any(|&answer| asks_for_service(statement, answer));
    if speaks_of_services || open_source_key(statement).is_some() {
        return;
    }
    let edit = add_entry(cx, statement, BOOL_IF_EXISTS, IS_SERVICE, "\"false\"");
    let message = format!("the test of `{}` also denies AWS services", entry.key.value);
    let draft = cx
        .report(entry.key.origin, message)
        .note(format!("add `BoolIfExists` with `{IS_SERVICE}`: `false` to leave them out"));
    if let Some(edit) = edit {
        draft.fix("leave AWS services out", Applicability::Unsafe, vec![edit]);
    }
}
