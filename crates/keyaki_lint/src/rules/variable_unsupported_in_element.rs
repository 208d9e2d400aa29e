use keyaki_ir::{Pattern, Statement};
use keyaki_syntax::NodeId;

use crate::context::Context;
use crate::rule::rule;
use crate::variables;

rule! {
    /// Policy variable in an element that takes none.
    ///
    /// Variables are replaced in `Resource`, `NotResource` and the values of `Condition`.
    /// In `Action`, `Principal`, `Sid` and `Effect` they are not.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "s3:${aws:PrincipalTag/verb}",
    ///   //            ^^^^^^^^^^^^^^^^^^^^^^^^
    ///   "Resource": "arn:aws:s3:::reports/*"
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "s3:GetObject",
    ///   "Resource": "arn:aws:s3:::reports/${aws:PrincipalTag/team}/*"
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// Never: AWS refuses the policy.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-error-variable-unsupported-in-element>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html>
    name: "variable-unsupported-in-element",
    aws: "VARIABLE_UNSUPPORTED_IN_ELEMENT",
    level: Error,
    kinds: Kinds::ANY,
    check: Statement(check),
}

fn check(cx: &mut Context<'_>, statement: &Statement) {
    if let Some(sid) = &statement.sid {
        check_text(cx, "Sid", &sid.value, sid.origin);
    }
    if let Some(effect) = &statement.effect {
        check_text(cx, "Effect", &effect.text, effect.origin);
    }
    for element in statement.principal_elements() {
        let name = if element.negated { "NotPrincipal" } else { "Principal" };
        for (_, entry) in element.entries() {
            check_text(cx, name, &entry.text, entry.origin);
        }
    }
    for element in statement.action_elements() {
        let name = if element.negated { "NotAction" } else { "Action" };
        for entry in &element.entries {
            check_text(cx, name, &entry.text, entry.origin);
        }
    }
}

fn check_text(cx: &mut Context<'_>, element: &str, text: &str, at: NodeId) {
    if !text.contains('$') {
        return;
    }
    let text = Pattern::new(text);
    if let Some(variable) = variables::first(&text) {
        let written = &text.text()[variable.range.clone()];
        cx.report(at, format!("`{element}` takes no policy variable such as `{written}`"))
            .part(at, variable.range.clone())
            .note("variables are replaced in `Resource` and in the values of `Condition`");
    }
}
