use keyaki_ir::Family;
use keyaki_ir::number::Decimal;

use crate::context::Context;
use crate::placeholder::is_known;
use crate::rule::{ConditionSite, rule};

rule! {
    /// Value of a numeric operator that is no number.
    ///
    /// Numbers are plain decimals without units, separators or exponents.
    /// A test against anything else never matches.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "s3:GetObject",
    ///   "Resource": "arn:aws:s3:::reports/*",
    ///   "Condition": { "NumericLessThan": { "aws:MultiFactorAuthAge": "1h" } }
    ///   //                                                            ^^^^
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "s3:GetObject",
    ///   "Resource": "arn:aws:s3:::reports/*",
    ///   "Condition": { "NumericLessThan": { "aws:MultiFactorAuthAge": "3600" } }
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// Never: the test does not do what it says.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-general-warning-type-mismatch-number>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_Numeric>
    name: "type-mismatch-number",
    aws: "TYPE_MISMATCH_NUMBER",
    level: Warning,
    kinds: Kinds::ANY,
    replaces: ["parliament:MISMATCHED_TYPE"],
    check: Condition(check),
}

fn check(cx: &mut Context<'_>, site: ConditionSite<'_>) {
    if site.block.operator.operator.is_none_or(|o| o.base.family() != Family::Numeric) {
        return;
    }
    let is_number = |text: &str| Decimal::parse(text).is_some();
    for value in site.entry.values.iter().filter(|v| !is_number(v.text()) && is_known(v)) {
        cx.report(value.origin, format!("`{}` is no number", value.text()))
            .note("write a plain decimal number, without unit or separators");
    }
}
