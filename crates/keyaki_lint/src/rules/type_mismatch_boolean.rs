use keyaki_diag::Applicability;
use keyaki_ir::Family;

use crate::context::Context;
use crate::placeholder::is_known;
use crate::rule::{ConditionSite, rule};

rule! {
    /// Value of `Bool` or `Null` that is neither true nor false.
    ///
    /// The test never matches: a `Deny` with it denies nothing, an `Allow` with it allows nothing.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "s3:GetObject",
    ///   "Resource": "arn:aws:s3:::reports/*",
    ///   "Condition": { "Bool": { "aws:SecureTransport": "yes" } }
    ///   //                                              ^^^^^
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "s3:GetObject",
    ///   "Resource": "arn:aws:s3:::reports/*",
    ///   "Condition": { "Bool": { "aws:SecureTransport": "true" } }
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// Never: the test does not do what it says.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-general-warning-type-mismatch-boolean>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_Boolean>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_Null>
    name: "type-mismatch-boolean",
    aws: "TYPE_MISMATCH_BOOLEAN",
    level: Warning,
    kinds: Kinds::ANY,
    replaces: ["parliament:MISMATCHED_TYPE", "parliament:MISMATCHED_TYPE_OPERATION_TO_NULL"],
    check: Condition(check),
}

fn check(cx: &mut Context<'_>, site: ConditionSite<'_>) {
    let Some(operator) = site.block.operator.operator else { return };
    if !matches!(operator.base.family(), Family::Bool | Family::Null) {
        return;
    }
    for value in site.entry.values.iter().filter(|v| !is_boolean(v.text()) && is_known(v)) {
        let text = value.text();
        let draft = cx.report(value.origin, format!("`{text}` is neither `true` nor `false`"));
        if let Some(meant) = meant(text) {
            let title = format!("replace with `{meant}`");
            draft.replace_string(value.origin, title, Applicability::Unsafe, meant);
        }
    }
}

fn is_boolean(text: &str) -> bool {
    text.eq_ignore_ascii_case("true") || text.eq_ignore_ascii_case("false")
}

fn meant(text: &str) -> Option<&'static str> {
    let is_one_of = |words: [&str; 4]| words.iter().any(|w| text.trim().eq_ignore_ascii_case(w));
    if is_one_of(["true", "yes", "1", "on"]) {
        return Some("true");
    }
    is_one_of(["false", "no", "0", "off"]).then_some("false")
}
