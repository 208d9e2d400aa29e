use keyaki_ir::SetOperator;

use crate::absence::operator_without_values;
use crate::context::Context;
use crate::rule::{ConditionSite, rule};

rule! {
    /// Condition key that is compared with an empty list by a `ForAllValues` operator.
    ///
    /// No value of the request is in the empty list, so the test holds only if the key is absent.
    /// The operator `Null` says that plainly.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "ec2:CreateTags",
    ///   "Resource": "*",
    ///   "Condition": { "ForAllValues:StringEquals": { "aws:TagKeys": [] } }
    ///   //                                                           ^^
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "ec2:CreateTags",
    ///   "Resource": "*",
    ///   "Condition": { "ForAllValues:StringEquals": { "aws:TagKeys": ["team"] } }
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// When a template fills the list later.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-suggestion-empty-array-condition-forallvalues>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html>
    name: "empty-array-condition-forallvalues",
    aws: "EMPTY_ARRAY_CONDITION_FORALLVALUES",
    level: Suggestion,
    kinds: Kinds::ANY,
    check: Condition(check),
}

fn check(cx: &mut Context<'_>, site: ConditionSite<'_>) {
    let Some(operator) = operator_without_values(cx, site) else { return };
    if operator.set == Some(SetOperator::ForAllValues) {
        let key = &site.entry.key.value;
        cx.report(site.entry.origin, format!("the condition key `{key}` has no values"))
            .note("it holds only without the key; `Null` with `\"true\"` says that plainly");
    }
}
