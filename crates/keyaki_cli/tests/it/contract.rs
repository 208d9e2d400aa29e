//! What programs rely on: the JSON of version 1, and SARIF 2.1.0.

use std::fs;

use serde_json::Value;

use crate::program::{folder, told};

/// Three findings: in a plain file, inside an answer, inside a string.
fn output(format: &str) -> Value {
    let thread = std::thread::current();
    let test = thread.name().unwrap_or("main").replace(':', "-");
    let place = folder(&format!("contract-{format}-{test}"));
    // The right name is offered, as it is granted anyway.
    let policy = "{\"Version\": \"2012-10-17\", \"Statement\": {\"Effect\": \"Allow\", \
                  \"Action\": [\"s3:GetObjet\", \"s3:*\"], \"Resource\": \"*\"}}";
    let escaped = policy.replace('"', "\\\"");
    let files = [
        ("a b.json", policy.to_owned()),
        ("b.json", format!("{{\"é\": 1, \"PolicyVersion\": {{\"Document\": {policy}}}}}")),
        ("c.json", format!("{{\"Policy\": \"{escaped}\"}}")),
        ("d.json", "{\"Statement\": []}".to_owned()),
    ];
    for (name, text) in &files {
        fs::write(place.join(name), text).expect("the file can be written");
    }
    let arguments = ["check", "--select", "invalid-action", "--format", format, "."];
    let (stdout, stderr, code) = told(&place, &arguments);
    assert_eq!((stderr.as_str(), code), ("", 1), "{stdout}");
    if format == "json-lines" {
        let lines = stdout.lines().map(|line| serde_json::from_str(line).expect("JSON"));
        return Value::Array(lines.collect());
    }
    serde_json::from_str(&stdout).expect("JSON")
}

