use keyaki_ir::SetOperator;

use crate::absence::operator_without_values;
use crate::context::Context;
use crate::rule::{ConditionSite, rule};

rule! {
    /// Condition key that is compared with an empty list by a `ForAnyValue` operator.
    ///
    /// No value of the request is in the empty list, so the test never holds.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "ec2:CreateTags",
    ///   "Resource": "*",
    ///   "Condition": { "ForAnyValue:StringLike": { "aws:TagKeys": [] } }
    ///   //                                                        ^^
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "ec2:CreateTags",
    ///   "Resource": "*",
    ///   "Condition": { "ForAnyValue:StringLike": { "aws:TagKeys": ["cost-*"] } }
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// When a template fills the list later.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-suggestion-empty-array-condition-foranyvalue>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html>
    name: "empty-array-condition-foranyvalue",
    aws: "EMPTY_ARRAY_CONDITION_FORANYVALUE",
    level: Suggestion,
    kinds: Kinds::ANY,
    check: Condition(check),
}

fn check(cx: &mut Context<'_>, site: ConditionSite<'_>) {
    let Some(operator) = operator_without_values(cx, site) else { return };
    if operator.set == Some(SetOperator::ForAnyValue) {
        let key = &site.entry.key.value;
        cx.report(site.entry.origin, format!("the condition key `{key}` has no values"))
            .note("it holds for no request");
    }
}
