//! AWS's codes, two-sided: `testdata/checks/*.toml`.
//!
//! Each trigger gives its code at exactly the places named; each neighbour, the same policy with
//! the smallest correction, does not give it.

use std::collections::BTreeSet;
use std::path::Path;

use keyaki_ir::{PolicyKind, ResourceType};

use crate::support::{Reading, lint, only};

/// One entry of the table.
pub(crate) struct Entry {
    file: String,
    pub(crate) code: String,
    pub(crate) reading: Reading,
    at: BTreeSet<String>,
    pub(crate) trigger: String,
    neighbour: String,
}

#[test]
fn every_trigger_fires_and_every_neighbour_is_silent() {
    let entries = table();
    assert!(entries.len() >= 171, "the table has only {} entries", entries.len());
    let mut wrong = Vec::new();
    for entry in &entries {
        if keyaki_lint::rule(&entry.code).is_none() {
            wrong.push(format!("{} {}: no such rule", entry.file, entry.code));
            continue;
        }
        let linter = only(&entry.code);
        let pointers = |text: &str| -> BTreeSet<String> {
            let findings = lint(&linter, text, entry.reading);
            findings.iter().flat_map(|f| &f.places).map(|p| p.pointer.clone()).collect()
        };
        let found = pointers(&entry.trigger);
        if found != entry.at {
            wrong.push(format!(
                "{} {}: expected {:?}, found {found:?}\n{}",
                entry.file,
                entry.code,
                entry.at,
                shown(&entry.trigger)
            ));
        }
        let found = pointers(&entry.neighbour);
        if !found.is_empty() {
            wrong.push(format!(
                "{} {}: the neighbour is flagged at {found:?}\n{}",
                entry.file,
                entry.code,
                shown(&entry.neighbour)
            ));
        }
    }
    assert!(wrong.is_empty(), "{} of the checks fail\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn every_aws_code_has_an_entry() {
    let tested: BTreeSet<String> = table().into_iter().map(|e| e.code).collect();
    let codes = keyaki_lint::rules().iter().filter_map(|r| r.meta.aws_code);
    let missing: Vec<_> = codes.filter(|c| !tested.contains(*c)).collect();
    assert!(missing.is_empty(), "no entry for {missing:?}");
}

fn shown(text: &str) -> String {
    text.chars().take(1_500).collect()
}

pub(crate) fn table() -> Vec<Entry> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/checks");
    let mut files: Vec<_> = std::fs::read_dir(&folder)
        .unwrap_or_else(|e| panic!("{}: {e}", folder.display()))
        .map(|f| f.expect("a folder entry").path())
        .filter(|p| p.extension().is_some_and(|e| e == "toml"))
        .collect();
    files.sort();
    files.iter().flat_map(|file| entries(file)).collect()
}

fn entries(file: &Path) -> Vec<Entry> {
    let text = std::fs::read_to_string(file).expect("a readable table");
    let table: toml::Table = text.parse().unwrap_or_else(|e| panic!("{}: {e}", file.display()));
    let checks = table.get("check").and_then(toml::Value::as_array).cloned().unwrap_or_default();
    let name = file.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    checks.iter().map(|check| entry(&name, check)).collect()
}

fn entry(file: &str, check: &toml::Value) -> Entry {
    let text = |key: &str| check.get(key).and_then(toml::Value::as_str);
    let code = text("code").unwrap_or_else(|| panic!("{file}: an entry without code"));
    let policy = |plain: &str, generated: &str| match text(plain) {
        Some(policy) => policy.to_owned(),
        None => repeated(check.get(generated).unwrap_or_else(|| panic!("{code}: no {plain}"))),
    };
    let at = check.get("at").and_then(toml::Value::as_array).cloned().unwrap_or_default();
    Entry {
        file: file.to_owned(),
        code: code.to_owned(),
        reading: Reading {
            kind: text("kind").map(|k| PolicyKind::parse(k).expect("a policy kind")),
            resource_type: text("resource-type")
                .map(|t| ResourceType::parse(t).expect("a resource type")),
            requires: false,
        },
        at: at.iter().filter_map(|p| p.as_str().map(str::to_owned)).collect(),
        trigger: policy("trigger", "generate"),
        neighbour: policy("neighbour", "generate-neighbour"),
    }
}

/// A policy of many copies of one statement; `@N@` in it becomes the number of the copy.
fn repeated(spec: &toml::Value) -> String {
    let statement = spec.get("statement").and_then(toml::Value::as_str).expect("a statement");
    let count = spec.get("repeat").and_then(toml::Value::as_integer).expect("a count");
    let statements: Vec<_> = (0..count).map(|n| statement.replace("@N@", &n.to_string())).collect();
    format!("{{\"Version\": \"2012-10-17\", \"Statement\": [{}]}}", statements.join(","))
}
