use keyaki_catalog::KeyLookup;
use keyaki_diag::Applicability;
use keyaki_ir::arn::Segment;
use keyaki_ir::{ConditionEntry, ResourcePattern, Statement, glob};

use crate::arn_form::ArnPattern;
use crate::context::Context;
use crate::placeholder::is_template;
use crate::rule::rule;

rule! {
    /// ARN or condition key of a service that does not exist.
    ///
    /// The third segment of an ARN names a service, and so does a condition key before its colon.
    /// If there is no such service, the ARN names no resource and the key is never there.
    ///
    /// Keys of identity providers, such as `login.example.com:aud`, are not reported.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "s3:GetObject",
    ///   "Resource": "arn:aws:s33:::reports/*",
    ///   //                   ^^^
    ///   "Condition": { "StringEquals": { "s33:ExistingObjectTag/team": "audit" } }
    ///   //                                ^^^
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "s3:GetObject",
    ///   "Resource": "arn:aws:s3:::reports/*",
    ///   "Condition": { "StringEquals": { "s3:ExistingObjectTag/team": "audit" } }
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// When the service is younger than the catalogue: see `keyaki catalog update`.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-error-invalid-service>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html>
    name: "invalid-service",
    aws: "INVALID_SERVICE",
    level: Error,
    kinds: Kinds::ANY,
    check: Statement(check),
}

fn check(cx: &mut Context<'_>, statement: &Statement) {
    for entry in statement.resource_elements().flat_map(|e| &e.entries) {
        check_arn(cx, entry);
    }
    for (_, entry) in statement.condition_entries() {
        check_key(cx, entry);
    }
}

fn check_arn(cx: &mut Context<'_>, entry: &ResourcePattern) {
    let Some(written) = &entry.arn else { return };
    if is_known(cx, written.get(entry.text(), Segment::Service)) {
        return;
    }
    let Some(arn) = ArnPattern::new(entry, cx.catalog()) else { return };
    let service = arn.get(Segment::Service);
    if glob::has_wildcard(service) || is_known(cx, service) {
        return;
    }
    let message = match service {
        "" => "the ARN names no service".to_owned(),
        service => format!("there is no service `{service}`"),
    };
    let part = written.range(Segment::Service);
    let meant = cx.guess(|c| c.suggest_service(service));
    let draft = cx.report(entry.origin, message);
    let draft = if part.is_empty() { draft } else { draft.part(entry.origin, part.clone()) };
    if let Some(meant) = meant {
        let mut text = entry.text().to_owned();
        text.replace_range(part, &meant);
        let title = format!("replace with `{meant}`");
        draft.note(format!("did you mean `{meant}`?")).replace_string(
            entry.origin,
            title,
            Applicability::Unsafe,
            &text,
        );
    }
}

/// Whether ARNs have this service, as the prefix of its actions or otherwise.
fn is_known(cx: &Context<'_>, service: &str) -> bool {
    match cx.service(service) {
        Some(service) => service.is_accepted() != Some(false),
        None => cx.catalog().arn_service(service).is_some(),
    }
}

fn check_key(cx: &mut Context<'_>, entry: &ConditionEntry) {
    let key = &entry.key;
    let Some((prefix, name)) = key.value.split_once(':') else { return };
    let refused = || cx.service(prefix).is_some_and(|s| s.is_accepted() == Some(false));
    if cx.key(&key.value) != KeyLookup::UnknownService && !refused() {
        return;
    }
    if prefix.is_empty() || prefix.contains('/') || is_template(prefix) {
        return;
    }
    let meant = cx.guess(|c| c.suggest_service(prefix));
    let message = format!("there is no service `{prefix}`");
    let draft = cx.report(key.origin, message).part(key.origin, 0..prefix.len());
    if let Some(meant) = meant {
        let title = format!("replace with `{meant}:{name}`");
        draft.note(format!("did you mean `{meant}`?")).replace_string(
            key.origin,
            title,
            Applicability::Unsafe,
            &format!("{meant}:{name}"),
        );
    }
}
