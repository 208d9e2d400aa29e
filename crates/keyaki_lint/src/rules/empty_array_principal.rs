use keyaki_diag::Applicability;
use keyaki_ir::{PrincipalForm, Statement};

use crate::absence::is_empty_list;
use crate::context::Context;
use crate::rule::rule;

rule! {
    /// `Principal` or `NotPrincipal` with an empty list.
    ///
    /// The empty list names nobody.
    /// A statement without any other principal does nothing.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Principal": { "AWS": [] },
    ///   //                    ^^
    ///   "Action": "s3:GetObject",
    ///   "Resource": "arn:aws:s3:::reports/*"
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Principal": { "AWS": ["arn:aws:iam::111122223333:root"] },
    ///   "Action": "s3:GetObject",
    ///   "Resource": "arn:aws:s3:::reports/*"
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// When a template fills the list later.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-suggestion-empty-array-principal>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html>
    name: "empty-array-principal",
    aws: "EMPTY_ARRAY_PRINCIPAL",
    level: Suggestion,
    kinds: Kinds::RESOURCE.and(Kinds::TRUST),
    check: Statement(check),
}

fn check(cx: &mut Context<'_>, statement: &Statement) {
    for element in statement.principal_elements() {
        let PrincipalForm::Map(groups) = &element.form else { continue };
        for group in groups.iter().filter(|g| g.entries.is_empty()) {
            if is_empty_list(cx, group.origin) {
                let message = format!("the list of `{}` principals is empty", group.key.value);
                cx.report(group.origin, message).remove(
                    group.origin,
                    "remove the empty list",
                    Applicability::Safe,
                );
            }
        }
    }
}
