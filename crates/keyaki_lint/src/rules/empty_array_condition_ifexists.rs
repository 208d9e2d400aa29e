use crate::absence::operator_without_values;
use crate::context::Context;
use crate::rule::{ConditionSite, rule};

rule! {
    /// Condition key that is compared with an empty list by an `IfExists` operator.
    ///
    /// No value equals one of the empty list, so the test holds only if the key is absent.
    /// The operator `Null` says that plainly.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "ec2:CreateTags",
    ///   "Resource": "*",
    ///   "Condition": { "StringEqualsIfExists": { "aws:RequestTag/team": [] } }
    ///   //                                                              ^^
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "ec2:CreateTags",
    ///   "Resource": "*",
    ///   "Condition": { "StringEqualsIfExists": { "aws:RequestTag/team": ["data"] } }
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// When a template fills the list later.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-suggestion-empty-array-condition-ifexists>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html>
    name: "empty-array-condition-ifexists",
    aws: "EMPTY_ARRAY_CONDITION_IFEXISTS",
    level: Suggestion,
    kinds: Kinds::ANY,
    check: Condition(check),
}

fn check(cx: &mut Context<'_>, site: ConditionSite<'_>) {
    let Some(operator) = operator_without_values(cx, site) else { return };
    if operator.set.is_none() && operator.if_exists {
        let key = &site.entry.key.value;
        cx.report(site.entry.origin, format!("the condition key `{key}` has no values"))
            .note("it holds only without the key; `Null` with `\"true\"` says that plainly");
    }
}
