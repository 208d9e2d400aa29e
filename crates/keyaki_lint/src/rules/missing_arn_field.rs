use keyaki_diag::Applicability;
use keyaki_ir::arn::segment_count;

use crate::arn_form::ArnPattern;
use crate::context::Context;
use crate::placeholder::is_template;
use crate::rule::{ResourceSite, rule};

rule! {
    /// ARN with fewer than six segments.
    ///
    /// An ARN is `arn:partition:service:region:account:resource`.
    /// Region and account are empty for some services, but their colons are still there.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "s3:GetObject",
    ///   "Resource": ["arn:aws:s3:::reports/*", "arn:aws:s3::archive/*", "arn:aws:s3:*"]
    ///   //                                     ^^^^^^^^^^^^^^^^^^^^^^^  ^^^^^^^^^^^^^^
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
    /// Never: AWS refuses such an ARN or reads it as something else.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-error-missing-arn-field>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html>
    name: "missing-arn-field",
    aws: "MISSING_ARN_FIELD",
    level: Error,
    kinds: Kinds::ANY,
    replaces: ["parliament:INVALID_ARN"],
    check: Resource(check),
}

fn check(cx: &mut Context<'_>, site: ResourceSite<'_>) {
    let (text, origin) = (site.entry.text(), site.entry.origin);
    if site.entry.arn.is_some() || !text.starts_with("arn:") || is_template(text) {
        return;
    }
    let count = segment_count(text);
    let meant = completed(cx, text, 6 - count);
    let draft = cx
        .report(origin, format!("the ARN has {count} of 6 segments"))
        .note("an ARN is written as `arn:partition:service:region:account:resource`");
    if let Some(meant) = meant {
        let title = format!("replace with `{meant}`");
        draft.replace_string(origin, title, Applicability::Unsafe, &meant);
    }
}

/// The ARN with empty segments, or else with `*`, before its last one, if that fits its service.
fn completed(cx: &Context<'_>, text: &str, missing: usize) -> Option<String> {
    let (head, resource) = text.rsplit_once(':')?;
    let filled = |filler: &str| format!("{head}{}:{resource}", filler.repeat(missing));
    [filled(":"), filled(":*")].into_iter().find(|text| {
        let arn = ArnPattern::parse(text, cx.catalog());
        arn.is_some_and(|arn| arn.forms().next().is_some() && arn.misfit().is_none())
    })
}
