use keyaki_diag::Applicability;
use keyaki_ir::Statement;

use crate::absence::is_empty_list;
use crate::context::Context;
use crate::rule::rule;

rule! {
    /// `Resource` or `NotResource` with an empty list.
    ///
    /// A statement with `"Resource": []` is about no resource and does nothing;
    /// IAM does not save such an identity policy.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "s3:GetObject",
    ///   "Resource": []
    ///   //          ^^
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "s3:GetObject",
    ///   "Resource": ["arn:aws:s3:::reports/*"]
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// When a template fills the list later.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-suggestion-empty-array-resource>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html>
    name: "empty-array-resource",
    aws: "EMPTY_ARRAY_RESOURCE",
    level: Suggestion,
    kinds: Kinds::ANY,
    check: Statement(check),
}

fn check(cx: &mut Context<'_>, statement: &Statement) {
    for element in statement.resource_elements() {
        if element.entries.is_empty() && is_empty_list(cx, element.origin) {
            let draft = cx.report(element.origin, "the list of resources is empty");
            if !element.negated {
                draft.note("the statement does nothing").remove(
                    statement.origin,
                    "remove the statement",
                    Applicability::Unsafe,
                );
            }
        }
    }
}
