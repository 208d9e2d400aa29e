use keyaki_diag::{Applicability, Edit, TextRange};
use keyaki_ir::{Statement, VariableDefect};

use crate::context::Context;
use crate::rule::rule;
use crate::variables;

rule! {
    /// Policy variable without its closing brace.
    ///
    /// A variable is written `${key}`.
    /// Without the brace AWS cannot tell where the name of the key ends.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "s3:GetObject",
    ///   "Resource": "arn:aws:s3:::reports/${aws:username/*"
    ///   //                                ^^^^^^^^^^^^^^^^
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "s3:GetObject",
    ///   "Resource": "arn:aws:s3:::reports/${aws:username}/*"
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// Never: AWS refuses the policy.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-error-missing-brace-in-variable>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html>
    name: "missing-brace-in-variable",
    aws: "MISSING_BRACE_IN_VARIABLE",
    level: Error,
    kinds: Kinds::ANY,
    check: Statement(check),
}

fn check(cx: &mut Context<'_>, statement: &Statement) {
    if !cx.has_variables() {
        return;
    }
    let found = variables::with_defect(statement, VariableDefect::MissingBrace);
    for (at, text, variable) in found {
        let end = variable.range.start + key_end(&text.text()[variable.range.clone()]);
        let edit = cx.node(at).map(|v| Edit {
            range: TextRange::empty(v.inner_range(end..end).start),
            replacement: "}".to_owned(),
        });
        let draft = cx
            .report(at, "the policy variable has no closing brace")
            .part(at, variable.range.clone());
        if let Some(edit) = edit {
            draft.fix("close the variable after the key", Applicability::Unsafe, vec![edit]);
        }
    }
}

/// Where the key of an unclosed `${key…` probably ends. A slash belongs to it after `Tag` only.
fn key_end(text: &str) -> usize {
    let is_name = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b':' | b'-' | b'_' | b'.');
    let length = |text: &str| text.bytes().take_while(|&b| is_name(b)).count();
    let name = 2 + length(&text[2..]);
    let is_tag = text[..name].to_ascii_lowercase().ends_with("tag");
    match text[name..].strip_prefix('/').filter(|_| is_tag) {
        Some(tag) => name + 1 + length(tag),
        None => name,
    }
}
