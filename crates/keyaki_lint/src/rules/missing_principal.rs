use keyaki_ir::{PolicyKind, Statement};

use crate::absence::lacks;
use crate::context::Context;
use crate::rule::rule;

rule! {
    /// Statement of a resource policy without `Principal`.
    ///
    /// A policy that is attached to a resource must say in every statement who may or may not act.
    /// AWS refuses one that does not.
    ///
    /// ## Avoid
    /// ```json
    /// {
    /// //^
    ///   "Effect": "Allow",
    ///   "Action": "s3:GetObject",
    ///   "Resource": "arn:aws:s3:::reports/*"
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Principal": { "AWS": "arn:aws:iam::111122223333:role/reader" },
    ///   "Action": "s3:GetObject",
    ///   "Resource": "arn:aws:s3:::reports/*"
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// When the policy is an identity policy after all: give its kind with `--kind identity`.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-error-missing-principal>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html>
    name: "missing-principal",
    aws: "MISSING_PRINCIPAL",
    level: Error,
    kinds: Kinds::RESOURCE.and(Kinds::TRUST).and(Kinds::RCP),
    check: Statement(check),
}

fn check(cx: &mut Context<'_>, statement: &Statement) {
    let note = match cx.kind() {
        PolicyKind::Rcp => "the principal of a resource control policy is `\"*\"`",
        PolicyKind::Resource | PolicyKind::Trust | PolicyKind::VpcEndpoint => {
            "add `Principal` with the accounts, roles or services that the statement is about"
        }
        PolicyKind::Identity | PolicyKind::Boundary | PolicyKind::Session | PolicyKind::Scp => "",
    };
    let written = statement.principal_elements().next().is_some();
    if !written && lacks(cx.node(statement.origin), &["Principal", "NotPrincipal"]) {
        cx.report(statement.origin, "the statement names no principal").opening().note(note);
    }
}
