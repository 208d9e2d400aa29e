use keyaki_diag::Applicability;
use keyaki_ir::glob;

use crate::context::Context;
use crate::placeholder::is_template;
use crate::rule::{ActionSite, rule};

rule! {
    /// Action of a service that does not exist.
    ///
    /// An entry of `Action` or `NotAction` names its service before the colon.
    /// If there is no such service, the entry matches nothing.
    ///
    /// Services that AWS has retired are not reported, except those that AWS refuses itself.
    /// A wildcard in the name of the service is the business of `wildcard-in-service-name`.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": ["dyanmodb:GetItem", "dynamodb:PutItem"],
    ///   //          ^^^^^^^^
    ///   "Resource": "arn:aws:dynamodb:eu-west-1:111122223333:table/orders"
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": ["dynamodb:GetItem", "DynamoDB:PutItem"],
    ///   "Resource": "arn:aws:dynamodb:eu-west-1:111122223333:table/orders"
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// When the service is younger than the catalogue: see `keyaki catalog update`.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-error-invalid-service-in-action>
    /// - <https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html>
    name: "invalid-service-in-action",
    aws: "INVALID_SERVICE_IN_ACTION",
    level: Error,
    kinds: Kinds::ANY,
    replaces: ["parliament:UNKNOWN_PREFIX", "aws-guardrails:IAM030"],
    check: Action(check),
}

fn check(cx: &mut Context<'_>, site: ActionSite<'_>) {
    let Some((prefix, name)) = site.entry.split() else { return };
    let service = site.service;
    if service.is_some_and(|s| s.is_accepted() != Some(false)) {
        return;
    }
    if glob::has_wildcard(prefix) || is_template(prefix) {
        return;
    }
    let meant = cx.guess(|c| c.suggest_service(prefix)).filter(|_| service.is_none());
    let origin = site.entry.origin;
    let message = match service {
        Some(_) => format!("there is no longer a service `{prefix}`"),
        None => format!("there is no service `{prefix}`"),
    };
    let draft = cx.report(origin, message).part(origin, 0..prefix.len());
    if let Some(meant) = meant {
        let title = format!("replace with `{meant}:{name}`");
        draft.note(format!("did you mean `{meant}`?")).replace_string(
            origin,
            title,
            Applicability::Unsafe,
            &format!("{meant}:{name}"),
        );
    }
}
