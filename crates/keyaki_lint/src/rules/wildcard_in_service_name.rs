use std::ops::Range;

use keyaki_ir::arn::Segment;
use keyaki_ir::{Statement, glob};
use keyaki_syntax::NodeId;

use crate::context::Context;
use crate::rule::rule;

rule! {
    /// Wildcard in the service part of an action or an ARN.
    ///
    /// `s?:GetObject` also means services that AWS adds later under a name that fits.
    /// Name the services one by one.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": ["s?:GetObject", "s3:PutObject"],
    ///   //          ^^
    ///   "Resource": "arn:aws:*s3:::reports/*"
    ///   //                   ^^^
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": ["s3:GetObject", "s3:Put*"],
    ///   "Resource": "arn:aws:s3:::reports/*"
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// When the policy is meant for services that do not exist yet.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-suggestion-wildcard-in-service-name>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_action.html>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html>
    name: "wildcard-in-service-name",
    aws: "WILDCARD_IN_SERVICE_NAME",
    level: Suggestion,
    kinds: Kinds::ANY,
    check: Statement(check),
}

fn check(cx: &mut Context<'_>, statement: &Statement) {
    let actions = statement.action_elements().flat_map(|e| &e.entries);
    for entry in actions.filter(|e| e.has_wildcard()) {
        if let Some(service) = entry.service().filter(|s| glob::has_wildcard(s)) {
            report(cx, entry.origin, service, 0..service.len());
        }
    }
    for entry in statement.resource_elements().flat_map(|e| &e.entries) {
        let Some(arn) = &entry.arn else { continue };
        let service = arn.get(entry.text(), Segment::Service);
        if glob::has_wildcard(service) && !service.contains("${") {
            report(cx, entry.origin, service, arn.range(Segment::Service));
        }
    }
}

fn report(cx: &mut Context<'_>, at: NodeId, service: &str, part: Range<usize>) {
    cx.report(at, format!("the service name `{service}` has a wildcard"))
        .part(at, part)
        .note("it may also mean services with a similar name");
}
