use keyaki_diag::Applicability;

use crate::condition_edit::remove_entry;
use crate::context::Context;
use crate::presence::{self, Presence};
use crate::rule::{ConditionSite, rule};

rule! {
    /// Test against `*` that always holds.
    ///
    /// `*` matches every value, and `IfExists` and `ForAllValues:` let requests without the key pass:
    /// together they test nothing.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "ec2:StopInstances",
    ///   "Resource": "*",
    ///   "Condition": { "StringLikeIfExists": { "aws:ResourceTag/team": "*" } }
    ///   //                                                             ^^^
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "ec2:StopInstances",
    ///   "Resource": "*",
    ///   "Condition": { "StringLike": { "aws:ResourceTag/team": "data-*" } }
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// When the value is a stand-in for a narrower pattern.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-suggestion-redundant-key-due-to-wildcard-in-condition>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_IfExists>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html>
    name: "redundant-key-due-to-wildcard-in-condition",
    aws: "REDUNDANT_KEY_DUE_TO_WILDCARD_IN_CONDITION",
    level: Suggestion,
    kinds: Kinds::ANY,
    check: Condition(check),
}

fn check(cx: &mut Context<'_>, site: ConditionSite<'_>) {
    let Some(operator) = site.block.operator.operator else { return };
    if presence::of_star(Some(operator), site.entry) != Some(Presence::Always) {
        return;
    }
    let Some(star) = presence::star(site.entry) else { return };
    let edit = remove_entry(cx, site);
    let key = &site.entry.key.value;
    let has_one_value =
        operator.set.is_none() && cx.key_type(key).is_some_and(|t| !t.is_multivalued());
    let (message, others, applicability) = match has_one_value {
        true => (format!("the test of `{key}` always holds"), "all others", Applicability::Safe),
        false => (
            format!("the test of `{key}` holds without a value and with any one"),
            "those with one value; several at once, or an empty list, may fail",
            Applicability::Unsafe,
        ),
    };
    let note =
        format!("`{}` lets requests without the key pass, and `*` {others}", operator.name());
    let draft = cx.report(star.origin, message).note(note);
    if let Some(edit) = edit {
        draft.fix("remove the test", applicability, vec![edit]);
    }
}
