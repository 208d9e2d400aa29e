use keyaki_ir::Statement;

use crate::context::Context;
use crate::granted::allows;
use crate::rule::rule;

rule! {
    /// `Allow` with `NotAction`.
    ///
    /// Such a statement grants every action but those listed, of every service, and each action that AWS adds later.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "NotAction": "iam:*",
    ///   //^
    ///   "Resource": "*"
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "s3:*",
    ///   "Resource": "*"
    /// }
    /// ```
    /// ```json
    /// {
    ///   "Effect": "Deny",
    ///   "NotAction": "iam:*",
    ///   "Resource": "*"
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// When the policy is for power users and the exceptions are all that matters.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notaction.html>
    name: "allow-with-not-action",
    level: Security,
    persona: Pedantic,
    kinds: Kinds::IDENTITY.and(Kinds::RESOURCE),
    replaces: ["iam-policy-validator:not_action_not_resource", "aws-guardrails:IAM106"],
    check: Statement(check),
}

fn check(cx: &mut Context<'_>, statement: &Statement) {
    if let Some(element) = statement.not_action.as_ref().filter(|_| allows(statement)) {
        cx.report(element.name, "`Allow` with `NotAction` grants every other action")
            .note("actions that AWS adds one day are among them; list the actions in `Action`");
    }
}
