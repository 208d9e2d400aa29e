use std::collections::{BTreeSet, HashMap};

use keyaki_analyze::words::in_words;
use keyaki_analyze::{Question, Witness};
use keyaki_catalog::{AccessLevel, Action};
use keyaki_ir::{ConditionEntry, Statement};

use crate::context::Context;
use crate::context::quoted;
use crate::granted::{actions, allows, names, views, where_named};
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
    let gated = statements.iter().filter(|s| allows(s)).filter_map(|s| Some((s, tag_test(s)?)));
    let gated: Vec<(&Statement, &ConditionEntry)> = gated.collect();
    let Some(meaning) = cx.meaning().filter(|_| !gated.is_empty()) else { return };
    let tagging = tagging(cx);
    // Statements share tests.
    let mut known: HashMap<String, Option<Box<Witness>>> = HashMap::new();
    for (statement, test) in gated {
        let services = services(cx, statement);
        for action in tagging.iter().filter(|a| services.contains(a.service().prefix())) {
            let action = action.full_name();
            let Some(text) = setting(&action, test) else { continue };
            let found = known.entry(text).or_insert_with_key(|text| {
                let (one, other) = (&meaning.about(&action), &meaning.other(text));
                meaning.refuted(cx.catalog(), &Question::Disjoint { one, other })
            });
            let Some(witness) = found else { continue };
            report(cx, test, &action, witness);
            break;
        }
    }
}

fn report(cx: &mut Context<'_>, test: &ConditionEntry, action: &str, witness: &Witness) {
    let at = cx.policy().statements.iter().find(|s| allows(s) && names(s, action));
    let message = format!("the holder can put `{}` on resources with `{action}`", test.key.value);
    let mut draft = cx.report(test.key.origin, message);
    if let Some(at) = at {
        draft = draft.and_at(where_named(at, action), "the tag is set with this");
    }
    draft.note(format!("for instance {}", in_words(witness)));
}

/// A test that needs the resource to have a tag.
fn tag_test(statement: &Statement) -> Option<&ConditionEntry> {
    let mut tests = statement.condition_entries().filter(|(_, e)| e.starts_with(TAG));
    let needs = |(b, e): &(&keyaki_ir::ConditionBlock, &ConditionEntry)| {
        demand(b.operator.operator, e) == Some(Presence::Present) && !e.values.is_empty()
    };
    tests.find(needs).map(|(_, entry)| entry)
}

/// The services of the actions that a statement names.
fn services<'a>(cx: &Context<'a>, statement: &Statement) -> BTreeSet<&'a str> {
    let catalog = cx.catalog();
    views(catalog, &actions(catalog, statement)).map(|a| a.service().prefix()).collect()
}

/// Actions that set tags and that the policy may grant.
fn tagging<'a>(cx: &Context<'a>) -> Vec<Action<'a>> {
    let catalog = cx.catalog();
    let sets_tags = |a: &Action<'_>| {
        a.access_level() == Some(AccessLevel::Tagging)
            && !a.name().starts_with("Un")
            && !a.name().starts_with("Delete")
            && !a.name().starts_with("Remove")
    };
    views(catalog, &cx.granted().allowed).filter(sets_tags).collect()
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
