use keyaki_diag::Applicability;
use keyaki_ir::Statement;

use crate::context::Context;
use crate::rule::rule;

rule! {
    /// Sid that is an empty string.
    ///
    /// An empty Sid names nothing, and tools that refer to statements by Sid cannot use it.
    /// The element is optional: leave it out or give it a name.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Sid": "",
    ///   //     ^^
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
    ///   "Action": "s3:GetObject",
    ///   "Resource": "arn:aws:s3:::reports/*"
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// When a tool writes the element and cannot be told not to.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-suggestion-empty-sid-value>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_sid.html>
    name: "empty-sid-value",
    aws: "EMPTY_SID_VALUE",
    level: Suggestion,
    kinds: Kinds::ANY,
    check: Statement(check),
}

fn check(cx: &mut Context<'_>, statement: &Statement) {
    if let Some(sid) = statement.sid.as_ref().filter(|sid| sid.value.is_empty()) {
        cx.report(sid.origin, "the Sid is empty").remove(
            sid.origin,
            "remove the element",
            Applicability::Safe,
        );
    }
}
