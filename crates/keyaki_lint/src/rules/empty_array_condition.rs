use crate::absence::operator_without_values;
use crate::context::Context;
use crate::rule::{ConditionSite, rule};

rule! {
    /// Condition key that is compared with an empty list.
    ///
    /// Without values there is nothing to compare with, and the test cannot mean what it seems to.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "ec2:CreateTags",
    ///   "Resource": "*",
    ///   "Condition": { "StringEquals": { "aws:RequestTag/team": [] } }
    ///   //                                                      ^^
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "ec2:CreateTags",
    ///   "Resource": "*",
    ///   "Condition": { "StringEquals": { "aws:RequestTag/team": ["data"] } }
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// When a template fills the list later.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-suggestion-empty-array-condition>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition.html>
    name: "empty-array-condition",
    aws: "EMPTY_ARRAY_CONDITION",
    level: Suggestion,
    kinds: Kinds::ANY,
    check: Condition(check),
}

fn check(cx: &mut Context<'_>, site: ConditionSite<'_>) {
    let Some(operator) = operator_without_values(cx, site) else { return };
    if operator.set.is_none() && !operator.if_exists {
        let key = &site.entry.key.value;
        cx.report(site.entry.origin, format!("the condition key `{key}` has no values"))
            .note("list the values, or remove the key");
    }
}
