use keyaki_diag::Applicability;

use crate::context::Context;
use crate::presence::{self, Presence};
use crate::rule::{ConditionSite, rule};

rule! {
    /// Test against `*` that never holds, so that its statement has no effect.
    ///
    /// `*` matches every value.
    /// A negated test against it fails for every value that is there,
    /// and its `ForAnyValue:` form, or another test that asks for the key, fails for requests without the key.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "ec2:StopInstances",
    ///   "Resource": "*",
    ///   "Condition": {
    ///     "StringNotLike": { "aws:ResourceTag/team": "*" },
    ///     //                                         ^^^
    ///     "Null": { "aws:ResourceTag/team": "false" }
    ///   }
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "ec2:StopInstances",
    ///   "Resource": "*",
    ///   "Condition": {
    ///     "StringNotLike": { "aws:ResourceTag/team": "data-*" },
    ///     "Null": { "aws:ResourceTag/team": "false" }
    ///   }
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// Never: the statement neither allows nor denies anything.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-suggestion-redundant-statement-due-to-wildcard-in-condition>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html>
    name: "redundant-statement-due-to-wildcard-in-condition",
    aws: "REDUNDANT_STATEMENT_DUE_TO_WILDCARD_IN_CONDITION",
    level: Suggestion,
    kinds: Kinds::ANY,
    check: Condition(check),
}

fn check(cx: &mut Context<'_>, site: ConditionSite<'_>) {
    let operator = site.block.operator.operator;
    let Some(presence) = presence::of_star(operator, site.entry) else { return };
    if !presence::is_contradicted(cx, site, presence) {
        return;
    }
    let Some(star) = presence::star(site.entry) else { return };
    let key = &site.entry.key.value;
    let note = match presence {
        Presence::Never | Presence::Always => format!("no value of `{key}` differs from `*`"),
        Presence::Absent => {
            format!("it asks for requests without `{key}`, another test for the key")
        }
        Presence::Present => format!("it asks for the key `{key}`, another test for its absence"),
    };
    cx.report(star.origin, "the test never holds, so the statement has no effect")
        .note(note)
        .remove(site.statement.origin, "remove the statement", Applicability::Safe);
}
