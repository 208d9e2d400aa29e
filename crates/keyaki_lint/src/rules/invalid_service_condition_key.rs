use keyaki_catalog::KeyLookup;
use keyaki_diag::Applicability;

use crate::context::Context;
use crate::rule::{ConditionSite, rule};
use crate::tag_key;

rule! {
    /// Condition key that its service does not define.
    ///
    /// A key that no request carries never matches: an `Allow` that asks for it grants nothing,
    /// a `Deny` denies nothing.
    /// Most of the time the name is misspelt or belongs to another service.
    ///
    /// Keys of services that AWS has retired are not reported.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "s3:ListBucket",
    ///   "Resource": "arn:aws:s3:::reports",
    ///   "Condition": { "StringLike": { "s3:prefx": "2026/*" } }
    ///   //                             ^^^^^^^^^^
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "s3:ListBucket",
    ///   "Resource": "arn:aws:s3:::reports",
    ///   "Condition": { "StringLike": { "s3:prefix": "2026/*" } }
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// When the key is younger than the catalogue: see `keyaki catalog update`.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-error-invalid-service-condition-key>
    /// - <https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html>
    name: "invalid-service-condition-key",
    aws: "INVALID_SERVICE_CONDITION_KEY",
    level: Error,
    kinds: Kinds::ANY,
    replaces: ["parliament:UNKNOWN_CONDITION_FOR_ACTION", "iam-policy-validator:invalid_condition_key"],
    check: Condition(check),
}

fn check(cx: &mut Context<'_>, site: ConditionSite<'_>) {
    let (entry, key) = (site.entry, &*site.entry.key.value);
    let Some((prefix, name)) = key.split_once(':') else { return };
    if name.is_empty() || entry.starts_with("aws:") || key.contains("${") {
        return;
    }
    let KeyLookup::UnknownInService(service) = cx.key(key) else { return };
    if !service.is_live() || tag_key::is_missing(cx.catalog(), key) {
        return;
    }
    let meant = cx.guess(|c| c.suggest_key(key));
    let message = format!("`{prefix}` defines no condition key `{name}`");
    let draft = cx.report(entry.key.origin, message);
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
