use keyaki_diag::Applicability;

use crate::context::Context;
use crate::rule::{ActionSite, rule};

rule! {
    /// Action that its service does not define.
    ///
    /// An entry of `Action` or `NotAction` that matches no action has no effect:
    /// an `Allow` grants nothing, a `Deny` denies nothing.
    /// Most of the time the name is misspelt or belongs to another service.
    ///
    /// Actions that AWS has retired are not reported.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": ["s3:GetObjet", "s3:PutObject"],
    ///   //         ^^^^^^^^^^^^^
    ///   "Resource": "arn:aws:s3:::reports/*"
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": ["s3:GetObject", "s3:PutObject"],
    ///   "Resource": "arn:aws:s3:::reports/*"
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// When the action is younger than the catalogue: see `keyaki catalog update`.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-error-invalid-action>
    /// - <https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html>
    name: "invalid-action",
    aws: "INVALID_ACTION",
    level: Error,
    kinds: Kinds::ANY,
    replaces: ["parliament:UNKNOWN_ACTION", "iam-policy-validator:invalid_action", "cfn-lint:W3037"],
    check: Action(check),
}

fn check(cx: &mut Context<'_>, site: ActionSite<'_>) {
    let text = &*site.entry.text;
    let Some((prefix, name)) = text.split_once(':') else { return };
    let Some(service) = cx.catalog().service(prefix) else { return };
    if service.is_retired() || text.contains("${") || cx.catalog().matches_any(text) {
        return;
    }
    let suggestion = cx.catalog().suggest_action(prefix, name);
    let origin = site.entry.origin;
    let message = format!("`{}` defines no action `{name}`", service.prefix());
    let draft = cx.report(origin, message);
    if let Some(meant) = suggestion {
        draft.note(format!("did you mean `{meant}`?")).replace_string(
            origin,
            format!("replace with `{meant}`"),
            Applicability::Unsafe,
            &meant,
        );
    }
}
