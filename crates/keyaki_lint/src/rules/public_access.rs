use keyaki_analyze::Question;
use keyaki_analyze::words::in_words;
use keyaki_ir::{Effect, Principal, Statement};

use crate::attached_to::likely_type;
use crate::context::Context;
use crate::rule::rule;

rule! {
    /// A policy of a resource that allows a request of the public.
    ///
    /// The public is anonymous callers, and principals of accounts that the policy does not name.
    /// `Deny` statements and conditions count for exactly what they do, and the request was decided by the evaluator: it is allowed.
    /// `keyaki prove no-public-access` answers the same question.
    ///
    /// ## Avoid
    /// ```json resource-type=s3-bucket
    /// {
    ///   "Effect": "Allow",
    ///   "Principal": "*",
    ///   //           ^^^
    ///   "Action": "s3:GetObject",
    ///   "Resource": "arn:aws:s3:::reports/*"
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json resource-type=s3-bucket
    /// {
    ///   "Effect": "Allow",
    ///   "Principal": { "AWS": "arn:aws:iam::111122223333:role/report-reader" },
    ///   "Action": "s3:GetObject",
    ///   "Resource": "arn:aws:s3:::reports/*"
    /// }
    /// ```
    /// ```json resource-type=s3-bucket
    /// {
    ///   "Effect": "Allow",
    ///   "Principal": "*",
    ///   "Action": "s3:GetObject",
    ///   "Resource": "arn:aws:s3:::reports/*",
    ///   "Condition": { "StringEquals": { "aws:PrincipalOrgID": "o-a1b2c3d4e5" } }
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// When the resource is meant for everybody.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html#access-control-block-public-access-policy-status>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-concepts.html>
    name: "public-access",
    level: Security,
    kinds: Kinds::of(&[keyaki_ir::PolicyKind::Resource, keyaki_ir::PolicyKind::Trust]),
    replaces: ["iam-policy-validator:principal_validation", "cloudsplaining:AssumableByAnyPrincipal", "checkov:CKV_AWS_32", "checkov:CKV_AWS_33", "checkov:CKV_AWS_60", "checkov:CKV_AWS_70", "checkov:CKV_AWS_167", "checkov:CKV_AWS_168", "checkov:CKV_AWS_169", "checkov:CKV_AWS_283", "checkov:CKV_AWS_301", "checkov:CKV_AWS_364", "checkov:CKV_AWS_387", "checkov:CKV_AWS_392", "trivy:AWS-0032", "trivy:AWS-0097", "prowler:s3_bucket_policy_public_write_access", "aws-guardrails:IAM109"],
    check: Proof(check),
}

fn check(cx: &mut Context<'_>) {
    if !cx.policy().statements.iter().any(is_open) {
        return;
    }
    let Some(meaning) = cx.meaning() else { return };
    let resource_type = likely_type(cx.kind(), cx.resource_type(), cx.policy());
    let question = Question::NoPublicAccess { subject: meaning.subject(), resource_type };
    let Some(witness) = meaning.refuted(cx.catalog(), &question) else { return };
    let responsible = witness.responsible.iter().map(|r| r.at.statement);
    let statements = responsible.filter_map(|at| cx.policy().statements.get(at));
    let allowing: Vec<&Statement> =
        statements.filter(|s| s.effect() == Some(Effect::Allow)).collect();
    let whom = |s: &Statement| s.principal_elements().next().map_or(s.origin, |e| e.origin);
    let mut places = allowing.into_iter().map(whom);
    let main = places.next().unwrap_or(cx.policy().origin);
    let message = format!("the public is allowed `{}`", witness.request.action);
    let mut draft = cx.report(main, message);
    for place in places {
        draft = draft.and_at(place, "allows it, too");
    }
    draft.note(format!("for instance {}", in_words(&witness)));
}

/// Whether a statement could let in somebody whom the policy does not name.
fn is_open(statement: &Statement) -> bool {
    let element = statement.principal.as_ref();
    let unnamed = |p: Principal| matches!(p, Principal::AnyFederated | Principal::OidcProvider);
    statement.effect() == Some(Effect::Allow)
        && (statement.not_principal.is_some()
            || element.is_some_and(|e| {
                e.is_everybody() || e.entries().any(|(_, entry)| unnamed(entry.principal))
            }))
}
