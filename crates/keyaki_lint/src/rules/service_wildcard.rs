use crate::context::Context;
use crate::granted::allows;
use crate::rule::ActionSite;
use crate::rule::rule;

rule! {
    /// Grant of all actions of a service.
    ///
    /// Reading, writing and handing out permissions are all in it, and so is every action that AWS adds to the service later.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": ["sqs:*", "sns:Publish"],
    ///   //         ^^^^^^^
    ///   "Resource": "*"
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": ["sqs:SendMessage", "sns:Publish"],
    ///   "Resource": "*"
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// When the policy is for the owners of the service's resources and each new action is welcome.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#grant-least-privilege>
    name: "service-wildcard",
    level: Security,
    persona: Pedantic,
    kinds: Kinds::IDENTITY.and(Kinds::RESOURCE),
    replaces: ["iam-policy-validator:service_wildcard", "cloudsplaining:ServiceWildcard", "aws-guardrails:IAM102", "trivy:AWS-0345", "prowler:iam_policy_no_full_access_to_kms", "prowler:iam_policy_no_full_access_to_cloudtrail", "cdk-nag:IAMPolicyNoStatementsWithFullAccess"],
    check: Action(check),
}

fn check(cx: &mut Context<'_>, site: ActionSite<'_>) {
    let is_listed = site.statement.action.is_some() && allows(site.statement);
    let name = site.entry.name().filter(|n| !n.is_empty() && n.bytes().all(|b| b == b'*'));
    if let Some(service) = site.service.filter(|_| is_listed && name.is_some()) {
        let message = format!("all actions of `{}` are granted", service.prefix());
        cx.report(site.entry.origin, message).note("list the actions that are needed");
    }
}
