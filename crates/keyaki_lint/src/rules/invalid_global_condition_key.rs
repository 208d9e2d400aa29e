use keyaki_catalog::KeyLookup;
use keyaki_diag::Applicability;

use crate::context::Context;
use crate::rule::{ConditionSite, rule};
use crate::tag_key;

rule! {
    /// Condition key with the prefix `aws:` that does not exist.
    ///
    /// A key that no request carries never matches: an `Allow` that asks for it grants nothing,
    /// a `Deny` denies nothing.
    /// Most of the time the name is misspelt.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "s3:GetObject",
    ///   "Resource": "arn:aws:s3:::reports/*",
    ///   "Condition": { "StringEquals": { "aws:PrincipleAccount": "111122223333" } }
    ///   //                               ^^^^^^^^^^^^^^^^^^^^^^
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "s3:GetObject",
    ///   "Resource": "arn:aws:s3:::reports/*",
    ///   "Condition": { "StringEquals": { "aws:PrincipalAccount": "111122223333" } }
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// When the key is younger than the catalogue: see `keyaki catalog update`.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-error-invalid-global-condition-key>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html>
    name: "invalid-global-condition-key",
    aws: "INVALID_GLOBAL_CONDITION_KEY",
    level: Error,
    kinds: Kinds::ANY,
    replaces: ["parliament:UNKNOWN_CONDITION_FOR_ACTION", "iam-policy-validator:invalid_condition_key"],
    check: Condition(check),
}

fn check(cx: &mut Context<'_>, site: ConditionSite<'_>) {
    let (entry, key) = (site.entry, &*site.entry.key.value);
    if !entry.starts_with("aws:") || cx.key(key) != KeyLookup::UnknownGlobal {
        return;
    }
    // Each of these has a rule of its own.
    if entry.is("aws:") || entry.is("aws:ARN") || tag_key::is_missing(cx.catalog(), key) {
        return;
    }
    let meant = cx.guess(|c| c.suggest_key(key));
    let draft = cx.report(entry.key.origin, format!("there is no global condition key `{key}`"));
    if let Some(meant) = meant {
        let title = format!("replace with `{meant}`");
        draft.note(format!("did you mean `{meant}`?")).replace_string(
            entry.key.origin,
            title,
            Applicability::Unsafe,
            &meant,
        );
    }
}
