use keyaki_analyze::Question;
use keyaki_analyze::words::in_words;
use keyaki_catalog::{AccessLevel, Action};
use keyaki_ir::{ConditionEntry, Statement};

use crate::context::Context;
use crate::context::quoted;
use crate::granted::{actions, allowed, allows, names, views, where_named};
use crate::presence::{Presence, demand};
use crate::rule::rule;

rule! {
    /// Grant by tag, where the holder may set the tag.
    ///
    /// The policy allows an action on resources with a tag, and allows the tag to be put on resources that lack it.
    /// The finding shows the request that sets it.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Version": "2012-10-17",
    ///   "Statement": [
    ///     {
    ///       "Effect": "Allow",
    ///       "Action": "ec2:StopInstances",
    ///       "Resource": "*",
    ///       "Condition": { "StringEquals": { "aws:ResourceTag/team": "reports" } }
    ///       //                               ^^^^^^^^^^^^^^^^^^^^^^
    ///     },
    ///     { "Effect": "Allow", "Action": "ec2:CreateTags", "Resource": "*" }
    ///   ]
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Version": "2012-10-17",
    ///   "Statement": [
    ///     {
    ///       "Effect": "Allow",
    ///       "Action": ["ec2:StopInstances", "ec2:CreateTags"],
    ///       "Resource": "*",
    ///       "Condition": { "StringEquals": { "aws:ResourceTag/team": "reports" } }
    ///     }
    ///   ]
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// When the tag only keeps people from mistakes.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access_tags.html>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-requesttag>
    name: "self-tag-bypass",
    level: Security,
    persona: Pedantic,
    kinds: Kinds::IDENTITY,
    check: Proof(check),
}

const TAG: &str = "aws:ResourceTag/";

fn check(cx: &mut Context<'_>) {
    let statements = &cx.policy().statements;
    for gated in statements.iter().filter(|s| allows(s)) {
        let Some(test) = tag_test(gated) else { continue };
        for action in tagging(cx, gated) {
            let Some(meaning) = cx.meaning() else { return };
            let relevant = meaning.about(&action);
            let Some(text) = setting(&action, test) else { continue };
            let question = Question::Disjoint { one: &relevant, other: &meaning.other(&text) };
            let Some(witness) = meaning.refuted(cx.catalog(), &question) else { continue };
            let key = &test.key.value;
            let message = format!("the holder can put `{key}` on resources with `{action}`");
            let at = statements.iter().find(|s| allows(s) && names(s, &action));
            let mut draft = cx.report(test.key.origin, message);
            if let Some(at) = at {
                draft = draft.and_at(where_named(at, &action), "the tag is set with this");
            }
            draft.note(format!("for instance {}", in_words(&witness)));
            break;
        }
    }
}

/// A test that needs the resource to have a tag.
fn tag_test(statement: &Statement) -> Option<&ConditionEntry> {
    let mut tests = statement.condition_entries().filter(|(_, e)| e.starts_with(TAG));
    let needs = |(b, e): &(&keyaki_ir::ConditionBlock, &ConditionEntry)| {
        demand(b.operator.operator, e) == Some(Presence::Present) && !e.values.is_empty()
    };
    tests.find(needs).map(|(_, entry)| entry)
}

/// Actions of the same services that set tags and that the policy may grant.
fn tagging(cx: &Context<'_>, gated: &Statement) -> Vec<String> {
    let catalog = cx.catalog();
    let services: std::collections::BTreeSet<&str> =
        views(catalog, &actions(catalog, gated)).map(|a| a.service().prefix()).collect();
    let set = allowed(catalog, cx.policy());
    let sets_tags = |a: &Action<'_>| {
        a.access_level() == Some(AccessLevel::Tagging)
            && !a.name().starts_with("Un")
            && !a.name().starts_with("Delete")
            && !a.name().starts_with("Remove")
    };
    let tagging = views(catalog, &set).filter(|a| sets_tags(a));
    tagging.filter(|a| services.contains(a.service().prefix())).map(Action::full_name).collect()
}

/// A policy that allows to put the tag on what lacks it.
fn setting(action: &str, test: &ConditionEntry) -> Option<String> {
    let name = test.key.value.get(TAG.len()..)?;
    let value = test.values.first()?.text().replace(['*', '?'], "");
    let (resource, request) =
        (quoted(&format!("{TAG}{name}")), quoted(&format!("aws:RequestTag/{name}")));
    Some(format!(
        r#"{{ "Version": "2012-10-17", "Statement": {{ "Effect": "Allow", "Action": "{action}",
        "Resource": "*", "Condition": {{ "Null": {{ {resource}: "true" }},
        "StringEquals": {{ {request}: {} }} }} }} }}"#,
        quoted(&value)
    ))
}
