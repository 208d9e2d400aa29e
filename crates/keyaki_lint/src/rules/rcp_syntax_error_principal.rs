use keyaki_diag::Applicability;
use keyaki_ir::{PrincipalElement, PrincipalForm, Statement};

use crate::context::Context;
use crate::rule::rule;

rule! {
    /// Principal other than `"*"` in a resource control policy.
    ///
    /// A resource control policy is about resources, whoever uses them:
    /// its `Principal` is always `"*"`, and there is no `NotPrincipal`.
    /// To leave principals out, test `aws:PrincipalArn` or the like in a condition.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Deny",
    ///   "Principal": { "AWS": "arn:aws:iam::444455556666:root" },
    ///   //^
    ///   "Action": "s3:*",
    ///   "Resource": "*"
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Effect": "Deny",
    ///   "Principal": "*",
    ///   "Action": "s3:*",
    ///   "Resource": "*",
    ///   "Condition": { "StringEquals": { "aws:PrincipalAccount": "444455556666" } }
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// Never: the policy cannot be saved.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-error-rcp-syntax-error-principal>
    /// - <https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps_syntax.html>
    name: "rcp-syntax-error-principal",
    aws: "RCP_SYNTAX_ERROR_PRINCIPAL",
    level: Error,
    kinds: Kinds::RCP,
    check: Statement(check),
}

fn check(cx: &mut Context<'_>, statement: &Statement) {
    for element in statement.principal_elements().filter(|e| e.negated || !is_star(e)) {
        let name = if element.negated { "NotPrincipal" } else { "Principal" };
        let message = match name {
            "NotPrincipal" => "`NotPrincipal` is not supported in resource control policies",
            _ => "the principal of a resource control policy is `\"*\"`",
        };
        let range = cx.range(element.origin);
        let everybody = keyaki_diag::Edit { range, replacement: "\"*\"".to_owned() };
        let draft = cx
            .report(element.name, message)
            .note("test `aws:PrincipalArn`, `aws:PrincipalAccount` or the like in a condition");
        if !element.negated {
            draft.fix("replace with `\"*\"`", Applicability::Unsafe, vec![everybody]);
        }
    }
}

fn is_star(element: &PrincipalElement) -> bool {
    matches!(element.form, PrincipalForm::Any)
}
