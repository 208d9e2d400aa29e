use keyaki_diag::Applicability;
use keyaki_ir::Statement;

use crate::context::Context;
use crate::rule::rule;
use crate::variables;
use crate::version;

rule! {
    /// Policy variable in a policy whose version has no variables.
    ///
    /// Variables came with version `2012-10-17`.
    /// With an older `Version`, or without one, `${aws:username}` is plain text:
    /// the statement matches no real resource, or not the one that was meant.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Version": "2008-10-17",
    ///   "Statement": {
    ///     "Effect": "Allow",
    ///     "Action": "s3:GetObject",
    ///     "Resource": "arn:aws:s3:::reports/${aws:username}/*"
    ///     //                                ^^^^^^^^^^^^^^^
    ///   }
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Version": "2012-10-17",
    ///   "Statement": {
    ///     "Effect": "Allow",
    ///     "Action": "s3:GetObject",
    ///     "Resource": "arn:aws:s3:::reports/${aws:username}/*"
    ///   }
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// When the text is meant as it stands.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-error-variable-unsupported-in-version>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_version.html>
    name: "variable-unsupported-in-version",
    aws: "VARIABLE_UNSUPPORTED_IN_VERSION",
    level: Error,
    kinds: Kinds::ANY,
    replaces: ["parliament:OLD_VERSION"],
    check: Statement(check),
}

fn check(cx: &mut Context<'_>, statement: &Statement) {
    if cx.has_variables() {
        return;
    }
    for (at, text) in variables::texts(statement) {
        let Some(variable) = variables::first(text) else { continue };
        let edit = version::update(cx);
        let written = &text.text()[variable.range.clone()];
        let draft = cx
            .report(at, format!("`{written}` is plain text in this version of the policy language"))
            .part(at, variable.range.clone())
            .note("policy variables need version `2012-10-17`");
        if let Some(edit) = edit {
            draft.fix("use the current version", Applicability::Unsafe, vec![edit]);
        }
    }
}
