//! Findings that were there before: a file lists them, and only others are told.

use std::collections::BTreeSet;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use keyaki_workspace::{CheckedFile, Options};
use serde_json::{Value, json};

use super::view;
use crate::command::file_failure;
use crate::console::Console;
use crate::exit::Failure;

/// A finding by what stays the same of it: its file, its rule and its fingerprint.
type Known = (String, String, String);

/// Takes out the findings that the baseline lists. With `update` the baseline gets what there is
/// now, before that.
pub(super) fn apply(
    path: &Path,
    update: bool,
    files: &mut [CheckedFile],
    options: &Options<'_>,
    console: &mut Console,
) -> Result<(), Failure> {
    let found = found(files, options);
    let all: BTreeSet<Known> = found.iter().flatten().cloned().collect();
    let known = if update { all.clone() } else { read(path)? };
    if update {
        write(path, &known)?;
    }
    let checked: BTreeSet<&str> = files.iter().map(|f| f.path.as_str()).collect();
    let is_gone = |k: &&Known| checked.contains(k.0.as_str()) && !all.contains(k);
    let gone = known.iter().filter(is_gone).count();
    if gone > 0 {
        console.remark(&format!("gone since {} was written: {gone}", path.display()));
    }
    for (file, found) in files.iter_mut().zip(&found) {
        let mut keys = found.iter();
        let mut is_new = || keys.next().is_none_or(|key| !known.contains(key));
        file.documents.iter_mut().for_each(|d| d.findings.retain(|_| is_new()));
    }
    Ok(())
}

/// The findings of each file, in order.
fn found(files: &[CheckedFile], options: &Options<'_>) -> Vec<Vec<Known>> {
    let report = view::report(files, options);
    let of_file = |file: &keyaki_report::File<'_>| {
        let prints = keyaki_report::fingerprints(file).into_iter();
        let known = |((_, finding), print): ((_, &keyaki_diag::Finding), String)| {
            (file.path.to_owned(), finding.rule.name.to_owned(), print)
        };
        file.findings().zip(prints).map(known).collect()
    };
    report.files.iter().map(of_file).collect()
}

fn read(path: &Path) -> Result<BTreeSet<Known>, Failure> {
    let text = fs::read_to_string(path).map_err(|error| {
        if error.kind() == ErrorKind::NotFound {
            let path = path.display();
            return Failure::new(format!("{path}: no such baseline; --update-baseline writes it"));
        }
        file_failure(path, &error)
    })?;
    let value: Value = serde_json::from_str(&text)
        .map_err(|error| Failure::new(format!("{}: {error}", path.display())))?;
    let findings = value.get("findings").and_then(Value::as_array);
    let known = findings.and_then(|all| all.iter().map(entry).collect());
    let is_version_1 = value.get("version") == Some(&json!(1));
    known.filter(|_| is_version_1).ok_or_else(|| {
        Failure::new(format!("{}: this is no baseline of version 1", path.display()))
    })
}

fn entry(value: &Value) -> Option<Known> {
    let text = |name: &str| value.get(name)?.as_str().map(str::to_owned);
    Some((text("path")?, text("rule")?, text("fingerprint")?))
}

fn write(path: &Path, known: &BTreeSet<Known>) -> Result<(), Failure> {
    let findings = known
        .iter()
        .map(|(path, rule, print)| json!({ "path": path, "rule": rule, "fingerprint": print }));
    let baseline = json!({ "version": 1, "findings": findings.collect::<Vec<_>>() });
    let text = format!("{baseline:#}\n");
    fs::write(path, text).map_err(|error| file_failure(path, &error))
}
