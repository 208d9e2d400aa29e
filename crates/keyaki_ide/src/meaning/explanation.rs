//! The policies of a document in words, as Markdown.

use std::fmt::Write;

use keyaki_analyze::words;
use keyaki_catalog::Catalog;
use keyaki_ir::{Effect, Statement};
use keyaki_workspace::ReadPolicy;

use super::grant;
use super::proof::{Exposure, Proofs};
use crate::Document;
use crate::facts::{actions, allowed, by_level, count, names};

/// Of a list, so many entries are shown.
const MOST_ENTRIES: usize = 30;

/// A document in words, with what was proved of it.
pub fn explanation(document: &Document, proofs: Option<&Proofs>) -> String {
    let name = document.path.file_name().map(|name| name.to_string_lossy().into_owned());
    let mut text = format!("# {}\n", name.as_deref().unwrap_or("policy"));
    if document.policies().is_empty() {
        text += "\nThis text holds no policy.\n";
    }
    for read in document.policies() {
        text += &of_policy(document, read, proofs);
    }
    text
}

fn of_policy(document: &Document, read: &ReadPolicy, proofs: Option<&Proofs>) -> String {
    let catalog = document.catalog();
    let pointer = document.tree.pointer(read.policy.origin);
    let place = if pointer.is_empty() { String::new() } else { format!(" at `{pointer}`") };
    let short = grant::policy_in_short(catalog, &read.policy);
    let mut text = format!("\nPolicy of kind *{}*{place}: {short}.\n", read.kind.name());
    text += &proved(document, read, proofs);
    for statement in &read.policy.statements {
        text += &of_statement(catalog, statement);
    }
    let set = allowed(catalog, &read.policy);
    if !set.is_empty() {
        text += "\n## All actions that it grants\n\nEach on some resource at least, \
                 and as far as other policies let it.\n";
        text += &by_level(catalog, &set);
    }
    text
}

fn proved(document: &Document, read: &ReadPolicy, proofs: Option<&Proofs>) -> String {
    let Some(proofs) = proofs else { return String::new() };
    let mut text = match proofs.exposure(read) {
        Some(Exposure::Public(_)) => "\n**Public**, proved by a request:\n".to_owned(),
        Some(Exposure::NotPublic) => "\nNot public: proved for all requests.\n".to_owned(),
        Some(Exposure::Undecided(reason)) => {
            format!("\nWhether it is public was not decided: {reason}.\n")
        }
        None => String::new(),
    };
    let range = document.range(read.policy.origin);
    for finding in proofs.findings().iter().filter(|f| range.contains(f.range())) {
        let pointer = finding.place().map(|place| place.pointer.as_str()).unwrap_or_default();
        let _ = writeln!(text, "\n- {}: {} (`{pointer}`)", finding.rule.name, finding.message);
        finding.notes.iter().for_each(|note| text += &format!("  - {note}\n"));
    }
    text
}

fn of_statement(catalog: &Catalog, statement: &Statement) -> String {
    let number = statement.index + 1;
    let sid = statement.sid.as_ref().map_or(String::new(), |sid| format!(": {}", sid.value));
    let mut text = format!("\n## Statement {number}{sid}\n\n");
    let who = words::principals(statement).unwrap_or_else(|| "Whoever has the policy".to_owned());
    let verb = match statement.effect() {
        Some(Effect::Allow) => "**may**",
        Some(Effect::Deny) => "**may not**",
        None => "— it has no effect —",
    };
    let _ = writeln!(text, "{} {verb}\n", capitalized(&who));
    text += &what(catalog, statement);
    text += &resources(statement);
    for condition in words::conditions(statement) {
        let _ = writeln!(text, "- when {condition}");
    }
    text
}

/// A text as the beginning of a sentence; names stay as they are.
fn capitalized(text: &str) -> String {
    match text.strip_prefix("anyone") {
        Some(rest) => format!("Anyone{rest}"),
        None => text.to_owned(),
    }
}

fn what(catalog: &Catalog, statement: &Statement) -> String {
    let mut text = String::new();
    let set = actions(catalog, statement);
    for element in statement.action_elements() {
        let patterns: Vec<&str> = element.entries.iter().map(|entry| &*entry.text).collect();
        let all_but = if element.negated { "everything but " } else { "" };
        let number = count(set.len(), "action");
        let names = names(&patterns, MOST_ENTRIES);
        let _ = writeln!(text, "- do {all_but}{names}: {number}");
    }
    text
}

fn resources(statement: &Statement) -> String {
    let mut text = String::new();
    for element in statement.resource_elements() {
        let entries: Vec<&str> = element.entries.iter().map(|entry| entry.text()).collect();
        let all_but = if element.negated { "everything but " } else { "" };
        match entries[..] {
            ["*"] if !element.negated => text += "- on every resource\n",
            _ => {
                let _ = writeln!(text, "- on {all_but}{}", names(&entries, MOST_ENTRIES));
            }
        }
    }
    text
}
