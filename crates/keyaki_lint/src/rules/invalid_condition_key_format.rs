use keyaki_catalog::KeyLookup;
use keyaki_diag::Applicability;

use crate::context::Context;
use crate::placeholder::has_placeholder;
use crate::rule::{ConditionSite, rule};

rule! {
    /// Condition key without a service prefix.
    ///
    /// A condition key is a prefix and a name, such as `aws:SourceIp` or `s3:prefix`.
    /// AWS refuses a policy with a key of another form.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "s3:GetObject",
    ///   "Resource": "arn:aws:s3:::reports/*",
    ///   "Condition": { "Bool": { "SecureTransport": "true" } }
    ///   //                       ^^^^^^^^^^^^^^^^^
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
    /// Never: the policy cannot be saved.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-error-invalid-condition-key-format>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition.html>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html>
    name: "invalid-condition-key-format",
    aws: "INVALID_CONDITION_KEY_FORMAT",
    level: Error,
    kinds: Kinds::ANY,
    check: Condition(check),
}

fn check(cx: &mut Context<'_>, site: ConditionSite<'_>) {
    let key = &site.entry.key;
    if is_well_formed(&key.value) || key.value.contains("${") || has_placeholder(&key.value) {
        return;
    }
    let meant = meant(cx, &key.value);
    let draft = cx
        .report(key.origin, format!("the condition key `{}` has no `service:name` form", key.value))
        .note("a condition key is a prefix and a name, such as `aws:SourceIp`");
    if let Some(meant) = meant {
        let title = format!("replace with `{meant}`");
        draft.replace_string(key.origin, title, Applicability::Unsafe, &meant);
    }
}

/// Tag keys may hold blanks, so only the prefix must be free of them.
fn is_well_formed(key: &str) -> bool {
    let Some((prefix, name)) = key.split_once(':') else { return false };
    !prefix.is_empty() && !name.is_empty() && !prefix.contains(char::is_whitespace)
}

/// The global key of that name.
fn meant(cx: &Context<'_>, key: &str) -> Option<String> {
    let name = key.trim_start_matches(':').trim();
    match cx.catalog().key(&format!("aws:{name}")) {
        KeyLookup::Global(global) if !global.is_template() => Some(global.name().to_owned()),
        KeyLookup::Global(_) => Some(format!("aws:{name}")),
        KeyLookup::Service { .. }
        | KeyLookup::Federated(_)
        | KeyLookup::UnknownGlobal
        | KeyLookup::UnknownInService(_)
        | KeyLookup::UnknownService => None,
    }
}
