//! The examples in the rules' documentation.
//!
//! A block under `## Avoid` yields exactly the findings that its caret lines mark;
//! a block under `## Prefer` yields none. Only the rule itself runs.
//! A block without a `Statement` is one statement and is wrapped into a document.
//! `json kind=trust resource-type=s3-bucket` says how to read it; with `repeat=80` a line with
//! `@N@` stands there eighty times, `@N@` replaced by the number of the copy. `require` says that
//! the project asks for TLS in every grant.

use keyaki_diag::LineIndex;
use keyaki_ir::{PolicyKind, ResourceType};
use keyaki_lint::{Linter, Requirement, Rule, Settings};

use crate::support::{Reading, lint, only};

/// A fenced block of a rule's docs.
pub(crate) struct Example {
    pub(crate) text: String,
    /// Line and column from 1, and the number of characters if the mark gives it.
    marks: Vec<(u32, u32, Option<u32>)>,
    pub(crate) reading: Reading,
    pub(crate) avoid: bool,
}

#[test]
fn every_rule_has_examples_of_both_sides() {
    for rule in keyaki_lint::rules() {
        let examples = examples(rule);
        assert!(examples.iter().any(|e| e.avoid), "{}: no Avoid", rule.meta.name);
        assert!(examples.iter().any(|e| !e.avoid), "{}: no Prefer", rule.meta.name);
        let marked = examples.iter().filter(|e| e.avoid).all(|e| !e.marks.is_empty());
        assert!(marked, "{}: an Avoid without marks", rule.meta.name);
    }
}

