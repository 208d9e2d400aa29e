//! The forms of `keyaki analyze`, archive rules, baselines, and what changed since.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::program::{keyaki, run, told};

fn case(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/accounts").join(name)
}

/// A folder of its own, with a copy of a case's snapshot.
fn copy(name: &str, of: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&folder);
    copy_folder(&case(of).join("snapshot"), &folder.join("snapshot"));
    folder
}

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder").flatten() {
        let target = to.join(entry.file_name());
        match entry.path() {
            path if path.is_dir() => copy_folder(&path, &target),
            path => {
                fs::copy(path, target).expect("copied");
            }
        }
    }
}

const NOW: [&str; 4] = ["--now", "2026-01-01T00:00:00Z", "--catalog", "embedded"];

fn analyze(folder: &Path, more: &[&str]) -> (String, i32) {
    let words = [&["analyze", "snapshot"], &NOW[..], more].concat();
    let (stdout, stderr, code) = told(folder, &words);
    assert_eq!(stderr, "", "{more:?}");
    (stdout, code)
}

fn json_of(folder: &Path, more: &[&str]) -> Value {
    let (stdout, _) = analyze(folder, &[&["--format", "json"], more].concat());
    serde_json::from_str(&stdout).expect("JSON")
}

fn list<'v>(value: &'v Value, name: &str) -> &'v [Value] {
    value[name].as_array().map_or(&[], Vec::as_slice)
}

/// What of a value does not fit a schema: of JSON Schema, what ours uses.
fn misfits(value: &Value, schema: &Value, root: &Value, at: &str, all: &mut Vec<String>) {
    if let Some(name) = schema["$ref"].as_str() {
        let found = root.pointer(name.trim_start_matches('#')).expect("what is referred to");
        return misfits(value, found, root, at, all);
    }
    let fits_type = |name: &str| match name {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "integer" => value.is_u64() || value.is_i64(),
        "null" => value.is_null(),
        other => panic!("{other}"),
    };
    let names: Vec<&str> = match &schema["type"] {
        Value::String(name) => vec![name],
        Value::Array(names) => names.iter().filter_map(Value::as_str).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => Vec::new(),
    };
    if !names.is_empty() && !names.iter().any(|n| fits_type(n)) {
        all.push(format!("{at}: {value} is no {names:?}"));
    }
    if schema.get("const").is_some_and(|c| c != value) {
        all.push(format!("{at}: {value}"));
    }
    if schema["enum"].as_array().is_some_and(|e| !e.contains(value)) {
        all.push(format!("{at}: {value}"));
    }
    if let Some(ways) = schema["anyOf"].as_array() {
        let fits = |way: &Value| {
            let mut none = Vec::new();
            misfits(value, way, root, at, &mut none);
            none.is_empty()
        };
        if !ways.iter().any(fits) {
            all.push(format!("{at}: no way fits"));
        }
    }
    for name in list(schema, "required").iter().filter_map(Value::as_str) {
        if value.get(name).is_none() {
            all.push(format!("{at}: {name} is missing"));
        }
    }
    for (name, member) in value.as_object().into_iter().flatten() {
        match schema["properties"].get(name) {
            Some(schema) => misfits(member, schema, root, &format!("{at}/{name}"), all),
            None if schema.get("properties").is_some() => {
                all.push(format!("{at}: {name} is not described"))
            }
            None => {}
        }
    }
    for item in value.as_array().into_iter().flatten() {
        if let Some(schema) = schema.get("items") {
            misfits(item, schema, root, &format!("{at}/-"), all);
        }
    }
}

#[test]
fn json_fits_its_schema() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/schemas/analyze.v1.json");
    let text = fs::read_to_string(path).expect("the schema");
    let schema: Value = serde_json::from_str(&text).expect("JSON");
    for name in ["roles", "resources", "unused", "bad-input"] {
        let mut all = Vec::new();
        misfits(&json_of(&case(name), &[]), &schema, &schema, "", &mut all);
        assert!(all.is_empty(), "{name}: {all:#?}");
    }
    let mut all = Vec::new();
    misfits(&json!({"version": 2, "findings": [{}]}), &schema, &schema, "", &mut all);
    assert!(all.len() > 10, "the check finds what does not fit");
}

