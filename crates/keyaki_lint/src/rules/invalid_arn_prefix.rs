use keyaki_diag::Applicability;
use keyaki_ir::PolicyKind;

use crate::context::Context;
use crate::placeholder::is_template;
use crate::rule::{ResourceSite, rule};

rule! {
    /// Resource that is neither `*` nor an ARN.
    ///
    /// Every entry of `Resource` and `NotResource` is the lone `*` or begins with `arn:`.
    /// AWS refuses anything else.
    ///
    /// An entry with a variable or a placeholder is not reported,
    /// nor is `execute-api:/…` in the policy of an API, which AWS completes.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "s3:GetObject",
    ///   "Resource": ["arn:aws:s3:::reports/*", "archive/*", "aws:s3:::scratch/*"]
    ///   //                                     ^^^^^^^^^^^  ^^^^^^^^^^^^^^^^^^^^
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "s3:GetObject",
    ///   "Resource": ["arn:aws:s3:::reports/*", "arn:aws:s3:::archive/*"]
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// When a template engine turns the text into an ARN later on.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-error-invalid-arn-prefix>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html>
    /// - <https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-resource-policies-examples.html>
    name: "invalid-arn-prefix",
    aws: "INVALID_ARN_PREFIX",
    level: Error,
    kinds: Kinds::ANY,
    replaces: ["parliament:INVALID_ARN"],
    check: Resource(check),
}

fn check(cx: &mut Context<'_>, site: ResourceSite<'_>) {
    let text = site.entry.text();
    if text.starts_with("arn:") || site.entry.is_star() || is_open(cx.kind(), text) {
        return;
    }
    let origin = site.entry.origin;
    let meant = completed(cx, text);
    let draft = cx
        .report(origin, format!("`{text}` is neither `*` nor an ARN"))
        .note("a resource is written as `arn:partition:service:region:account:resource`");
    if let Some(meant) = meant {
        let title = format!("replace with `{meant}`");
        draft.replace_string(origin, title, Applicability::Unsafe, &meant);
    }
}

/// Whether the text may become an ARN, or is one in short.
fn is_open(kind: PolicyKind, text: &str) -> bool {
    let short = kind == PolicyKind::Resource && text.starts_with("execute-api:/");
    short || is_template(text)
}

/// The ARN that lacks its `arn:` or has it in capitals.
fn completed(cx: &Context<'_>, text: &str) -> Option<String> {
    let (first, rest) = text.split_once(':')?;
    if first.eq_ignore_ascii_case("arn") {
        return Some(format!("arn:{rest}"));
    }
    cx.catalog().partition(first).map(|_| format!("arn:{text}"))
}
