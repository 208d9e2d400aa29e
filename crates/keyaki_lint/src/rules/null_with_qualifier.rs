use keyaki_diag::Applicability;
use keyaki_ir::{BaseOperator, SetOperator, Statement};

use crate::context::Context;
use crate::rule::rule;

rule! {
    /// `Null` with `ForAllValues:` or `ForAnyValue:`.
    ///
    /// `Null` tests whether a key is there, not its values.
    /// With `ForAllValues:` the test is always true, with `ForAnyValue:` always false.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "ec2:CreateTags",
    ///   "Resource": "*",
    ///   "Condition": { "ForAnyValue:Null": { "aws:TagKeys": "false" } }
    ///   //             ^^^^^^^^^^^^^^^^^^
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "ec2:CreateTags",
    ///   "Resource": "*",
    ///   "Condition": { "Null": { "aws:TagKeys": "false" } }
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// Never: the test does not do what it says.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-suggestion-null-with-qualifier>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_Null>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html>
    name: "null-with-qualifier",
    aws: "NULL_WITH_QUALIFIER",
    level: Suggestion,
    kinds: Kinds::ANY,
    check: Statement(check),
}

fn check(cx: &mut Context<'_>, statement: &Statement) {
    for block in statement.condition.iter().flat_map(|c| &c.blocks) {
        let Some(operator) = block.operator.operator else { continue };
        let Some(set) = operator.set.filter(|_| operator.base == BaseOperator::Null) else {
            continue;
        };
        let outcome = match set {
            SetOperator::ForAllValues => "true",
            SetOperator::ForAnyValue => "false",
        };
        let message = format!("`Null` with `{}` is always {outcome}", set.name());
        cx.report(block.operator.origin, message)
            .note("`Null` looks at the key, not at its values, and takes no qualifier")
            .replace_string(
                block.operator.origin,
                "replace with `Null`",
                Applicability::Unsafe,
                "Null",
            );
    }
}