#[test]
fn every_form_holds_every_finding() {
    let folder = copy("formats", "roles");
    let all = list(&json_of(&folder, &[]), "findings").to_vec();
    assert!(all.len() > 5);
    let ids: Vec<&str> = all.iter().filter_map(|f| f["id"].as_str()).collect();
    for format in ["text", "json", "html", "markdown", "csv", "sarif", "ocsf", "asff"] {
        let file = format!("out.{format}");
        let output = format!("{format}={file}");
        let (stdout, code) = analyze(&folder, &["--format", format, "--output", &output]);
        assert_eq!(code, 1);
        assert_eq!(fs::read_to_string(folder.join(file)).expect("written"), stdout, "{format}");
        for id in &ids {
            assert!(stdout.contains(id), "{format} lacks {id}");
        }
    }
}

#[test]
fn csv_has_as_many_cells_in_each_line() {
    let (stdout, _) = analyze(&case("roles"), &["--format", "csv"]);
    let mut lines = Vec::new();
    let mut cells = 1;
    let mut quoted = false;
    for c in stdout.chars() {
        match c {
            '"' => quoted = !quoted,
            ',' if !quoted => cells += 1,
            '\n' if !quoted => {
                lines.push(cells);
                cells = 1;
            }
            _ => {}
        }
    }
    assert!(lines.len() > 5 && lines.iter().all(|n| *n == 15), "{lines:?}");
}

#[test]
fn formats_of_others_have_what_they_need() {
    let of = |format: &str| analyze(&case("roles"), &["--format", format]).0;
    let sarif: Value = serde_json::from_str(&of("sarif")).expect("JSON");
    let result = &sarif["runs"][0]["results"][0];
    assert!(
        result["locations"][0]["physicalLocation"]["region"]["startLine"].is_u64(),
        "{result:#}"
    );
    for line in of("ocsf").lines() {
        let event: Value = serde_json::from_str(line).expect("JSON");
        assert_eq!(event["class_uid"], 2004);
        assert_eq!(event["type_uid"], 200_401);
        assert_eq!(event["metadata"]["version"], "1.3.0");
        assert!(event["time"].is_i64() && event["finding_info"]["uid"].is_string());
    }
    let asff: Value = serde_json::from_str(&of("asff")).expect("JSON");
    for finding in asff.as_array().into_iter().flatten() {
        for name in [
            "Id",
            "ProductArn",
            "GeneratorId",
            "AwsAccountId",
            "Types",
            "CreatedAt",
            "UpdatedAt",
            "Severity",
            "Title",
            "Description",
            "Resources",
        ] {
            assert!(!finding[name].is_null(), "{name}: {finding:#}");
        }
        assert!(finding["Title"].as_str().is_some_and(|t| t.chars().count() <= 256));
    }
}

#[test]
fn an_earlier_report_tells_what_is_new_and_resolved() {
    let folder = copy("since", "roles");
    let (before, _) = analyze(&folder, &["--format", "json"]);
    let mut report: Value = serde_json::from_str(&before).expect("JSON");
    let findings = report["findings"].as_array_mut().expect("findings");
    let new = findings.remove(0);
    findings[0]["actions"] = json!(["something:Else"]);
    let changed = findings[0]["id"].clone();
    let mut gone = findings[1].clone();
    gone["id"] = json!("0000000000000000");
    findings.push(gone);
    fs::write(folder.join("before.json"), report.to_string()).expect("written");
    let now = json_of(&folder, &["--since", "before.json"]);
    let status = |id: &Value| {
        list(&now, "findings").iter().find(|f| f["id"] == *id).map(|f| f["status"].clone())
    };
    assert_eq!(status(&new["id"]), Some(json!("NEW")));
    assert_eq!(status(&changed), Some(json!("CHANGED")));
    let others = list(&now, "findings").iter().filter(|f| f["status"] == "UNCHANGED");
    assert_eq!(others.count(), list(&now, "findings").len() - 2);
    let resolved = list(&now, "resolved");
    assert_eq!(resolved.len(), 1);
    assert_eq!(
        (&resolved[0]["id"], &resolved[0]["status"]),
        (&json!("0000000000000000"), &json!("RESOLVED"))
    );
}