#[test]
fn examples_yield_exactly_the_marked_findings() {
    let mut wrong = Vec::new();
    for rule in keyaki_lint::rules() {
        for example in examples(rule) {
            let linter = linter(rule, example.reading);
            let findings = lint(&linter, &example.text, example.reading);
            let index = LineIndex::new(&example.text);
            let mut found: Vec<_> = findings
                .iter()
                .map(|f| {
                    let start = index.line_column(&example.text, f.range().start);
                    let source = f.range().slice(&example.text);
                    let first_line = source.lines().next().unwrap_or("");
                    (start.line, start.column, first_line.chars().count() as u32)
                })
                .collect();
            let mut marks = example.marks.clone();
            found.sort_unstable();
            marks.sort_unstable();
            let same = found.len() == marks.len()
                && found.iter().zip(&marks).all(|(f, m)| {
                    (f.0, f.1) == (m.0, m.1) && m.2.is_none_or(|length| length == f.2)
                });
            if !same {
                let messages: Vec<_> = findings.iter().map(|f| &f.message).collect();
                wrong.push(format!(
                    "{}: marked {marks:?}, found {found:?} {messages:?}\n{}",
                    rule.meta.name, example.text
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{} examples differ\n{}", wrong.len(), wrong.join("\n"));
}

/// The rules about what a policy means; they show a request, or what makes it so.
const ABOUT_MEANING: [&str; 31] = [
    "absent-key-escape",
    "absent-key-grant",
    "arn-coherence",
    "case-trap",
    "contradictory-condition",
    "covered-entry",
    "deny-never-fires",
    "empty-policy",
    "empty-window",
    "hidden-administrator",
    "idle-deny",
    "inert-action",
    "misleading-ip-range",
    "missing-dependent-action",
    "near-star-resource",
    "notprincipal-hole",
    "oidc-subject-escape",
    "redundant-guard",
    "resource-lockout",
    "scp-starve",
    "scp-void",
    "segment-overrun",
    "self-tag-bypass",
    "service-chain-break",
    "shadowed-allow",
    "sibling-bypass",
    "subsumed-statement",
    "unpassable-role",
    "unreachable-allow-key",
    "vacuous-condition",
    "wildcard-drift",
];

#[test]
fn findings_about_meaning_say_what_they_rest_on() {
    for name in ABOUT_MEANING {
        let rule = keyaki_lint::rule(name).expect(name);
        for example in examples(rule).iter().filter(|example| example.avoid) {
            for finding in lint(&linter(rule, example.reading), &example.text, example.reading) {
                assert!(!finding.notes.is_empty(), "{name}: {}", finding.message);
            }
        }
    }
}

/// A linter for a rule, with the requirement that some examples speak of.
fn linter(rule: &Rule, reading: Reading) -> Linter {
    let violation = r#"{ "Version": "2012-10-17", "Statement": [
        { "Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*" },
        { "Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*",
          "Condition": { "Bool": { "aws:SecureTransport": "true" } } } ] }"#;
    let requirement = Requirement {
        actions: vec!["*".to_owned()],
        violation: keyaki_ir::lower(&keyaki_syntax::Tree::parse(violation)),
        message: "the project asks for TLS".to_owned(),
    };
    let mut settings = Settings::default();
    settings.requirements.extend(reading.requires.then_some(requirement));
    only(rule.meta.name).with(settings)
}

pub(crate) fn examples(rule: &Rule) -> Vec<Example> {
    let mut examples = Vec::new();
    let mut section = "";
    let mut block: Option<(&str, Vec<&str>)> = None;
    for line in rule.meta.docs.lines() {
        let line = line.strip_prefix(' ').unwrap_or(line);
        match &mut block {
            Some((info, lines)) if line.starts_with("```") => {
                if section == "Avoid" || section == "Prefer" {
                    let lines = repeated(info, lines);
                    examples.push(example(rule, reading(rule, info), &lines, section == "Avoid"));
                }
                block = None;
            }
            Some((_, lines)) => lines.push(line),
            None => {
                if let Some(heading) = line.strip_prefix("## ") {
                    section = heading.trim();
                } else if let Some(info) = line.strip_prefix("```") {
                    block = Some((info, Vec::new()));
                }
            }
        }
    }
    examples
}

fn reading(rule: &Rule, info: &str) -> Reading {
    let kind = match rule.kinds.contains(PolicyKind::Identity) {
        true => PolicyKind::Identity,
        false => rule.kinds.iter().next().unwrap_or(PolicyKind::Identity),
    };
    let mut reading = Reading { kind: Some(kind), ..Reading::default() };
    for word in info.split_whitespace().skip(1) {
        match word.split_once('=') {
            Some(("kind", kind)) => {
                reading.kind = Some(PolicyKind::parse(kind).expect("a policy kind"));
            }
            Some(("resource-type", name)) => {
                reading.resource_type = Some(ResourceType::parse(name).expect("a resource type"));
            }
            Some(("repeat", _)) => {}
            None if word == "require" => reading.requires = true,
            _ => panic!("{}: what is `{word}`?", rule.meta.name),
        }
    }
    reading
}

/// The lines of a block, those with `@N@` as often as `repeat=…` says.
fn repeated(info: &str, lines: &[&str]) -> Vec<String> {
    let words = info.split_whitespace();
    let count = words.filter_map(|w| w.strip_prefix("repeat=")).find_map(|n| n.parse().ok());
    let count: usize = count.unwrap_or(1);
    let copy = |line: &str, n: usize| {
        let comma = if n + 1 < count { "," } else { "" };
        line.replace("@N@", &n.to_string()) + comma
    };
    let copies = |line: &&str| match line.contains("@N@") {
        true => (0..count).map(|n| copy(line, n)).collect(),
        false => vec![(*line).to_owned()],
    };
    lines.iter().flat_map(copies).collect()
}

fn example(rule: &Rule, reading: Reading, lines: &[String], avoid: bool) -> Example {
    let whole =
        lines.iter().any(|l| l.contains("\"Statement\"")) || rule.meta.name == "missing-statement";
    let mut text: Vec<String> = Vec::new();
    if !whole {
        text.push("{ \"Version\": \"2012-10-17\", \"Statement\": [".to_owned());
    }
    let mut marks = Vec::new();
    for line in lines {
        let Some(carets) = mark_of(line) else {
            text.push(line.clone());
            continue;
        };
        let above = text.last().cloned().unwrap_or_default();
        let number = text.len() as u32;
        if line.trim_start().starts_with("//^") {
            let indent = above.chars().take_while(|c| c.is_whitespace()).count() as u32;
            marks.push((number, indent + 1, None));
        } else {
            marks.extend(carets.into_iter().map(|(at, n)| (number, at, Some(n))));
        }
    }
    if !whole {
        text.push("] }".to_owned());
    }
    Example { text: text.join("\n"), marks, reading, avoid }
}

/// The runs of carets in a comment line that holds nothing else: column from 1, and length.
fn mark_of(line: &str) -> Option<Vec<(u32, u32)>> {
    let rest = line.trim_start().strip_prefix("//")?;
    if !rest.contains('^') || !rest.chars().all(|c| c == '^' || c == ' ') {
        return None;
    }
    let mut runs: Vec<(u32, u32)> = Vec::new();
    for (i, _) in line.chars().enumerate().filter(|(_, c)| *c == '^') {
        let column = i as u32 + 1;
        match runs.last_mut() {
            Some((start, length)) if *start + *length == column => *length += 1,
            _ => runs.push((column, 1)),
        }
    }
    Some(runs)
}
