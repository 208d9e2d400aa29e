use keyaki_diag::Applicability;
use keyaki_ir::{BaseOperator, ConditionEntry, Effect, PrincipalKey, SetOperator};

use crate::context::Context;
use crate::rule::{ConditionSite, rule};
use crate::service_principal::{USE_SOURCE_KEYS, services};

rule! {
    /// Condition on the caller's organisation or identity where the caller is a service.
    ///
    /// A request that a service makes by itself comes from no account of yours: it carries no `aws:PrincipalOrgID`, no `aws:PrincipalArn` and no principal tags.
    /// The statement never admits the service.
    /// To say on whose behalf the service may call, use `aws:SourceOrgID`, `aws:SourceAccount` or `aws:SourceArn`.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Principal": { "Service": "cloudfront.amazonaws.com" },
    ///   "Action": "s3:GetObject",
    ///   "Resource": "arn:aws:s3:::reports/*",
    ///   "Condition": { "StringEquals": { "aws:PrincipalOrgID": "o-a1b2c3d4e5" } }
    ///   //                               ^^^^^^^^^^^^^^^^^^^^
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Principal": { "Service": "cloudfront.amazonaws.com" },
    ///   "Action": "s3:GetObject",
    ///   "Resource": "arn:aws:s3:::reports/*",
    ///   "Condition": { "StringEquals": { "aws:SourceOrgID": "o-a1b2c3d4e5" } }
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// When the statement also names principals of AWS accounts, and only those are meant; then move the service to a statement of its own.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-error-unsupported-condition-key-for-service-principal>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-principalorgid>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-services>
    name: "unsupported-condition-key-for-service-principal",
    aws: "UNSUPPORTED_CONDITION_KEY_FOR_SERVICE_PRINCIPAL",
    level: Error,
    kinds: Kinds::RESOURCE,
    check: Condition(check),
}

fn check(cx: &mut Context<'_>, site: ConditionSite<'_>) {
    let (key, statement) = (site.entry, site.statement);
    if !is_of_identities(key) || services(statement).is_none() || !excludes_services(site) {
        return;
    }
    let draft = cx.report(
        key.key.origin,
        format!("requests of service principals carry no `{}`", key.key.value),
    );
    let draft = draft.note(USE_SOURCE_KEYS);
    if let Some((_, source)) = SUCCESSORS.iter().find(|(old, _)| key.is(old)) {
        let title = format!("replace with `{source}`");
        draft.replace_string(key.key.origin, title, Applicability::Unsafe, source);
    }
}

/// Keys of the caller's organisation, and the keys of the source that say the same.
const SUCCESSORS: [(&str, &str); 2] =
    [("aws:PrincipalOrgID", "aws:SourceOrgID"), ("aws:PrincipalOrgPaths", "aws:SourceOrgPaths")];

/// Whether only requests of users and roles carry the key.
fn is_of_identities(key: &ConditionEntry) -> bool {
    SUCCESSORS.iter().any(|(old, _)| key.is(old))
        || key.is("aws:PrincipalArn")
        || key.is("aws:username")
        || key.starts_with("aws:PrincipalTag/")
}

/// Whether the test fails where the key is absent.
/// Beside other principals in a `Deny`, the key may be meant for those.
fn excludes_services(site: ConditionSite<'_>) -> bool {
    let Some(operator) = site.block.operator.operator else { return false };
    let needs_key = !operator.if_exists
        && !operator.base.is_negated()
        && operator.base != BaseOperator::Null
        && operator.set != Some(SetOperator::ForAllValues);
    let only_services = site
        .statement
        .principal
        .iter()
        .all(|p| p.entries().all(|(group, _)| group.kind == Some(PrincipalKey::Service)));
    needs_key && (only_services || site.statement.effect() == Some(Effect::Allow))
}