/// The names of an object's members and the JSON types of their values.
fn shape(value: &Value) -> String {
    let kind = |v: &Value| match v {
        Value::Null => "null",
        Value::Bool(_) => "bool",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    let members = value.as_object().into_iter().flatten();
    members.map(|(name, v)| format!("{name}:{}", kind(v))).collect::<Vec<_>>().join(" ")
}

const FINDING: &str = "rule:string aws_code:string level:string confidence:string \
                       pointer:string range:object message:string label:string related:array \
                       notes:array fixes:array";

#[test]
fn json_has_the_fields_of_version_1() {
    let output = output("json");
    assert_eq!(shape(&output), "version:number files:array");
    assert_eq!(output["version"], 1);
    let file = &output["files"][0];
    assert_eq!(shape(file), "path:string document:string kind:string findings:array");
    let finding = &file["findings"][0];
    assert_eq!(shape(finding), FINDING);
    assert_eq!(shape(&finding["range"]), "start:object end:object");
    assert_eq!(shape(&finding["range"]["start"]), "line:number column:number offset:number");
    let fix = &finding["fixes"][0];
    assert_eq!(shape(fix), "title:string applicability:string edits:array");
    assert_eq!(shape(&fix["edits"][0]), "range:object replacement:string");
}

#[test]
fn json_points_into_the_file_and_into_the_policy() {
    let output = output("json");
    let of = |i: usize| &output["files"][i];
    let finding = |i: usize| &of(i)["findings"][0];
    for i in 0..3 {
        assert_eq!(finding(i)["pointer"], "/Statement/Action/0");
        assert_eq!(finding(i)["rule"], "invalid-action");
    }
    let documents = [0, 1, 2, 3].map(|i| of(i)["document"].clone());
    assert_eq!(documents, ["", "/PolicyVersion/Document", "/Policy", ""]);
    // Columns count code points, offsets bytes.
    let start = &finding(1)["range"]["start"];
    let offset = start["offset"].as_u64().expect("a number");
    assert_eq!(start["column"].as_u64(), Some(offset), "one letter of two bytes stands before");
    assert_eq!(of(3)["findings"].as_array().map(Vec::len), Some(0));
}

#[test]
fn json_lines_have_a_finding_each() {
    let Value::Array(lines) = output("json-lines") else { panic!("lines") };
    assert_eq!(lines.len(), 3);
    let head = "version:number path:string document:string kind:string";
    assert_eq!(shape(&lines[0]), format!("{head} {FINDING}"));
}

#[test]
fn a_rule_is_explained_by_its_page() {
    let place = folder("explain");
    let (stdout, stderr, code) = told(&place, &["explain", "INVALID_ACTION"]);
    assert_eq!((stderr.as_str(), code), ("", 0));
    assert!(stdout.starts_with("# invalid-action\n\n- level: error\n"), "{stdout}");
    for part in
        ["- AWS code: INVALID_ACTION\n", "\n## Avoid\n```json\n{\n  \"Effect\"", "## Sources\n"]
    {
        assert!(stdout.contains(part), "{part}");
    }
}

#[test]
fn sarif_is_valid() {
    let log = output("sarif");
    let mut faults = Vec::new();
    check_log(&log, &mut faults);
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert_eq!(log["runs"][0]["results"].as_array().map(Vec::len), Some(3));
}

#[test]
fn sarif_points_at_the_character_and_offers_the_fix() {
    let log = output("sarif");
    let result = &log["runs"][0]["results"][0];
    let location = &result["locations"][0]["physicalLocation"];
    assert_eq!(location["artifactLocation"]["uri"], "a%20b.json");
    let region = &location["region"];
    let numbers = ["startLine", "startColumn", "endLine", "endColumn"].map(|n| &region[n]);
    assert_eq!(numbers, [1, 71, 1, 84]);
    let replacement = &result["fixes"][0]["artifactChanges"][0]["replacements"][0];
    assert_eq!(replacement["insertedContent"]["text"], "\"s3:GetObject\"");
    let print = |i: usize| {
        let result = &log["runs"][0]["results"][i];
        result["partialFingerprints"]["keyakiStatement/v1"].clone()
    };
    // The same statement grants it to somebody else where it stands in a policy of several.
    assert!(print(0).is_string());
    assert_ne!(print(0), print(1));
}

#[test]
fn a_fingerprint_outlives_moved_lines_and_other_statements() {
    let prints = |text: &str| {
        let place = folder("fingerprint");
        fs::write(place.join("p.json"), text).expect("the file can be written");
        let arguments = ["check", "--select", "invalid-action", "--format", "sarif", "p.json"];
        let log: Value = serde_json::from_str(&told(&place, &arguments).0).expect("JSON");
        let results = log["runs"][0]["results"].as_array().expect("results").clone();
        let print = |r: &Value| r["partialFingerprints"]["keyakiStatement/v1"].clone();
        results.iter().map(print).collect::<Vec<_>>()
    };
    let statement = "{\"Effect\": \"Deny\", \"Action\": [\"s3:No\", \"s3:Nothing\"]}";
    let spread = statement.replace(", ", ",\n    ");
    let before = prints(&format!("{{\"Statement\": [{statement}]}}"));
    let after = prints(&format!("{{\"Statement\": [\n  {{\"Sid\": \"x\"}},\n  {spread}\n]}}"));
    assert_eq!(before.len(), 2);
    assert_ne!(before[0], before[1]);
    assert_eq!(before, after);
    let other = prints(&format!("{{\"Statement\": [{}]}}", statement.replace("Deny", "Allow")));
    assert!(other.iter().all(|print| !before.contains(print)));
}

/// The parts of the SARIF 2.1.0 schema that our output uses: required members, their types and
/// the limits of their values.
fn check_log(log: &Value, faults: &mut Vec<String>) {
    require(&log["version"] == "2.1.0", "version", faults);
    require(log["$schema"].as_str().is_some_and(|s| s.ends_with("2.1.0.json")), "$schema", faults);
    for run in log["runs"].as_array().into_iter().flatten() {
        let driver = &run["tool"]["driver"];
        require(driver["name"].is_string(), "tool.driver.name", faults);
        require(run["columnKind"] == "unicodeCodePoints", "columnKind", faults);
        let rules = driver["rules"].as_array().map_or(&[][..], Vec::as_slice);
        rules.iter().for_each(|rule| check_rule(rule, faults));
        require(run["results"].is_array(), "results", faults);
        for result in run["results"].as_array().into_iter().flatten() {
            check_result(result, rules, faults);
        }
    }
    require(log["runs"].as_array().is_some_and(|runs| runs.len() == 1), "runs", faults);
}

fn check_rule(rule: &Value, faults: &mut Vec<String>) {
    require(rule["id"].is_string(), "rule.id", faults);
    for text in ["shortDescription", "help"] {
        let filled = rule[text]["text"].as_str().is_some_and(|t| !t.trim().is_empty());
        require(filled, &format!("rule.{text}.text"), faults);
    }
    require(rule["help"]["markdown"].is_string(), "rule.help.markdown", faults);
    check_level(&rule["defaultConfiguration"]["level"], faults);
    let severity = &rule["properties"]["security-severity"];
    let score = severity.as_str().and_then(|s| s.parse::<f64>().ok());
    let in_scale = score.is_some_and(|s| (0.0..=10.0).contains(&s));
    require(severity.is_null() || in_scale, "rule.properties.security-severity", faults);
}

fn check_result(result: &Value, rules: &[Value], faults: &mut Vec<String>) {
    let index = result["ruleIndex"].as_u64().unwrap_or(u64::MAX) as usize;
    let rule = rules.get(index).map(|rule| &rule["id"]);
    require(rule == Some(&result["ruleId"]), "result.ruleIndex", faults);
    require(result["message"]["text"].is_string(), "result.message.text", faults);
    check_level(&result["level"], faults);
    let prints = result["partialFingerprints"].as_object();
    let strings = prints.is_some_and(|p| !p.is_empty() && p.values().all(Value::is_string));
    require(strings, "result.partialFingerprints", faults);
    let related = result["relatedLocations"].as_array().into_iter().flatten();
    for location in result["locations"].as_array().into_iter().flatten().chain(related) {
        let physical = &location["physicalLocation"];
        check_uri(&physical["artifactLocation"]["uri"], faults);
        check_region(&physical["region"], faults);
    }
    for fix in result["fixes"].as_array().into_iter().flatten() {
        require(fix["description"]["text"].is_string(), "fix.description.text", faults);
        for change in fix["artifactChanges"].as_array().into_iter().flatten() {
            check_uri(&change["artifactLocation"]["uri"], faults);
            let replacements = change["replacements"].as_array();
            require(replacements.is_some_and(|r| !r.is_empty()), "change.replacements", faults);
            for replacement in replacements.into_iter().flatten() {
                check_region(&replacement["deletedRegion"], faults);
            }
        }
    }
}

fn check_level(level: &Value, faults: &mut Vec<String>) {
    let levels = ["none", "note", "warning", "error"];
    require(level.as_str().is_some_and(|l| levels.contains(&l)), "level", faults);
}

fn check_uri(uri: &Value, faults: &mut Vec<String>) {
    let plain = |c: char| c.is_ascii_graphic() && !"<>\"{}|\\^`".contains(c);
    require(uri.as_str().is_some_and(|u| u.chars().all(plain)), "artifactLocation.uri", faults);
}

fn check_region(region: &Value, faults: &mut Vec<String>) {
    let number = |name: &str| region[name].as_u64().unwrap_or(0);
    let start = (number("startLine"), number("startColumn"));
    let end = (number("endLine"), number("endColumn"));
    require(start.0 > 0 && start.1 > 0 && end.1 > 0 && start <= end, "region", faults);
}

fn require(holds: bool, what: &str, faults: &mut Vec<String>) {
    if !holds {
        faults.push(what.to_owned());
    }
}
