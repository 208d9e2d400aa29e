use keyaki_ir::Statement;

use crate::absence::is_empty_object;
use crate::context::Context;
use crate::rule::rule;

rule! {
    /// `Principal` or `NotPrincipal` with an empty object.
    ///
    /// The empty object names nobody: a statement with `"Principal": {}` does nothing.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Principal": {},
    ///   //           ^^
    ///   "Action": "s3:GetObject",
    ///   "Resource": "arn:aws:s3:::reports/*"
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Principal": { "AWS": "arn:aws:iam::111122223333:root" },
    ///   "Action": "s3:GetObject",
    ///   "Resource": "arn:aws:s3:::reports/*"
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// When a template fills the object later.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-suggestion-empty-object-principal>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html>
    name: "empty-object-principal",
    aws: "EMPTY_OBJECT_PRINCIPAL",
    level: Suggestion,
    kinds: Kinds::RESOURCE.and(Kinds::TRUST),
    check: Statement(check),
}

fn check(cx: &mut Context<'_>, statement: &Statement) {
    for element in statement.principal_elements() {
        if is_empty_object(cx, element.origin) {
            cx.report(element.origin, "the element names no principal");
        }
    }
}
