//! Accepting findings: comments in the file where its language has them, entries of `keyaki.toml`
//! elsewhere.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use keyaki_diag::{Finding, TextRange};

use crate::host::{self, Language};
use crate::problem::ABOUT_FILES;
use crate::{CheckedDocument, CheckedFile, Options, check_text, language};

/// What accepts the findings of a file.
#[derive(Debug, Default)]
pub struct Accepted {
    /// The file with comments; none where there is nothing to add to it.
    pub text: Option<String>,
    /// What no comment can accept.
    pub entries: BTreeSet<Entry>,
    /// How many findings are accepted.
    pub count: usize,
}

/// A finding as the configuration names it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    /// The rule.
    pub rule: &'static str,
    /// The pointer of the policy in the file; empty where it is the whole file.
    pub policy: String,
    /// The pointer of the statement in the policy; empty outside of statements.
    pub at: String,
}

/// Accepts the findings of a file, for a reason of one line. Comments are kept if they silence what
/// they are for, and everything else is found as before.
pub fn accept(file: &CheckedFile, reason: &str, options: &Options<'_>) -> Accepted {
    let findings: Vec<&Finding> = file.findings().filter(|f| !is_about_file(f)).collect();
    let mut accepted = Accepted { count: findings.len(), ..Accepted::default() };
    let path = Path::new(&file.path);
    let mut left: BTreeSet<Entry> = entries_of(file).collect();
    if let Some(text) = with_comments(path, &file.text, &findings, reason) {
        let after = check_text(path, text.as_bytes(), options);
        let others = |file: &CheckedFile| file.findings().filter(|f| is_about_file(f)).count();
        if others(&after) <= others(file) {
            let still: BTreeSet<Entry> = entries_of(&after).collect();
            left.retain(|entry| still.contains(entry));
            accepted.text = Some(text);
        }
    }
    accepted.entries = left;
    accepted
}

fn is_about_file(finding: &Finding) -> bool {
    ABOUT_FILES.iter().any(|rule| rule.name == finding.rule.name)
}

/// What is found in the policies of a file.
fn entries_of(file: &CheckedFile) -> impl Iterator<Item = Entry> {
    let entry = |document: &CheckedDocument, finding: &Finding| {
        let pointer = finding.place().map_or("", |place| &place.pointer);
        let (rule, policy) = (finding.rule.name, document.pointer.clone());
        Entry { rule, policy, at: statement_of(pointer).to_owned() }
    };
    file.documents.iter().flat_map(move |document| {
        let own = document.findings.iter().filter(|f| !is_about_file(f));
        own.map(move |finding| entry(document, finding))
    })
}

/// The pointer of the statement that another pointer leads into; empty outside of statements.
fn statement_of(pointer: &str) -> &str {
    let Some(rest) = pointer.strip_prefix("/Statement") else { return "" };
    let is_number = |step: &&str| step.bytes().all(|b| b.is_ascii_digit()) && !step.is_empty();
    let number = rest.strip_prefix('/').and_then(|rest| rest.split('/').next());
    let length = number.filter(is_number).map_or(0, |number| number.len() + 1);
    pointer.get(.."/Statement".len() + length).unwrap_or_default()
}

/// The text with a comment above each line where findings begin; none for a language without.
fn with_comments(path: &Path, text: &str, findings: &[&Finding], reason: &str) -> Option<String> {
    let language = language(path, text.as_bytes());
    if findings.is_empty() || !matches!(language, Language::Yaml | Language::Hcl) {
        return None;
    }
    let texts = host::texts(language, text);
    let mut lines: BTreeMap<usize, BTreeSet<&str>> = BTreeMap::new();
    for finding in findings {
        let line = line_of(text, &texts, finding.range().start);
        lines.entry(line).or_default().insert(finding.rule.name);
    }
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for (line, rules) in lines {
        let (before, rest) = (text.get(at..line)?, text.get(line..)?);
        let indent = rest.get(..rest.len() - rest.trim_start_matches([' ', '\t']).len())?;
        let rules: Vec<&str> = rules.into_iter().collect();
        let end = if rest.lines().next().is_some_and(|l| rest[l.len()..].starts_with("\r\n")) {
            "\r\n"
        } else {
            "\n"
        };
        out += &format!("{before}{indent}# keyaki: ignore[{}] {reason}{end}", rules.join(", "));
        at = line;
    }
    Some(out + text.get(at..)?)
}

/// Where the line begins that a comment may stand above: outside of texts over several lines.
fn line_of(text: &str, texts: &[TextRange], at: u32) -> usize {
    let next = texts.partition_point(|own| own.start <= at);
    // Texts may stand in texts; the outer one begins first.
    let before = &texts[next.saturating_sub(MAX_NESTED)..next];
    let around = before.iter().find(|own| own.end > at);
    let at = around.map_or(at, |own| own.start) as usize;
    text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |newline| newline + 1)
}

/// How many texts before a place are looked at.
const MAX_NESTED: usize = 16;

/// An entry of `keyaki.toml`. The path is that of the file, seen from the folder of the
/// configuration; `place` may be a line such as `sid = "Read"`.
pub fn suppression_entry(rule: &str, path: &str, place: &str, reason: &str) -> String {
    let path = quoted(&pattern(path));
    let reason = quoted(reason);
    format!("[[suppress]]\nrule = \"{rule}\"\npath = {path}\n{place}reason = {reason}\n")
}

/// What goes between the text of a configuration and an entry at its end.
pub fn gap_before_entry(text: &str) -> &'static str {
    match text {
        "" => "",
        _ if text.ends_with("\n\n") => "",
        _ if text.ends_with('\n') => "\n",
        _ => "\n\n",
    }
}

/// A path as a pattern for itself alone.
fn pattern(path: &str) -> String {
    let mut pattern = "/".to_owned();
    for letter in path.chars() {
        if "*?[]\\".contains(letter) {
            pattern.push('\\');
        }
        pattern.push(letter);
    }
    pattern
}

/// A text as TOML writes it.
pub fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' | '\\' => out.extend(['\\', letter]),
            _ if letter.is_control() => out += &format!("\\u{:04X}", u32::from(letter)),
            _ => out.push(letter),
        }
    }
    out + "\""
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pointer_leads_to_its_statement() {
        for (pointer, statement) in [
            ("/Statement/3/Action/0", "/Statement/3"),
            ("/Statement/Action", "/Statement"),
            ("/Statement", "/Statement"),
            ("/Version", ""),
            ("", ""),
        ] {
            assert_eq!(statement_of(pointer), statement);
        }
    }
}
