use keyaki_diag::Applicability;
use keyaki_ir::Statement;
use keyaki_syntax::NodeId;

use crate::absence::is_empty_object;
use crate::context::Context;
use crate::rule::rule;

rule! {
    /// `Condition`, or an operator in it, with an empty object.
    ///
    /// It tests nothing: the statement applies as if the object were not there.
    /// Whoever reads the policy may take it for a restriction.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "s3:GetObject",
    ///   "Resource": "arn:aws:s3:::reports/*",
    ///   "Condition": {}
    ///   //           ^^
    /// }
    /// ```
    ///
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "s3:GetObject",
    ///   "Resource": "arn:aws:s3:::reports/*",
    ///   "Condition": { "Bool": { "aws:SecureTransport": "true" }, "StringEquals": {} }
    ///   //                                                                        ^^
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "s3:GetObject",
    ///   "Resource": "arn:aws:s3:::reports/*",
    ///   "Condition": { "Bool": { "aws:SecureTransport": "true" } }
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// When a template fills the object later.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-suggestion-empty-object-condition>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition.html>
    name: "empty-object-condition",
    aws: "EMPTY_OBJECT_CONDITION",
    level: Suggestion,
    kinds: Kinds::ANY,
    check: Statement(check),
}

fn check(cx: &mut Context<'_>, statement: &Statement) {
    let Some(condition) = &statement.condition else { return };
    if is_empty_object(cx, condition.origin) {
        report(cx, condition.origin, "the condition is empty and always holds");
    }
    for block in condition.blocks.iter().filter(|b| b.entries.is_empty()) {
        if is_empty_object(cx, block.origin) {
            report(cx, block.origin, "the operator has no condition keys and always holds");
        }
    }
}

fn report(cx: &mut Context<'_>, at: NodeId, message: &str) {
    cx.report(at, message).remove(at, "remove the empty object", Applicability::Safe);
}
