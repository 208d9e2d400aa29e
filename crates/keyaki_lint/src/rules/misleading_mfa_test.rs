use keyaki_ir::{BaseOperator, Effect};

use crate::context::Context;
use crate::rule::ConditionSite;
use crate::rule::rule;

rule! {
    /// Test for a second factor that a request without one passes, or escapes.
    ///
    /// Requests with long-term access keys do not carry `aws:MultiFactorAuthPresent` at all.
    /// A `Deny` where it is `false` does not meet them, and an `Allow` with `BoolIfExists` lets them through.
    /// `Null` asks whether the key is there, not what it says.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Deny",
    ///   "Action": "iam:*",
    ///   "Resource": "*",
    ///   "Condition": { "Bool": { "aws:MultiFactorAuthPresent": "false" } }
    ///   //                       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    /// }
    /// ```
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "iam:*",
    ///   "Resource": "*",
    ///   "Condition": { "BoolIfExists": { "aws:MultiFactorAuthPresent": "true" } }
    ///   //                               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    /// }
    /// ```
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "iam:*",
    ///   "Resource": "*",
    ///   "Condition": { "Null": { "aws:MultiFactorAuthPresent": "false" } }
    ///   //                       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Effect": "Deny",
    ///   "Action": "iam:*",
    ///   "Resource": "*",
    ///   "Condition": { "BoolIfExists": { "aws:MultiFactorAuthPresent": "false" } }
    /// }
    /// ```
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "iam:*",
    ///   "Resource": "*",
    ///   "Condition": { "Bool": { "aws:MultiFactorAuthPresent": "true" } }
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// When requests with long-term access keys are meant to get through.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-multifactorauthpresent>
    name: "misleading-mfa-test",
    level: Security,
    kinds: Kinds::ANY,
    replaces: ["parliament:BAD_PATTERN_FOR_MFA", "iam-policy-validator:mfa_condition_antipattern"],
    check: Condition(check),
}

fn check(cx: &mut Context<'_>, site: ConditionSite<'_>) {
    if !site.entry.is("aws:MultiFactorAuthPresent") {
        return;
    }
    let Some(operator) = site.block.operator.operator else { return };
    let says = |text: &str| site.entry.values.iter().any(|v| v.text().eq_ignore_ascii_case(text));
    let only = |text: &str| says(text) && site.entry.values.len() == 1;
    let is_bool = operator.base == BaseOperator::Bool;
    let is_null = operator.base == BaseOperator::Null;
    let message = match site.statement.effect() {
        Some(Effect::Deny) if is_bool && !operator.if_exists && only("false") => {
            "requests with long-term access keys escape this deny"
        }
        Some(Effect::Allow) if is_bool && operator.if_exists && only("true") => {
            "requests with long-term access keys pass this test"
        }
        Some(Effect::Allow) if is_null && only("false") => {
            "this asks whether the key is there, not whether a second factor was used"
        }
        Some(Effect::Allow | Effect::Deny) | None => return,
    };
    cx.report(site.entry.key.origin, message)
        .note("such requests do not carry the key; `Bool` fails then, `BoolIfExists` holds");
}
