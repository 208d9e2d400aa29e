use keyaki_diag::Applicability;
use keyaki_ir::{BaseOperator, Operator};

use crate::condition_edit::move_entry;
use crate::context::Context;
use crate::pinned_key::Pinned;
use crate::presence::{self, Presence};
use crate::rule::{ConditionSite, rule};

rule! {
    /// Test against `*` that only says that its key is there.
    ///
    /// `*` matches every value, so `StringLike` with it tests nothing but the presence of the key.
    /// `Null` with `false` says so in plain words; it only takes an empty value for none.
    ///
    /// Where the wildcard is a mistake that `wildcard-usage-too-permissive` reports, this rule is silent.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "ec2:StopInstances",
    ///   "Resource": "*",
    ///   "Condition": { "StringLike": { "aws:ResourceTag/team": "*" } }
    ///   //                                                     ^^^
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "ec2:StopInstances",
    ///   "Resource": "*",
    ///   "Condition": { "Null": { "aws:ResourceTag/team": "false" } }
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// When the value is a stand-in for a narrower pattern.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-suggestion-equivalent-to-null-false>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_Null>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_String>
    name: "equivalent-to-null-false",
    aws: "EQUIVALENT_TO_NULL_FALSE",
    level: Suggestion,
    persona: Pedantic,
    kinds: Kinds::ANY,
    check: Condition(check),
}

fn check(cx: &mut Context<'_>, site: ConditionSite<'_>) {
    let operator = site.block.operator.operator;
    if presence::of_star(operator, site.entry) != Some(Presence::Present)
        || presence::is_contradicted(cx, site, Presence::Present)
    {
        return;
    }
    let Some(star) = presence::star(site.entry) else { return };
    if Pinned::of(site).is_some_and(|pinned| pinned.opening(&star.pattern).is_some()) {
        return;
    }
    let null = Operator { set: None, base: BaseOperator::Null, if_exists: false };
    let edits = move_entry(cx, site, null, "\"false\"");
    let message = format!("the test only says that `{}` is there", site.entry.key.value);
    let draft = cx
        .report(star.origin, message)
        .note("`Null` with `false` says so; it takes an empty value for none");
    if let Some(edits) = edits {
        // `Null` takes an empty value for none, `*` takes it for a value.
        draft.fix("use `Null`", Applicability::Unsafe, edits);
    }
}
