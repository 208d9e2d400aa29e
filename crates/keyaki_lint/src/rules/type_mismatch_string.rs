use keyaki_ir::Family;

use crate::context::Context;
use crate::placeholder::is_known;
use crate::rule::{ConditionSite, rule};

rule! {
    /// Value of `BinaryEquals` that is not base64.
    ///
    /// The operator compares bytes; the policy gives them in base64 with its padding.
    /// A test against anything else never matches.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "kms:Decrypt",
    ///   "Resource": "*",
    ///   "Condition": { "BinaryEquals": { "kms:RecipientAttestation:ImageSha384": "not base64!" } }
    ///   //                                                                       ^^^^^^^^^^^^^
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "kms:Decrypt",
    ///   "Resource": "*",
    ///   "Condition": { "BinaryEquals": { "kms:RecipientAttestation:ImageSha384": "bm90IGJhc2U2NCE=" } }
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// Never: the test does not do what it says.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-general-warning-type-mismatch-string>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_BinaryEquals>
    /// - <https://www.rfc-editor.org/rfc/rfc4648#section-4>
    name: "type-mismatch-string",
    aws: "TYPE_MISMATCH_STRING",
    level: Warning,
    kinds: Kinds::ANY,
    replaces: ["parliament:MISMATCHED_TYPE"],
    check: Condition(check),
}

fn check(cx: &mut Context<'_>, site: ConditionSite<'_>) {
    if site.block.operator.operator.is_none_or(|o| o.base.family() != Family::Binary) {
        return;
    }
    for value in site.entry.values.iter().filter(|v| !is_base64(v.text()) && is_known(v)) {
        cx.report(value.origin, format!("`{}` is not base64", value.text()))
            .note("write the bytes in base64, with `=` up to a multiple of four characters");
    }
}

fn is_base64(text: &str) -> bool {
    let digits = text.strip_suffix("==").or(text.strip_suffix('=')).unwrap_or(text);
    let is_digit = |b: u8| b.is_ascii_alphanumeric() || b == b'+' || b == b'/';
    !digits.is_empty() && text.len().is_multiple_of(4) && digits.bytes().all(is_digit)
}
