use crate::context::Context;
use crate::rule::{ConditionSite, rule};
use crate::variables;

rule! {
    /// Policy variable in a value of an operator that takes none.
    ///
    /// Variables are replaced in values of string and ARN operators.
    /// Numeric, date, boolean, binary, IP address and null operators take constants only.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "iam:UpdateLoginProfile",
    ///   "Resource": "*",
    ///   "Condition": { "NumericLessThan": { "aws:MultiFactorAuthAge": "${aws:PrincipalTag/age}" } }
    ///   //                                                             ^^^^^^^^^^^^^^^^^^^^^^^
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "iam:UpdateLoginProfile",
    ///   "Resource": "*",
    ///   "Condition": { "NumericLessThan": { "aws:MultiFactorAuthAge": "3600" } }
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// Never: AWS refuses the policy.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-error-invalid-variable-for-operator>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html>
    name: "invalid-variable-for-operator",
    aws: "INVALID_VARIABLE_FOR_OPERATOR",
    level: Error,
    kinds: Kinds::ANY,
    check: Condition(check),
}

fn check(cx: &mut Context<'_>, site: ConditionSite<'_>) {
    let Some(operator) = site.block.operator.operator else { return };
    if operator.base.takes_variables() || !cx.has_variables() {
        return;
    }
    for value in &site.entry.values {
        if let Some(variable) = variables::first(&value.pattern) {
            let message = format!("`{}` takes no policy variables", operator.base.name());
            cx.report(value.origin, message)
                .part(value.origin, variable.range.clone())
                .note("only string and ARN operators do");
        }
    }
}
