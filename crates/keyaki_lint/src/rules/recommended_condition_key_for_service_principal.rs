use keyaki_diag::Applicability;
use keyaki_ir::arn::is_account_id;
use keyaki_ir::{ConditionEntry, Effect, Statement};

use crate::context::Context;
use crate::rule::rule;
use crate::service_principal::{
    USE_SOURCE_KEYS, is_former_source_key, is_source_key, selects, services,
};

rule! {
    /// Service restricted by a key that is out of use for that.
    ///
    /// Before there were keys for the source of a service's call, some services sent the account in `aws:Referer` or `aws:SourceOwner`.
    /// Any caller can set the former.
    /// `aws:SourceArn`, `aws:SourceAccount`, `aws:SourceOrgID` and `aws:SourceOrgPaths` are set by AWS alone.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Principal": { "Service": "ses.amazonaws.com" },
    ///   "Action": "s3:PutObject",
    ///   "Resource": "arn:aws:s3:::mail/*",
    ///   "Condition": { "StringEquals": { "aws:Referer": "111122223333" } }
    ///   //                               ^^^^^^^^^^^^^
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Principal": { "Service": "ses.amazonaws.com" },
    ///   "Action": "s3:PutObject",
    ///   "Resource": "arn:aws:s3:::mail/*",
    ///   "Condition": { "StringEquals": { "aws:SourceAccount": "111122223333" } }
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// When the service does not send the newer keys.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-suggestion-recommended-condition-key-for-service-principal>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-referer>
    name: "recommended-condition-key-for-service-principal",
    aws: "RECOMMENDED_CONDITION_KEY_FOR_SERVICE_PRINCIPAL",
    level: Suggestion,
    kinds: Kinds::RESOURCE,
    check: Statement(check),
}

fn check(cx: &mut Context<'_>, statement: &Statement) {
    let allows = statement.effect() == Some(Effect::Allow) && services(statement).is_some();
    let has_source = |s: &Statement| s.condition_entries().any(|(_, e)| is_source_key(e));
    if !allows || has_source(statement) {
        return;
    }
    for (block, entry) in statement.condition_entries() {
        if is_former_source_key(entry) && selects(block, entry) {
            report(cx, entry);
        }
    }
}

fn report(cx: &mut Context<'_>, entry: &ConditionEntry) {
    let key = &entry.key;
    let accounts = entry.values.iter().all(|v| is_account_id(v.text()));
    let draft = cx
        .report(key.origin, format!("`{}` is not made to restrict service principals", key.value))
        .note(USE_SOURCE_KEYS);
    if accounts {
        let title = "replace with `aws:SourceAccount`";
        draft.replace_string(key.origin, title, Applicability::Unsafe, "aws:SourceAccount");
    }
}
