use keyaki_syntax::SyntaxError;

use crate::context::Context;
use crate::rule::rule;

rule! {
    /// Text that is not JSON.
    ///
    /// AWS refuses a policy that does not parse.
    /// Comments, trailing commas and duplicate members, which some readers let pass,
    /// are refused as well.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": ["s3:GetObject",],
    ///   //                       ^
    ///   "Resource": "*"
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": ["s3:GetObject"],
    ///   "Resource": "*"
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// Never; a template that is not JSON yet can be left out of the run instead.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-error-json-syntax-error>
    /// - <https://www.rfc-editor.org/rfc/rfc8259>
    name: "json-syntax-error",
    aws: "JSON_SYNTAX_ERROR",
    level: Error,
    kinds: Kinds::ANY,
    replaces: ["parliament:MALFORMED_JSON"],
    check: Syntax(check),
}

fn check(cx: &mut Context<'_>, error: &SyntaxError) {
    let origin = cx.policy().origin;
    cx.report(origin, error.kind.message()).range(error.range);
}
