//! Settings of editors that do not run here: they can be read, and the command that they name
//! starts a server.

use std::fs;
use std::path::Path;

use serde_json::Value;

use super::editor::{Editor, URI, policy, pushing};

/// Settings as a tree, whatever they are written in.
fn settings(name: &str) -> Value {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../editors");
    let text = fs::read_to_string(folder.join(name)).expect("the settings are there");
    match name.ends_with(".toml") {
        true => toml::from_str(&text).expect("the settings are TOML"),
        false => serde_json::from_str(&text).expect("the settings are JSON"),
    }
}

/// Starts what an editor would start, and has it look at a policy.
fn starts(command: &Value, arguments: &Value) {
    assert_eq!(command, "keyaki");
    let words = arguments.as_array().into_iter().flatten().filter_map(Value::as_str);
    let mut editor = Editor::greeted(Editor::run(words), pushing());
    editor.open(URI, &policy("Read", "s3:GetObjekt"));
    let found = editor.told("textDocument/publishDiagnostics");
    assert_eq!(found["diagnostics"][0]["code"], "invalid-action", "{found}");
    assert!(editor.leave().success());
}

#[test]
fn helix_starts_the_server_for_json() {
    let settings = settings("helix/languages.toml");
    let server = &settings["language-server"]["keyaki"];
    assert_eq!(settings["language"][0]["name"], "json");
    assert_eq!(settings["language"][0]["language-servers"][0], "keyaki");
    starts(&server["command"], &server["args"]);
}

#[test]
fn zed_starts_the_server_for_json() {
    let binary = &settings("zed/settings.json")["lsp"]["json-language-server"]["binary"];
    starts(&binary["path"], &binary["arguments"]);
}

#[test]
fn sublime_text_starts_the_server_for_json() {
    let client = &settings("sublime/LSP.sublime-settings")["clients"]["keyaki"];
    assert_eq!((&client["enabled"], &client["selector"]), (&true.into(), &"source.json".into()));
    let command = client["command"].as_array().expect("a command");
    let [program, arguments @ ..] = command.as_slice() else { panic!("{command:?}") };
    starts(program, &arguments.into());
}
