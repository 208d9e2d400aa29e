use keyaki_diag::Applicability;
use keyaki_ir::{BaseOperator, Operator, Statement};

use crate::context::Context;
use crate::rule::rule;

rule! {
    /// `Null` with the suffix `IfExists`.
    ///
    /// `Null` tests whether a key is there, `IfExists` skips a test when the key is not there:
    /// together they have no meaning, and AWS refuses the policy.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "s3:GetObject",
    ///   "Resource": "arn:aws:s3:::reports/*",
    ///   "Condition": { "NullIfExists": { "aws:TokenIssueTime": "true" } }
    ///   //             ^^^^^^^^^^^^^^
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "s3:GetObject",
    ///   "Resource": "arn:aws:s3:::reports/*",
    ///   "Condition": { "Null": { "aws:TokenIssueTime": "true" } }
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// Never: the policy cannot be saved.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-error-null-with-if-exists>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_Null>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_IfExists>
    name: "null-with-if-exists",
    aws: "NULL_WITH_IF_EXISTS",
    level: Error,
    kinds: Kinds::ANY,
    check: Statement(check),
}

fn check(cx: &mut Context<'_>, statement: &Statement) {
    for block in statement.condition.iter().flat_map(|c| &c.blocks) {
        let Some(operator) = block.operator.operator else { continue };
        if operator.base != BaseOperator::Null || !operator.if_exists {
            continue;
        }
        let meant = Operator { if_exists: false, ..operator }.name();
        let title = format!("replace with `{meant}`");
        cx.report(block.operator.origin, format!("`{}` is no operator", block.operator.text))
            .note("`Null` tests itself whether the key is there and takes no `IfExists`")
            .replace_string(block.operator.origin, title, Applicability::Unsafe, &meant);
    }
}
