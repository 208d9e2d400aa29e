use keyaki_ir::{ActionPattern, PolicyKind, Statement};

use crate::absence::lacks;
use crate::context::Context;
use crate::rule::rule;

rule! {
    /// Statement without `Resource` and without `NotResource`.
    ///
    /// Every statement must say which resources it is about; only role trust policies leave it out.
    /// AWS refuses a policy with a statement that does not.
    ///
    /// Repository policies of Amazon ECR take no resource and are not reported.
    ///
    /// ## Avoid
    /// ```json
    /// {
    /// //^
    ///   "Effect": "Allow",
    ///   "Action": "s3:GetObject"
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "s3:GetObject",
    ///   "Resource": "arn:aws:s3:::reports/*"
    /// }
    /// ```
    ///
    /// ```json kind=resource
    /// {
    ///   "Effect": "Allow",
    ///   "Principal": { "AWS": "arn:aws:iam::111122223333:root" },
    ///   "Action": ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// Never: AWS refuses the policy, unless the service of the resource fills the element in.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-error-missing-resource>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html>
    /// - <https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-policies.html>
    name: "missing-resource",
    aws: "MISSING_RESOURCE",
    level: Error,
    kinds: Kinds::IDENTITY.and(Kinds::RESOURCE).and(Kinds::SCP).and(Kinds::RCP),
    replaces: ["parliament:MALFORMED"],
    check: Statement(check),
}

fn check(cx: &mut Context<'_>, statement: &Statement) {
    let written = statement.resource_elements().next().is_some();
    if written || is_of_ecr(cx.kind(), statement) {
        return;
    }
    if lacks(cx.node(statement.origin), &["Resource", "NotResource"]) {
        cx.report(statement.origin, "the statement names no resources")
            .opening()
            .note("add `Resource` or `NotResource`");
    }
}

/// Whether a statement is one of an ECR repository policy, which is about its repository.
fn is_of_ecr(kind: PolicyKind, statement: &Statement) -> bool {
    let ecr = |service: Option<&str>| service.is_some_and(|s| s.eq_ignore_ascii_case("ecr"));
    let actions = statement.action_elements().flat_map(|e| &e.entries);
    let mut services = actions.map(ActionPattern::service);
    kind == PolicyKind::Resource && services.next().is_some_and(ecr) && services.all(ecr)
}
