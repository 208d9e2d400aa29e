use keyaki_diag::Applicability;
use keyaki_ir::{Statement, VariableDefect};

use crate::context::Context;
use crate::rule::rule;
use crate::variables;

rule! {
    /// Default value of a policy variable without both of its single quotes.
    ///
    /// A variable with a default is written `${key, 'text'}`.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "s3:GetObject",
    ///   "Resource": "arn:aws:s3:::reports/${aws:PrincipalTag/team, shared}/*"
    ///   //                                ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "s3:GetObject",
    ///   "Resource": "arn:aws:s3:::reports/${aws:PrincipalTag/team, 'shared'}/*"
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// Never: AWS refuses the policy.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-error-missing-quote-in-variable>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html>
    name: "missing-quote-in-variable",
    aws: "MISSING_QUOTE_IN_VARIABLE",
    level: Error,
    kinds: Kinds::ANY,
    check: Statement(check),
}

fn check(cx: &mut Context<'_>, statement: &Statement) {
    if !cx.has_variables() {
        return;
    }
    let found = variables::with_defect(statement, VariableDefect::MissingQuote);
    for (at, _, variable) in found.filter(|(.., v)| variables::is_of_iam(v)) {
        let default = variable.default.as_deref().unwrap_or("");
        let quoted = format!("${{{}, '{default}'}}", variable.key);
        let edit = variables::rewrite(cx, at, variable, &quoted);
        let draft = cx
            .report(at, "the default of the policy variable needs single quotes on both sides")
            .part(at, variable.range.clone());
        if let Some(edit) = edit {
            draft.fix(format!("write `{quoted}`"), Applicability::Unsafe, vec![edit]);
        }
    }
}
