//! Settings, however they come.

use serde_json::{Value, json};

use super::editor::{Editor, URI, policy, pulling, pushing};

fn number_of_findings(editor: &mut Editor) -> usize {
    editor.pull(URI)["items"].as_array().map_or(0, Vec::len)
}

fn greeting(capabilities: &Value, options: &Value) -> Value {
    json!({
        "processId": null,
        "rootUri": null,
        "capabilities": capabilities,
        "initializationOptions": options
    })
}

#[test]
fn settings_of_the_greeting_count() {
    let options = json!({ "ignore": ["invalid-action"] });
    let mut editor = Editor::start_with(greeting(&pulling(), &options));
    editor.open(URI, &policy("A", "s3:GetObjct"));
    assert_eq!(number_of_findings(&mut editor), 0);
}

#[test]
fn changed_settings_count_for_open_texts() {
    let mut editor = Editor::start(pulling());
    editor.open(URI, &policy("A", "s3:GetObjct"));
    assert_eq!(number_of_findings(&mut editor), 1);
    let settings = json!({ "keyaki": { "ignore": ["invalid-action"] } });
    editor.notify("workspace/didChangeConfiguration", json!({ "settings": settings }));
    editor.told("workspace/diagnostic/refresh");
    assert_eq!(number_of_findings(&mut editor), 0);
}

#[test]
fn settings_are_asked_for_where_the_editor_answers() {
    let mut capabilities = pushing();
    capabilities["workspace"]["configuration"] = json!(true);
    let mut editor = Editor::spawn();
    editor.0.settings = json!({ "kind": "scp" });
    editor.request("initialize", greeting(&capabilities, &json!(null)));
    editor.notify("initialized", json!({}));
    editor.told("workspace/configuration");
    editor.open(
        URI,
        &policy("A", "s3:GetObject").replace("\"Effect\"", "\"Principal\": \"*\", \"Effect\""),
    );
    loop {
        let published = editor.told("textDocument/publishDiagnostics");
        let found = published["diagnostics"].as_array().expect("a list").clone();
        if found.iter().any(|d| d["code"] == "scp-syntax-error-principal") {
            break;
        }
    }
}

#[test]
fn a_wrong_setting_is_told_and_changes_nothing() {
    let mut editor = Editor::start(pulling());
    editor.open(URI, &policy("A", "s3:GetObjct"));
    let settings = json!({ "keyaki": { "ignore": ["invalid-acton"] } });
    editor.notify("workspace/didChangeConfiguration", json!({ "settings": settings }));
    let told = editor.told("window/showMessage");
    let message = told["message"].as_str().expect("a message");
    assert!(message.contains("did you mean `invalid-action`?"), "{message}");
    assert_eq!(number_of_findings(&mut editor), 1);
}

#[test]
fn each_folder_may_have_settings_of_its_own() {
    let mut capabilities = pulling();
    capabilities["workspace"]["configuration"] = json!(true);
    let folders = ["file:///a", "file:///a/b", "file:///c"];
    let folders = folders.map(|uri| json!({ "uri": uri, "name": uri }));
    let mut greeting = greeting(&capabilities, &json!(null));
    greeting["workspaceFolders"] = json!(folders);
    let mut editor = Editor::spawn();
    editor.0.settings = json!({});
    let ignoring = json!({ "ignore": ["invalid-action"] });
    editor.0.folder_settings =
        vec![("file:///a".to_owned(), ignoring.clone()), ("file:///a/b".to_owned(), json!({}))];
    editor.request("initialize", greeting);
    editor.notify("initialized", json!({}));
    editor.told("workspace/diagnostic/refresh");
    let mut number = |uri: &str| {
        editor.open(uri, &policy("A", "s3:GetObjct"));
        editor.pull(uri)["items"].as_array().map_or(0, Vec::len)
    };
    assert_eq!(number("file:///a/p.json"), 0);
    assert_eq!(number("file:///c/p.json"), 1);
    assert_eq!(number("file:///other/p.json"), 1);
    assert_eq!(number("file:///a/sub/p.json"), 0);
    assert_eq!(number("file:///a/b/p.json"), 1, "the innermost folder counts");
}

#[test]
fn the_configuration_of_a_folder_counts_and_a_finding_can_be_accepted_in_it() {
    let place = crate::program::folder("lsp-config");
    let config = place.join("keyaki.toml");
    let uri = format!("file://{}/sub/p.json", place.display());
    let mut capabilities = pulling();
    capabilities["workspace"]["workspaceEdit"]["resourceOperations"] = json!(["create"]);
    let mut greeting = greeting(&capabilities, &json!({}));
    let root = format!("file://{}", place.display());
    greeting["workspaceFolders"] = json!([{ "uri": root, "name": "x" }]);
    let mut editor = Editor::start_with(greeting);
    editor.open(&uri, &policy("Read", "s3:GetObjct"));
    let number = |editor: &mut Editor| editor.pull(&uri)["items"].as_array().map_or(0, Vec::len);
    assert_eq!(number(&mut editor), 1);
    let here = json!({ "line": 6, "character": 20 });
    let params = json!({
        "textDocument": { "uri": uri },
        "range": { "start": here, "end": here },
        "context": { "diagnostics": [], "only": ["quickfix.suppress"] }
    });
    let found = editor.result("textDocument/codeAction", params);
    assert_eq!(found[0]["title"], "Accept `invalid-action` here, with a reason in keyaki.toml");
    let action = editor.result("codeAction/resolve", found[0].clone());
    let changes = &action["edit"]["documentChanges"];
    assert_eq!(
        (&changes[0]["kind"], &changes[0]["uri"]),
        (&json!("create"), &json!(format!("{root}/keyaki.toml")))
    );
    let entry = changes[1]["edits"][0]["newText"].as_str().expect("a text");
    assert_eq!(
        entry,
        "[[suppress]]\nrule = \"invalid-action\"\npath = \"/sub/p.json\"\nsid = \"Read\"\n\
         reason = \"accepted: say why\"\n"
    );
    for (text, expected) in [(entry, 0), ("", 1), ("ignore = [\"invalid-action\"]", 0)] {
        std::fs::write(&config, text).expect("a file");
        let change = json!({ "uri": format!("{root}/keyaki.toml"), "type": 2 });
        editor.notify("workspace/didChangeWatchedFiles", json!({ "changes": [change] }));
        editor.told("workspace/diagnostic/refresh");
        assert_eq!(number(&mut editor), expected, "{text}");
    }
    std::fs::write(&config, "ignore = 7").expect("a file");
    let change = json!({ "uri": format!("{root}/keyaki.toml"), "type": 2 });
    editor.notify("workspace/didChangeWatchedFiles", json!({ "changes": [change] }));
    let told = editor.told("window/showMessage");
    assert!(told["message"].as_str().is_some_and(|m| m.contains("keyaki.toml:1:")), "{told}");
    assert_eq!(number(&mut editor), 0, "the settings stay as they were");
}
