use keyaki_diag::{Applicability, Edit};
use keyaki_ir::number::Decimal;
use keyaki_ir::{BaseOperator, ConditionEntry, ConditionValue};

use crate::context::Context;
use crate::rule::{ConditionSite, rule};

rule! {
    /// Several bounds under one numeric ordering operator.
    ///
    /// A test holds if one of its values matches, so only the widest bound counts.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "s3:GetObject",
    ///   "Resource": "arn:aws:s3:::reports/*",
    ///   "Condition": { "NumericLessThan": { "aws:MultiFactorAuthAge": ["2700", "3600"] } }
    ///   //                                                            ^^^^^^^^^^^^^^^^
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
    /// Never: one of the numbers has no effect, and it may be the one that was meant.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-suggestion-redundant-condition-value-num>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_Numeric>
    name: "redundant-condition-value-num",
    aws: "REDUNDANT_CONDITION_VALUE_NUM",
    level: Suggestion,
    kinds: Kinds::ANY,
    check: Condition(check),
}

fn check(cx: &mut Context<'_>, site: ConditionSite<'_>) {
    let Some(operator) = site.block.operator.operator else { return };
    let entry = site.entry;
    if entry.values.len() < 2 {
        return;
    }
    let Some(widest) = widest(operator.base, entry) else { return };
    let (key, bound) = (&entry.key.value, widest.text());
    let replacement = cx.text(widest.origin).to_owned();
    let edit = Edit { range: cx.range(entry.origin), replacement };
    cx.report(entry.origin, format!("of the bounds of `{key}` only `{bound}` counts"))
        .note("one matching value is enough, so the widest bound decides")
        .fix(format!("keep `{bound}`"), Applicability::Safe, vec![edit]);
}

/// The bound that lets most numbers through; none where the values are not all bounds.
fn widest(operator: BaseOperator, entry: &ConditionEntry) -> Option<&ConditionValue> {
    use BaseOperator::{
        NumericGreaterThan, NumericGreaterThanEquals, NumericLessThan, NumericLessThanEquals,
    };
    let upper = matches!(operator, NumericLessThan | NumericLessThanEquals);
    if !upper && !matches!(operator, NumericGreaterThan | NumericGreaterThanEquals) {
        return None;
    }
    let numbers = entry.values.iter().map(|v| Some((Decimal::parse(v.text())?, v)));
    let numbers: Vec<_> = numbers.collect::<Option<_>>()?;
    let by_number = |(n, _): &(Decimal, _)| n.clone();
    let widest = if upper {
        numbers.into_iter().max_by_key(by_number)
    } else {
        numbers.into_iter().min_by_key(by_number)
    };
    widest.map(|(_, value)| value)
}
