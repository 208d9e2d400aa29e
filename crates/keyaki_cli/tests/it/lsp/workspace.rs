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

/// A folder with a template that names a managed policy, and one that attaches it; and an editor.
fn templates(name: &str) -> (PathBuf, Editor) {
    let folder = folder(name);
    let defining = "Resources:\n  Team:\n    Type: AWS::IAM::ManagedPolicy\n    Properties:\n      \
                    ManagedPolicyName: team\n      PolicyDocument: {Version: '2012-10-17', Statement: []}\n";
    let attaching = "Resources:\n  Role:\n    Type: AWS::IAM::Role\n    Properties:\n      \
                     PermissionsBoundary: !Sub arn:aws:iam::${AWS::AccountId}:policy/team\n";
    fs::write(folder.join("a.yaml"), defining).expect("a file");
    fs::write(folder.join("b.yaml"), attaching).expect("a file");
    fs::write(
        folder.join("c.json"),
        policy("A", "s3:GetObject").replace("\"*\"", "\"arn:aws:sqs:eu-west-1:444455556666:q\""),
    )
    .expect("a file");
    let editor = Editor::start_with(json!({
        "processId": null,
        "rootUri": address(&folder),
        "capabilities": pulling(),
    }));
    (folder, editor)
}

#[test]
fn a_managed_policy_is_found_and_renamed_in_files_that_are_not_open() {
    let (folder, mut editor) = templates("lsp-managed-policy");
    let uri = |file: &str| format!("{}/{file}", address(&folder));
    editor.open(&uri("b.yaml"), &fs::read_to_string(folder.join("b.yaml")).expect("the file"));
    let at = json!({ "line": 4, "character": 70 });
    let about = json!({ "textDocument": { "uri": uri("b.yaml") }, "position": at });
    let defined = editor.result("textDocument/definition", about.clone());
    assert_eq!(defined["uri"], uri("a.yaml"));
    assert_eq!(defined["range"]["start"], json!({ "line": 4, "character": 25 }));
    let with = |name: &str, value: Value| {
        let mut about = about.clone();
        about[name] = value;
        about
    };
    let all = with("context", json!({ "includeDeclaration": true }));
    let found = editor.result("textDocument/references", all);
    let files: Vec<_> = found.as_array().expect("a list").iter().map(|f| &f["uri"]).collect();
    assert_eq!(files, [&json!(uri("b.yaml")), &json!(uri("a.yaml"))]);
    let uses = with("context", json!({ "includeDeclaration": false }));
    let found = editor.result("textDocument/references", uses);
    assert_eq!(found.as_array().map(Vec::len), Some(1));
    let edit = editor.result("textDocument/rename", with("newName", json!("staff")));
    let changes = edit["documentChanges"].as_array().expect("changes");
    let of = |file: &str| changes.iter().find(|c| c["textDocument"]["uri"] == uri(file));
    assert_eq!(of("b.yaml").map(|c| &c["textDocument"]["version"]), Some(&json!(1)));
    assert_eq!(of("a.yaml").map(|c| &c["textDocument"]["version"]), Some(&Value::Null));
    assert!(changes.iter().all(|c| c["edits"][0]["newText"] == "staff"));
    let refused = editor.request("textDocument/rename", with("newName", json!("a b")));
    assert!(refused["error"].is_object(), "{refused}");
    assert!(editor.leave().success());
}

#[test]
fn a_policy_of_terraform_is_found_and_renamed_in_the_files_of_its_module() {
    let folder = folder("lsp-terraform");
    let (main, other) = (folder.join("main.tf"), folder.join("roles.tf"));
    fs::create_dir_all(folder.join("deeper")).expect("a folder");
    let attached = "resource \"aws_iam_role_policy_attachment\" \"a\" {\n  \
                    policy_arn = \"${aws_iam_policy.team.arn}\"\n}\n";
    fs::write(&other, attached).expect("a file");
    fs::write(folder.join("deeper/main.tf"), attached).expect("a file");
    let text = "resource \"aws_iam_policy\" \"team\" {\n  policy = \"{}\"\n}\n";
    let mut editor = Editor::start(pulling());
    let uri = |path: &std::path::Path| address(path);
    editor.open_as(&uri(&main), "terraform", text);
    let at = json!({ "line": 0, "character": 28 });
    let about =
        json!({ "textDocument": { "uri": uri(&main) }, "position": at, "newName": "staff" });
    let edit = editor.result("textDocument/rename", about);
    let changes = edit["documentChanges"].as_array().expect("changes");
    let places: Vec<_> = changes
        .iter()
        .map(|c| (c["textDocument"]["uri"].clone(), c["edits"][0]["range"]["start"].clone()))
        .collect();
    let place = |line: u32, character: u32| json!({ "line": line, "character": character });
    assert_eq!(places, [(json!(uri(&main)), place(0, 27)), (json!(uri(&other)), place(1, 33))]);
    fs::write(folder.join("taken.tf"), text.replace("team", "taken")).expect("a file");
    let at = json!({ "line": 0, "character": 28 });
    let about =
        json!({ "textDocument": { "uri": uri(&main) }, "position": at, "newName": "taken" });
    assert_eq!(editor.request("textDocument/rename", about)["error"]["code"], -32602);
    editor.open_as(&uri(&other), "terraform", attached);
    let at = json!({ "line": 1, "character": 36 });
    let about = json!({ "textDocument": { "uri": uri(&other) }, "position": at });
    let defined = editor.result("textDocument/definition", about);
    assert_eq!(defined["uri"], uri(&main));
    assert!(editor.leave().success());
}

#[test]
fn accounts_of_files_that_are_not_open_are_offered() {
    let (folder, mut editor) = templates("lsp-accounts");
    let uri = format!("{}/new.json", address(&folder));
    let text = policy("A", "s3:GetObject")
        .replace("\"Action\"", "\"Principal\": { \"AWS\": \"\" }, \"Action\"");
    editor.open(&uri, &text);
    let line = text.lines().position(|line| line.contains("Principal")).expect("the line");
    let column = text.lines().nth(line).and_then(|l| l.find("\"\"")).expect("the place") + 1;
    let at = json!({ "textDocument": { "uri": uri }, "position": { "line": line, "character": column } });
    // They are looked for when somebody completes something, and offered once they are found.
    let found = (0..200).any(|_| {
        std::thread::sleep(std::time::Duration::from_millis(20));
        let list = editor.result("textDocument/completion", at.clone());
        let items = list["items"].as_array().expect("offers");
        items.iter().any(|item| item["label"] == "arn:aws:iam::444455556666:root")
    });
    assert!(found);
    assert!(editor.leave().success());
}
