use keyaki_diag::Applicability;
use keyaki_ir::{Statement, Variable, VariableDefect};

use crate::context::Context;
use crate::rule::rule;
use crate::variables;

rule! {
    /// Policy variable with a blank in the name of its key.
    ///
    /// Blanks may stand in the default value of a variable, not in its name.
    /// A tag whose key has a blank cannot be used in a variable.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "s3:GetObject",
    ///   "Resource": "arn:aws:s3:::reports/${ aws:username }/*"
    ///   //                                ^^^^^^^^^^^^^^^^^
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "s3:GetObject",
    ///   "Resource": "arn:aws:s3:::reports/${aws:username, 'no body'}/*"
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// Never: AWS refuses the policy.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-error-unsupported-space-in-variable>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html>
    name: "unsupported-space-in-variable",
    aws: "UNSUPPORTED_SPACE_IN_VARIABLE",
    level: Error,
    kinds: Kinds::ANY,
    check: Statement(check),
}

fn check(cx: &mut Context<'_>, statement: &Statement) {
    if !cx.has_variables() {
        return;
    }
    let found = variables::with_defect(statement, VariableDefect::Space);
    for (at, _, variable) in found.filter(|(.., v)| variables::is_of_iam(v)) {
        let tight = without_blanks(variable);
        let edit = tight.as_ref().and_then(|tight| variables::rewrite(cx, at, variable, tight));
        let draft = cx
            .report(at, "the name of the policy variable has a blank")
            .part(at, variable.range.clone());
        if let (Some(tight), Some(edit)) = (tight, edit) {
            draft.fix(format!("write `{tight}`"), Applicability::Unsafe, vec![edit]);
        }
    }
}

/// The variable without the blanks around the parts of its name; none where a part itself has
/// blanks, as the key of a tag may.
fn without_blanks(variable: &Variable) -> Option<String> {
    let (prefix, name) = variable.key.split_once(':')?;
    let key = format!("{}:{}", prefix.trim(), name.trim());
    let default = variable.default.as_ref().map_or(String::new(), |d| format!(", '{d}'"));
    (!key.contains(char::is_whitespace)).then(|| format!("${{{key}{default}}}"))
}
