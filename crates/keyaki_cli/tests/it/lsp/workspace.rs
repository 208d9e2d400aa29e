//! Files of folders that are not open, several folders, files that change.

use std::fs;
use std::path::PathBuf;

use serde_json::{Value, json};

use super::editor::{Editor, policy, pulling};
use crate::program::folder;

fn address(folder: &std::path::Path) -> String {
    format!("file://{}", folder.display())
}

/// Two folders, each with one wrong policy, and an editor that wants to know of both.
fn two_folders(name: &str) -> (PathBuf, PathBuf, Editor) {
    let (one, two) = (folder(&format!("{name}-one")), folder(&format!("{name}-two")));
    for place in [&one, &two] {
        fs::write(place.join("p.json"), policy("A", "s3:GetObjct")).expect("a file");
        fs::write(place.join("package.json"), "{\"name\": \"x\"}").expect("a file");
    }
    let mut capabilities = pulling();
    capabilities["workspace"]["didChangeWatchedFiles"] = json!({ "dynamicRegistration": true });
    let folders = [&one, &two].map(|place| json!({ "uri": address(place), "name": "x" }));
    let editor = Editor::start_with(json!({
        "processId": null,
        "rootUri": null,
        "workspaceFolders": folders,
        "capabilities": capabilities,
        "initializationOptions": { "workspaceDiagnostics": true }
    }));
    (one, two, editor)
}

fn reports(editor: &mut Editor, previous: &[Value]) -> Vec<Value> {
    let params = json!({ "previousResultIds": previous, "workDoneToken": "t" });
    let report = editor.result("workspace/diagnostic", params);
    report["items"].as_array().expect("a list").clone()
}

fn of<'r>(reports: &'r [Value], place: &std::path::Path, file: &str) -> &'r Value {
    let uri = format!("{}/{file}", address(place));
    let found = reports.iter().find(|report| report["uri"] == uri);
    found.unwrap_or_else(|| panic!("no report on {uri} in {reports:?}"))
}

fn ids(reports: &[Value]) -> Vec<Value> {
    let id = |report: &Value| json!({ "uri": report["uri"], "value": report["resultId"] });
    reports.iter().filter(|report| report["resultId"].is_string()).map(id).collect()
}

#[test]
fn files_of_all_folders_are_reported_once() {
    let (one, two, mut editor) = two_folders("lsp-reports");
    let first = reports(&mut editor, &[]);
    assert_eq!(of(&first, &one, "p.json")["items"][0]["code"], "invalid-action");
    assert_eq!(of(&first, &two, "p.json")["items"][0]["code"], "invalid-action");
    assert_eq!(of(&first, &one, "package.json")["items"], json!([]));
    let again = reports(&mut editor, &ids(&first));
    assert!(again.iter().all(|report| report["kind"] == "unchanged"), "{again:?}");
}

#[test]
fn progress_is_told() {
    let (_, _, mut editor) = two_folders("lsp-progress");
    reports(&mut editor, &[]);
    for kind in ["begin", "report", "end"] {
        let told = editor.told("$/progress");
        assert_eq!((&told["token"], &told["value"]["kind"]), (&json!("t"), &json!(kind)));
    }
}

#[test]
fn files_that_changed_or_went_are_reported_anew() {
    let (one, two, mut editor) = two_folders("lsp-changes");
    let first = reports(&mut editor, &[]);
    fs::write(one.join("p.json"), policy("Longer", "s3:GetObject")).expect("a file");
    fs::remove_file(two.join("p.json")).expect("a file");
    let changes = json!([{ "uri": format!("{}/p.json", address(&one)), "type": 2 }]);
    editor.notify("workspace/didChangeWatchedFiles", json!({ "changes": changes }));
    editor.told("workspace/diagnostic/refresh");
    let second = reports(&mut editor, &ids(&first));
    let (changed, gone) = (of(&second, &one, "p.json"), of(&second, &two, "p.json"));
    assert_eq!((&changed["kind"], &changed["items"]), (&json!("full"), &json!([])));
    assert_eq!((&gone["kind"], &gone["items"]), (&json!("full"), &json!([])));
    assert_eq!(of(&second, &one, "package.json")["kind"], "unchanged");
}

#[test]
fn other_settings_have_all_files_looked_at_again() {
    let (one, _, mut editor) = two_folders("lsp-generation");
    let first = reports(&mut editor, &[]);
    let settings = json!({ "keyaki": { "ignore": ["invalid-action"] } });
    editor.notify("workspace/didChangeConfiguration", json!({ "settings": settings }));
    editor.told("workspace/diagnostic/refresh");
    let second = reports(&mut editor, &ids(&first));
    assert_eq!(of(&second, &one, "p.json")["items"], json!([]));
}

#[test]
fn what_is_open_is_left_to_its_own_question() {
    let (one, two, mut editor) = two_folders("lsp-open");
    let uri = format!("{}/p.json", address(&one));
    editor.open(&uri, &policy("A", "s3:GetObject"));
    let found = reports(&mut editor, &[]);
    assert!(!found.iter().any(|report| report["uri"] == uri), "{found:?}");
    assert_eq!(of(&found, &two, "p.json")["kind"], "full");
}

#[test]
fn an_editor_that_does_not_want_to_know_of_folders_is_not_asked_to_watch_them() {
    let mut editor = Editor::spawn();
    let greeting = json!({ "processId": null, "rootUri": null, "capabilities": pulling() });
    let answer = editor.request("initialize", greeting);
    let provider = &answer["result"]["capabilities"]["diagnosticProvider"];
    assert_eq!(provider["workspaceDiagnostics"], false);
}
