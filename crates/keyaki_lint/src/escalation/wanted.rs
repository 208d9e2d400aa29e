//! The requests that a step of a way is about, as a policy that allows them.
//!
//! Where a step acts on a user, role, group or policy, the request is for one with an arbitrary
//! name: a grant that names its targets is taken to name harmless ones. A policy variable names
//! something of the holder's own. Whoever may write the policies of what is his own gives himself
//! permissions, so that for such steps a variable may stand for the name. A new key of one's own
//! gives nothing, so that for the others it may not.

use std::collections::BTreeMap;

use keyaki_ir::{Pattern, Statement, Variable, Version, glob};
use keyaki_syntax::quoted;

use super::Step;
use super::attached;
use crate::context::Context;
use crate::granted::names;

/// The name of a target that no policy is about.
const SOMEBODY: &str = "keyaki-somebody-else";

/// The requests of a step.
pub(super) struct Wanted<'a> {
    step: Step,
    by_oneself: bool,
    /// Whether the version of the policy has variables.
    has_variables: bool,
    /// The statements of the policy that name the action.
    statements: Vec<&'a Statement>,
    /// Policies that give no way when they are attached.
    harmless: Vec<&'a str>,
}

impl<'a> Wanted<'a> {
    pub(super) fn new(step: Step, by_oneself: bool, cx: &Context<'a>) -> Wanted<'a> {
        let statements = cx.policy().statements.iter();
        let statements: Vec<&Statement> = statements.filter(|s| names(s, step.action)).collect();
        let harmless = match attaches(step.action) {
            true => attached::harmless(&statements, cx),
            false => Vec::new(),
        };
        let has_variables = cx.policy().effective_version() == Version::V2012;
        Wanted { step, by_oneself, has_variables, statements, harmless }
    }

    /// A policy that allows them.
    pub(super) fn policy(&self) -> String {
        let Step { action, .. } = self.step;
        let (resources, conditions) = (list(&self.resources()), self.conditions().join(", "));
        format!(
            r#"{{ "Version": "2012-10-17", "Statement": {{ "Effect": "Allow",
            "Action": "{action}", "Resource": {resources}, "Condition": {{ {conditions} }} }} }}"#
        )
    }

    fn resources(&self) -> Vec<String> {
        let Some(kind) = target(self.step.action) else { return vec!["*".to_owned()] };
        let somebody = format!("arn:*:iam::*:{kind}/{SOMEBODY}");
        let own = self.patterns().filter(|_| self.by_oneself).filter_map(|p| own(p, kind));
        [somebody].into_iter().chain(own).collect()
    }

    fn conditions(&self) -> Vec<String> {
        let service = self.step.service.map(|host| {
            format!(r#""StringEqualsIfExists": {{ "iam:PassedToService": "{host}" }}"#)
        });
        let attached = attaches(self.step.action).then(|| {
            let harmless = list(&self.harmless);
            format!(
                r#""Null": {{ "iam:PolicyARN": "false" }},
                "ArnNotLike": {{ "iam:PolicyARN": {harmless} }}"#
            )
        });
        service.into_iter().chain(self.not_oneself()).chain(attached).collect()
    }

    /// That no variable stands for the name, nor for a part of it where only more of the policy
    /// could make it the name.
    fn not_oneself(&self) -> Option<String> {
        if self.by_oneself || target(self.step.action).is_none() {
            return None;
        }
        let mut parts: BTreeMap<String, Vec<&str>> = BTreeMap::new();
        for pattern in self.patterns() {
            for variable in pattern.variables().iter().filter(|v| is_replaced(v)) {
                let key = parts.entry(variable.key.to_ascii_lowercase()).or_default();
                key.extend(match is_by_wildcard(pattern, variable) {
                    true => vec![SOMEBODY, ""],
                    false => pieces(),
                });
            }
        }
        let keys = parts.iter().map(|(key, parts)| format!("{}: {}", quoted(key), list(parts)));
        let keys: Vec<String> = keys.collect();
        (!keys.is_empty()).then(|| format!(r#""StringNotEquals": {{ {} }}"#, keys.join(", ")))
    }

    /// The patterns with variables of the resources that bear on the step.
    fn patterns(&self) -> impl Iterator<Item = &'a Pattern> {
        let statements = self.statements.iter().filter(|_| self.has_variables);
        let elements = statements.flat_map(|s| s.resource_elements());
        elements.flat_map(|element| &element.entries).map(|entry| &entry.pattern)
    }
}

/// Whether an action attaches a managed policy.
fn attaches(action: &str) -> bool {
    matches!(action, "iam:AttachUserPolicy" | "iam:AttachRolePolicy" | "iam:AttachGroupPolicy")
}

/// What of a kind a pattern is about that a variable, and nothing else, names, whatever its path.
fn own(pattern: &Pattern, kind: &str) -> Option<String> {
    let (text, last) = (pattern.text(), pattern.variables().last()?);
    let before = text.get(..last.range.start)?;
    if !is_replaced(last) || last.range.end != text.len() || !before.ends_with('/') {
        return None;
    }
    if before.contains(&format!(":{kind}/")) {
        return Some(text.to_owned());
    }
    let (_, start) = before.rsplit_once(':').unwrap_or(("", before));
    let variable = text.get(last.range.clone())?;
    glob::has_wildcard(start).then(|| format!("arn:*:iam::*:{kind}/{variable}"))
}

/// Whether the name of a user stands beside a wildcard, which reaches the users whose names have
/// more. What else a variable stands for is chosen by others, perhaps with an end of its own.
fn is_by_wildcard(pattern: &Pattern, variable: &Variable) -> bool {
    let (before, after) =
        (pattern.text().get(..variable.range.start), pattern.text().get(variable.range.end..));
    let is_beside = before.is_some_and(|text| text.ends_with(['*', '?']))
        || after.is_some_and(|text| text.starts_with(['*', '?']));
    is_beside && variable.key.eq_ignore_ascii_case("aws:username")
}

/// The name of the target and what it begins and ends with.
fn pieces() -> Vec<&'static str> {
    let splits = (1..=SOMEBODY.len()).flat_map(|at| SOMEBODY.split_at_checked(at));
    splits.flat_map(|(start, end)| [start, end]).collect()
}

fn is_replaced(variable: &Variable) -> bool {
    variable.escape.is_none() && !variable.is_hole
}

/// Texts as JSON.
fn list(texts: &[impl AsRef<str>]) -> String {
    let texts: Vec<String> = texts.iter().map(|text| quoted(text.as_ref())).collect();
    format!("[{}]", texts.join(", "))
}

/// What kind of thing of IAM an action works on.
fn target(action: &str) -> Option<&'static str> {
    let name = action.strip_prefix("iam:").or_else(|| action.strip_prefix("sts:"))?;
    let user = ["AccessKey", "LoginProfile", "User", "ServiceSpecificCredential"];
    match name {
        "AddUserToGroup" => Some("group"),
        _ if name.contains("Role") => Some("role"),
        _ if name.contains("Group") => Some("group"),
        "CreatePolicyVersion" | "SetDefaultPolicyVersion" => Some("policy"),
        _ if user.iter().any(|u| name.contains(u)) => Some("user"),
        _ => None,
    }
}
