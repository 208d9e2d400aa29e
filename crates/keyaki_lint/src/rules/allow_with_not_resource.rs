use keyaki_ir::Statement;

use crate::context::Context;
use crate::granted::allows;
use crate::rule::rule;

rule! {
    /// `Allow` with `NotResource`.
    ///
    /// Such a statement grants the actions on every resource that is not listed, also on those that are created later and in other accounts.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "s3:GetObject",
    ///   "NotResource": "arn:aws:s3:::payroll/*"
    ///   //^
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
    /// ## When to ignore it
    /// In a permissions boundary, which grants nothing by itself.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notresource.html>
    name: "allow-with-not-resource",
    level: Security,
    persona: Pedantic,
    kinds: Kinds::IDENTITY.and(Kinds::RESOURCE),
    replaces: ["parliament:NOTRESOURCE_WITH_ALLOW", "iam-policy-validator:not_action_not_resource", "aws-guardrails:IAM107"],
    check: Statement(check),
}

fn check(cx: &mut Context<'_>, statement: &Statement) {
    if let Some(element) = statement.not_resource.as_ref().filter(|_| allows(statement)) {
        cx.report(element.name, "`Allow` with `NotResource` grants on every other resource")
            .note("list the resources in `Resource`");
    }
}