#[test]
fn a_baseline_puts_aside_what_it_lists() {
    let folder = copy("baseline", "roles");
    let all = list(&json_of(&folder, &[]), "findings").len();
    let (_, code) = analyze(&folder, &["--baseline", "known.json", "--update-baseline"]);
    assert_ne!(code, 1);
    let now = json_of(&folder, &["--baseline", "known.json"]);
    assert_eq!((list(&now, "findings").len(), now["archived"].as_u64()), (0, Some(all as u64)));
    let (_, stderr, code) = told(&folder, &["analyze", "snapshot", "--baseline", "nothing.json"]);
    assert_eq!(code, 2, "{stderr}");
}

#[test]
fn archive_rules_put_aside_what_meets_all_their_criteria() {
    let folder = copy("archive", "roles");
    let all = json_of(&folder, &[]);
    let first = list(&all, "findings")[0].clone();
    let rule = |criteria: &str, expires: &str| {
        let text =
            format!("[[archive]]\nreason = \"looked at\"\n{expires}\n[archive.when]\n{criteria}\n");
        fs::write(folder.join("keyaki.toml"), text).expect("written");
        list(&json_of(&folder, &[]), "findings").len()
    };
    let number = list(&all, "findings").len();
    let of_resource = format!("resource = {{eq = [{}]}}", first["resource"]);
    let same = list(&all, "findings").iter().filter(|f| f["resource"] == first["resource"]).count();
    assert_eq!(rule(&of_resource, ""), number - same);
    assert_eq!(rule(&format!("{of_resource}\nkind = {{eq = \"nothing\"}}"), ""), number);
    assert_eq!(rule(&of_resource, "expires = 2020-01-01"), number, "its day is over");
    assert_eq!(rule("severity = {neq = [\"high\", \"medium\", \"low\"]}", ""), number);
    assert_eq!(rule("severity = {exists = true}", ""), 0);
    let with_id = list(&all, "findings")
        .iter()
        .filter(|f| f["conditions"].to_string().contains("\"sts:ExternalId "));
    let with_id = with_id.count();
    assert!(with_id > 0);
    assert_eq!(rule("\"condition.sts:ExternalId\" = {exists = true}", ""), number - with_id);
}

/// The lines that a run with standard input writes.
fn streamed(folder: &Path, more: &[&str], input: &str) -> (Vec<Value>, i32) {
    let words = [&["analyze", "snapshot", "--stream"], &NOW[..], more].concat();
    let told = run(keyaki(folder, &words), input.as_bytes());
    let text = String::from_utf8_lossy(&told.stdout).into_owned();
    let lines = text.lines().map(|l| serde_json::from_str(l).expect("JSON")).collect();
    (lines, told.status.code().unwrap_or_default())
}

#[test]
fn a_stream_of_all_items_finds_what_one_run_finds() {
    for (name, options) in
        [("resources", &["--analysis", "external"][..]), ("shares", &[]), ("unused", &[])]
    {
        let case = case(name);
        let (items, code) = analyze(&case, &[&["--work-items"], options].concat());
        assert_eq!(code, 0);
        let (lines, code) = streamed(&case, options, &items);
        assert_eq!((lines.len(), code), (items.lines().count(), 1), "{name}");
        let mut found: Vec<String> =
            lines.iter().flat_map(|l| list(l, "findings")).map(Value::to_string).collect();
        let whole = json_of(&case, options);
        let mut expected: Vec<String> =
            list(&whole, "findings").iter().map(Value::to_string).collect();
        if name == "shares" {
            // One run tells what everybody has once; here each analysis tells it.
            expected.retain(|f| found.contains(f));
            assert!(expected.len() >= 10, "{}", expected.len());
            continue;
        }
        found.sort();
        expected.sort();
        assert_eq!(found, expected, "{name}");
    }
}

#[test]
fn a_bad_item_is_told_and_the_rest_goes_on() {
    let input = "nonsense\n{\"analysis\": \"external\", \"about\": \"arn:x\"}\n\n{\"analysis\": \"snapshot\"}\n";
    let (lines, code) = streamed(&case("roles"), &[], input);
    assert_eq!((lines.len(), code), (3, 2));
    assert!(lines[0]["error"].is_string() && lines[1]["error"].is_string());
    assert_eq!(lines[2]["analysis"], "snapshot");
}
