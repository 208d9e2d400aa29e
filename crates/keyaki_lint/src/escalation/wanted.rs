//! The requests that a step of a way is about, as a policy that allows them.
//!
//! Where a step acts on a user, role, group or policy, the request is for one with an arbitrary
//! name: a grant that names its targets is taken to name harmless ones. A policy variable names
//! something of the holder's own. Whoever may write the policies of what is his own gives himself
//! permissions, so that for such steps a variable may stand for the name. A new key of one's own
//! gives nothing, so that for the others it may not.

use keyaki_ir::{Pattern, Statement, Variable};
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
        Wanted { step, by_oneself, statements, harmless }
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
        let own = self.patterns().filter(|p| self.by_oneself && is_named_by_variable(p));
        [somebody].into_iter().chain(own.map(|p| p.text().to_owned())).collect()
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

    /// That no variable stands for the name or a part of it.
    fn not_oneself(&self) -> Option<String> {
        if self.by_oneself || target(self.step.action).is_none() {
            return None;
        }
        let variables = self.patterns().flat_map(Pattern::variables);
        let mut keys: Vec<String> =
            variables.filter(|v| is_replaced(v)).map(|v| v.key.to_ascii_lowercase()).collect();
        keys.sort_unstable();
        keys.dedup();
        let parts: Vec<&str> = (1..=SOMEBODY.len())
            .flat_map(|at| SOMEBODY.split_at_checked(at))
            .flat_map(|(start, end)| [start, end])
            .collect();
        let parts = list(&parts);
        let keys: Vec<String> = keys.iter().map(|k| format!("{}: {parts}", quoted(k))).collect();
        (!keys.is_empty()).then(|| format!(r#""StringNotEquals": {{ {} }}"#, keys.join(", ")))
    }

    /// The patterns of resources that bear on the step.
    fn patterns(&self) -> impl Iterator<Item = &'a Pattern> {
        let elements = self.statements.iter().flat_map(|s| s.resource_elements());
        elements.flat_map(|element| &element.entries).map(|entry| &entry.pattern)
    }
}

/// Whether an action attaches a managed policy.
fn attaches(action: &str) -> bool {
    matches!(action, "iam:AttachUserPolicy" | "iam:AttachRolePolicy" | "iam:AttachGroupPolicy")
}

/// Whether a variable, and nothing else, names what a pattern is about, whatever its path.
fn is_named_by_variable(pattern: &Pattern) -> bool {
    let last = pattern.variables().last().filter(|v| is_replaced(v));
    last.is_some_and(|v| {
        let before = pattern.text().get(..v.range.start);
        v.range.end == pattern.text().len() && before.is_some_and(|text| text.ends_with('/'))
    })
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
