use keyaki_ir::{ConditionBlock, ConditionEntry, Effect, Statement};

use crate::context::Context;
use crate::rule::rule;
use crate::service_principal::{
    USE_SOURCE_KEYS, is_former_source_key, is_source_key, selects, services,
};

rule! {
    /// Access for a service, whoever it works for.
    ///
    /// A service acts for all customers of AWS.
    /// A statement that admits it without a condition on the source lets a stranger's resource in the same service reach yours: the confused deputy problem.
    /// Say for which resource, account or organisation the service may call, by `aws:SourceArn`, `aws:SourceAccount`, `aws:SourceOrgID` or `aws:SourceOrgPaths`.
    ///
    /// A condition on a part of the encryption context or on `lambda:EventSourceToken` counts as well, because it names the source in its own way.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Principal": { "Service": "s3.amazonaws.com" },
    ///   //                        ^^^^^^^^^^^^^^^^^^
    ///   "Action": "sns:Publish",
    ///   "Resource": "arn:aws:sns:eu-west-1:111122223333:uploads"
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Principal": { "Service": "s3.amazonaws.com" },
    ///   "Action": "sns:Publish",
    ///   "Resource": "arn:aws:sns:eu-west-1:111122223333:uploads",
    ///   "Condition": { "StringEquals": { "aws:SourceAccount": "111122223333" } }
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// When the service sends none of these keys with the requests in question; its documentation says so.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-security-warning-restrict-access-to-service-principal>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-sourcearn>
    name: "restrict-access-to-service-principal",
    aws: "RESTRICT_ACCESS_TO_SERVICE_PRINCIPAL",
    level: Security,
    confidence: Medium,
    kinds: Kinds::RESOURCE,
    check: Statement(check),
}

fn check(cx: &mut Context<'_>, statement: &Statement) {
    let Some(group) = services(statement) else { return };
    let mut conditions = statement.condition_entries();
    if statement.effect() != Some(Effect::Allow)
        || conditions.any(|(block, entry)| names_source(block, entry))
    {
        return;
    }
    cx.report(group.origin, "access for a service principal is not restricted to a source")
        .note(USE_SOURCE_KEYS);
}

/// Whether a condition lets only certain sources pass.
/// A test by a key that is out of use is told of by `recommended-condition-key-for-service-principal`.
fn names_source(block: &ConditionBlock, entry: &ConditionEntry) -> bool {
    let known = is_source_key(entry)
        || is_former_source_key(entry)
        || entry.is("lambda:EventSourceToken")
        || entry.starts_with("kms:EncryptionContext:");
    known && selects(block, entry)
}
