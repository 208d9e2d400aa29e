use keyaki_catalog::Service;
use keyaki_diag::Applicability;

use crate::context::Context;
use crate::placeholder::is_template;
use crate::rule::{ActionSite, rule};

rule! {
    /// Action that its service does not define.
    ///
    /// An entry of `Action` or `NotAction` that matches no action has no effect:
    /// an `Allow` grants nothing, a `Deny` denies nothing.
    /// Most of the time the name is misspelt or belongs to another service;
    /// sometimes the service has retired the action.
    ///
    /// Nothing is said about the actions of a service that AWS has retired as a whole.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": ["s3:GetObjet", "s3:Putt*", "s3:PutObject"],
    ///   //         ^^^^^^^^^^^^^  ^^^^^^^^^^
    ///   "Resource": "arn:aws:s3:::reports/*"
    /// }
    /// ```
    /// The service is there, the action is no longer:
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": ["cloud9:ValidateEnvironmentName", "cloud9:DescribeEnvironments"],
    ///   //         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    ///   "Resource": "*"
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": ["s3:GetObject", "s3:Put*", "S3:putobject", "deepracer:GetModel"],
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
    let Some((prefix, name)) = site.entry.split() else { return missing_service(cx, site) };
    let Some(service) = site.service.filter(|s| s.is_live()) else { return };
    if is_defined(cx, service, site) || is_template(text) {
        return;
    }
    let origin = site.entry.origin;
    if cx.catalog().matches_any(text) {
        let message = format!("`{}` no longer has an action `{name}`", service.prefix());
        cx.report(origin, message).note("AWS has retired it; the entry has no effect").remove(
            origin,
            format!("remove `{text}`"),
            Applicability::Unsafe,
        );
        return;
    }
    let meant = cx.guess(|c| c.suggest_action(prefix, name));
    let draft = cx.report(origin, format!("`{}` defines no action `{name}`", service.prefix()));
    if let Some(meant) = meant {
        let title = format!("replace with `{meant}`");
        draft.note(format!("did you mean `{meant}`?")).replace_string(
            origin,
            title,
            Applicability::Unsafe,
            &meant,
        );
    }
}

fn is_defined(cx: &Context<'_>, service: Service<'_>, site: ActionSite<'_>) -> bool {
    match site.entry.name() {
        Some(name) if !site.entry.has_wildcard() => {
            service.action(name).is_some_and(|action| !action.is_retired())
        }
        _ => cx.matches_live(site.entry),
    }
}

/// An entry without a colon: only wildcards can take in the service and the colon.
fn missing_service(cx: &mut Context<'_>, site: ActionSite<'_>) {
    let text = &*site.entry.text;
    if site.entry.is_star() || is_template(text) || cx.matches_live(site.entry) {
        return;
    }
    let origin = site.entry.origin;
    cx.report(origin, format!("`{text}` names no service"))
        .note("write an action as `service:name`, such as `s3:GetObject`");
}
