use keyaki_catalog::{AccessLevel, Action};

use crate::context::Context;
use crate::granted::{allows, listed, views};
use crate::rule::ActionSite;
use crate::rule::rule;

rule! {
    /// Action pattern that has come to grant more than before.
    ///
    /// AWS adds actions, and a wildcard takes them in.
    /// Reported are patterns with actions that write or set permissions and that are new: of the half year before the catalogue's date, or of as many days as the setting `days` of `keyaki.toml` says.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": ["bedrock-agentcore:*", "s3:GetObject"],
    ///   //         ^^^^^^^^^^^^^^^^^^^^^
    ///   "Resource": "*"
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": ["bedrock-agentcore:InvokeCodeInterpreter", "s3:GetObject"],
    ///   "Resource": "*"
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// When each new action is welcome.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_action.html>
    name: "wildcard-drift",
    level: Suggestion,
    persona: Auditor,
    kinds: Kinds::IDENTITY.and(Kinds::RESOURCE),
    options: [Number "days": "How many days before the catalogue's date an action counts as new; 180 where it is not set."],
    check: Action(check),
}

const DAYS: usize = 180;

fn check(cx: &mut Context<'_>, site: ActionSite<'_>) {
    let is_listed = site.statement.action.is_some() && allows(site.statement);
    if !is_listed || !site.entry.has_wildcard() {
        return;
    }
    let catalog = cx.catalog();
    let (today, days) = (catalog.snapshot().date, cx.number("days").unwrap_or(DAYS));
    let is_new = |a: &Action<'_>| {
        let age = a.first_seen().map(|day| today.days_since(day));
        age.is_some_and(|age| usize::try_from(age).is_ok_and(|age| age <= days))
    };
    let grants = |a: &Action<'_>| match a.access_level() {
        Some(AccessLevel::Write | AccessLevel::PermissionsManagement) => true,
        Some(AccessLevel::Read | AccessLevel::List | AccessLevel::Tagging) | None => false,
    };
    let set = catalog.expand(&site.entry.text);
    let new: Vec<String> =
        views(catalog, &set).filter(|a| is_new(a) && grants(a)).map(Action::full_name).collect();
    if !new.is_empty() {
        let message = format!("`{}` has come to grant more", site.entry.text);
        cx.report(site.entry.origin, message).note(format!("new are {}", listed(&new)));
    }
}
