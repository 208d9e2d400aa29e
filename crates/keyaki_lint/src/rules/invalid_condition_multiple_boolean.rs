use keyaki_diag::Applicability;
use keyaki_ir::BaseOperator;

use crate::context::Context;
use crate::rule::{ConditionSite, rule};

rule! {
    /// Boolean condition key with more than one value.
    ///
    /// A key is either true or false: a test for both says nothing, and AWS refuses it.
    /// A set operator may compare with several values.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "s3:GetObject",
    ///   "Resource": "arn:aws:s3:::reports/*",
    ///   "Condition": { "Bool": { "aws:SecureTransport": ["true", "false"] } }
    ///   //                                              ^^^^^^^^^^^^^^^^^
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "s3:GetObject",
    ///   "Resource": "arn:aws:s3:::reports/*",
    ///   "Condition": { "Bool": { "aws:SecureTransport": "true" } }
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// Never: the policy cannot be saved.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-error-invalid-condition-multiple-boolean>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_Boolean>
    name: "invalid-condition-multiple-boolean",
    aws: "INVALID_CONDITION_MULTIPLE_BOOLEAN",
    level: Error,
    kinds: Kinds::ANY,
    check: Condition(check),
}

fn check(cx: &mut Context<'_>, site: ConditionSite<'_>) {
    let Some(operator) = site.block.operator.operator else { return };
    let entry = site.entry;
    let [first, rest @ ..] = entry.values.as_slice() else { return };
    if operator.base != BaseOperator::Bool || operator.set.is_some() || rest.is_empty() {
        return;
    }
    let draft =
        cx.report(entry.origin, format!("`{}` is compared with several booleans", entry.key.value));
    if rest.iter().all(|v| v.text().eq_ignore_ascii_case(first.text())) {
        let title = format!("keep one `{}`", first.text());
        draft.replace_string(entry.origin, title, Applicability::Safe, first.text());
    } else {
        draft.note("keep one value, or remove the test: a key that is there is true or false");
    }
}
