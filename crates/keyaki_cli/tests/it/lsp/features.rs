//! The features over the wire; what they say is tested where it is made.

use std::fs;

use serde_json::{Value, json};

use super::editor::{Editor, URI, policy, pulling};
use crate::program::folder;

fn with_policy(action: &str) -> Editor {
    let mut editor = Editor::start(pulling());
    editor.open(URI, &policy("Read", action));
    editor
}

/// The same with a name that is none.
fn with_bad_name() -> Editor {
    let mut editor = Editor::start(pulling());
    editor.open(URI, &policy("Read all", "s3:GetObject"));
    editor
}

fn range(line: u32, start: u32, end: u32) -> Value {
    json!({
        "start": { "line": line, "character": start },
        "end": { "line": line, "character": end }
    })
}

fn actions(editor: &mut Editor, line: u32, only: &Value) -> Vec<Value> {
    let context = json!({ "diagnostics": [], "only": only });
    let params =
        json!({ "textDocument": { "uri": URI }, "range": range(line, 20, 20), "context": context });
    let found = editor.result("textDocument/codeAction", params);
    found.as_array().expect("a list").clone()
}

#[test]
fn a_fix_is_listed_without_its_edit_and_resolved() {
    let mut editor = with_bad_name();
    let found = actions(&mut editor, 4, &json!(["quickfix"]));
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].get("edit").is_none() && found[0]["kind"] == "quickfix");
    assert_eq!(found[0]["diagnostics"][0]["code"], "unsupported-sid");
    let resolved = editor.result("codeAction/resolve", found[0].clone());
    let change = &resolved["edit"]["documentChanges"][0];
    assert_eq!(change["textDocument"], json!({ "uri": URI, "version": 1 }));
    assert_eq!(change["edits"], json!([{ "range": range(4, 13, 23), "newText": "\"ReadAll\"" }]));
}

#[test]
fn no_fix_is_offered_that_may_allow_more() {
    let mut editor = with_policy("s3:GetObjct");
    assert_eq!(actions(&mut editor, 6, &json!(["quickfix"])), Vec::<Value>::new());
}

#[test]
fn an_action_that_was_listed_for_an_older_text_is_refused() {
    let mut editor = with_bad_name();
    let found = actions(&mut editor, 4, &json!(["quickfix"]));
    editor.replace(URI, 2, &policy("Read some", "s3:GetObject"));
    let answer = editor.request("codeAction/resolve", found[0].clone());
    assert_eq!(answer["error"]["code"], -32801);
}

#[test]
fn kinds_are_those_that_were_asked_for() {
    let mut editor = with_bad_name();
    let kinds = |found: &[Value]| -> Vec<String> {
        found.iter().filter_map(|action| action["kind"].as_str().map(str::to_owned)).collect()
    };
    assert_eq!(
        kinds(&actions(&mut editor, 4, &json!(["source"]))),
        ["source.fixAll.keyaki", "source.organizePolicy.keyaki"]
    );
    assert_eq!(kinds(&actions(&mut editor, 4, &json!(["source.fix"]))), Vec::<String>::new());
    assert_eq!(
        kinds(&actions(&mut editor, 4, &json!(null))),
        ["quickfix", "source.fixAll.keyaki", "source.organizePolicy.keyaki"]
    );
}

#[test]
fn an_editor_that_cannot_resolve_gets_edits_at_once() {
    let mut editor = Editor::start(json!({ "textDocument": { "diagnostic": {} } }));
    editor.open(URI, &policy("Read all", "s3:GetObject"));
    let found = actions(&mut editor, 4, &json!(["quickfix"]));
    assert_eq!(found[0]["edit"]["changes"][URI][0]["newText"], "\"ReadAll\"");
    let unasked = actions(&mut editor, 4, &json!(null));
    let is_fix = |action: &Value| action["kind"] == "quickfix";
    assert!(unasked.iter().all(is_fix), "{unasked:?}");
    let asked = actions(&mut editor, 4, &json!(["source.organizePolicy.keyaki"]));
    assert!(asked[0]["edit"]["changes"].is_object(), "{asked:?}");
}

#[test]
fn completion_items_have_edits_and_are_resolved() {
    let mut editor = with_policy("s3:GetObj");
    let list = editor.at("textDocument/completion", 6, 26);
    let first = list["items"][0].clone();
    assert_eq!(first["label"], "s3:GetObject");
    assert_eq!(first["filterText"], "\"s3:GetObject\"");
    let edit = json!({ "range": range(6, 16, 27), "newText": "\"s3:GetObject\"" });
    assert_eq!(first["textEdit"], edit);
    assert!(first.get("documentation").is_none());
    let resolved = editor.result("completionItem/resolve", first);
    let text = resolved["documentation"]["value"].as_str().expect("a text");
    assert!(text.starts_with("**s3:GetObject**"), "{text}");
}

#[test]
fn snippets_are_sent_to_editors_that_take_them() {
    for (capabilities, format, contains) in [
        (pulling(), 2, "\"Action\": \"${2:}\""),
        (json!({ "textDocument": { "diagnostic": {} } }), 1, "\"Action\": \"\""),
    ] {
        let mut editor = Editor::start(capabilities);
        editor.open(URI, "");
        let list = editor.at("textDocument/completion", 0, 0);
        assert_eq!(list["items"][0]["insertTextFormat"], format);
        let text = list["items"][0]["textEdit"]["newText"].as_str().expect("a text");
        assert!(text.contains(contains), "{text}");
    }
}

#[test]
fn the_command_that_goes_on_is_the_editors_own() {
    let options = json!({ "suggestCommand": "editor.suggest" });
    let mut editor = Editor::start_with(json!({
        "processId": null,
        "rootUri": null,
        "capabilities": pulling(),
        "initializationOptions": options
    }));
    editor.open(URI, &policy("Read", "lambd"));
    let list = editor.at("textDocument/completion", 6, 22);
    assert_eq!(list["items"][0]["command"]["command"], "editor.suggest", "{}", list["items"][0]);
}

#[test]
fn hovers_have_a_range_and_markdown() {
    let mut editor = with_policy("s3:Get*");
    let hover = editor.at("textDocument/hover", 6, 20);
    assert_eq!(hover["range"], range(6, 16, 25));
    assert_eq!(hover["contents"]["kind"], "markdown");
    assert!(
        hover["contents"]["value"].as_str().is_some_and(|t| t.starts_with("`s3:Get*` matches"))
    );
    assert_eq!(editor.at("textDocument/hover", 0, 0), json!(null));
}

#[test]
fn hints_are_resolved() {
    let mut editor = with_policy("s3:Get*");
    let params = json!({ "textDocument": { "uri": URI }, "range": range(0, 0, 0) });
    assert_eq!(editor.result("textDocument/inlayHint", params), json!([]));
    let all =
        json!({ "start": { "line": 0, "character": 0 }, "end": { "line": 99, "character": 0 } });
    let params = json!({ "textDocument": { "uri": URI }, "range": all });
    let hint = editor.result("textDocument/inlayHint", params)[0].clone();
    assert_eq!(hint["position"], json!({ "line": 6, "character": 25 }));
    assert!(hint["label"].as_str().is_some_and(|label| label.ends_with(" actions")));
    let resolved = editor.result("inlayHint/resolve", hint);
    let text = resolved["tooltip"]["value"].as_str().expect("a text");
    assert!(text.starts_with("`s3:Get*` matches"), "{text}");
}

#[test]
fn formatting_keeps_to_the_range() {
    let mut editor = Editor::start(pulling());
    editor.open(URI, "{\"Version\":\"2012-10-17\",\n\"Statement\":[]}\n");
    let options = json!({ "tabSize": 8, "insertSpaces": true });
    let params = json!({ "textDocument": { "uri": URI }, "options": options });
    let edits = editor.result("textDocument/formatting", params);
    assert_eq!(edits[0], json!({ "range": range(0, 1, 1), "newText": "\n  " }));
    assert!(edits.as_array().is_some_and(|edits| edits.len() > 3));
    let params =
        json!({ "textDocument": { "uri": URI }, "range": range(0, 0, 1), "options": options });
    let edits = editor.result("textDocument/rangeFormatting", params);
    assert_eq!(edits.as_array().map(Vec::len), Some(1));
}

#[test]
fn tokens_come_whole_in_part_and_as_changes() {
    let mut editor = with_policy("s3:GetObject");
    let full = editor.about("textDocument/semanticTokens/full", URI);
    let numbers: Vec<u64> =
        full["data"].as_array().expect("numbers").iter().filter_map(Value::as_u64).collect();
    // `"Version"` stands in the second line, after two blanks and a quote.
    assert_eq!(numbers[..5], [1, 3, 7, 0, 0]);
    editor.replace(URI, 2, &policy("Write", "s3:GetObject"));
    let params = json!({ "textDocument": { "uri": URI }, "previousResultId": full["resultId"] });
    let delta = editor.result("textDocument/semanticTokens/full/delta", params.clone());
    let edits = delta["edits"].as_array().expect("edits");
    assert_eq!(edits.len(), 1);
    let mut changed = numbers.clone();
    let start = edits[0]["start"].as_u64().expect("a start") as usize;
    let count = edits[0]["deleteCount"].as_u64().expect("a count") as usize;
    let data = edits[0]["data"].as_array().into_iter().flatten().filter_map(Value::as_u64);
    changed.splice(start..start + count, data);
    let now = editor.about("textDocument/semanticTokens/full", URI);
    assert_eq!(now["data"], json!(changed));
    // The tokens of long ago are not known any more: all are sent.
    assert!(editor.result("textDocument/semanticTokens/full/delta", params)["data"].is_array());
    let params = json!({ "textDocument": { "uri": URI }, "range": range(6, 0, 40) });
    let part = editor.result("textDocument/semanticTokens/range", params);
    assert_eq!(part["data"].as_array().map(Vec::len), Some(15));
}

#[test]
fn a_sid_is_found_and_renamed() {
    let mut editor = with_policy("s3:GetObject");
    assert_eq!(editor.at("textDocument/definition", 4, 15)["range"], range(4, 14, 18));
    assert_eq!(editor.at("textDocument/prepareRename", 4, 15), range(4, 14, 18));
    assert_eq!(editor.at("textDocument/prepareRename", 5, 15), json!(null));
    let highlights = editor.at("textDocument/documentHighlight", 4, 15);
    assert_eq!(highlights[0]["range"], range(4, 14, 18));
    let place = json!({ "line": 4, "character": 15 });
    let params = json!({ "textDocument": { "uri": URI }, "position": place, "newName": "Write" });
    let edit = editor.result("textDocument/rename", params);
    assert_eq!(edit["documentChanges"][0]["edits"][0]["newText"], "Write");
    let params = json!({ "textDocument": { "uri": URI }, "position": place, "newName": "a b" });
    assert_eq!(editor.request("textDocument/rename", params)["error"]["code"], -32602);
    let context = json!({ "includeDeclaration": true });
    let params = json!({ "textDocument": { "uri": URI }, "position": place, "context": context });
    assert_eq!(editor.result("textDocument/references", params)[0]["uri"], URI);
}

#[test]
fn the_shape_of_the_document_is_told() {
    let mut editor = with_policy("s3:GetObject");
    let symbols = editor.about("textDocument/documentSymbol", URI);
    assert_eq!(
        (&symbols[0]["name"], &symbols[0]["detail"]),
        (&json!("Read"), &json!("Allow s3:GetObject"))
    );
    let folds = editor.about("textDocument/foldingRange", URI);
    let statement = folds.as_array().into_iter().flatten().find(|fold| fold["startLine"] == 3);
    assert_eq!(statement.map(|fold| &fold["endLine"]), Some(&json!(7)));
    let params =
        json!({ "textDocument": { "uri": URI }, "positions": [{ "line": 4, "character": 15 }] });
    let selection = editor.result("textDocument/selectionRange", params);
    assert_eq!(selection[0]["range"], range(4, 14, 18));
    assert_eq!(selection[0]["parent"]["range"], range(4, 13, 19));
    assert_eq!(editor.about("textDocument/documentLink", URI), json!([]));
}

#[test]
fn statements_are_found_in_open_texts_and_in_folders() {
    let place = folder("lsp-symbols");
    fs::write(place.join("a.json"), policy("ReadBuckets", "s3:GetObject")).expect("a file");
    fs::write(place.join("b.json"), policy("Other", "s3:GetObject")).expect("a file");
    let root = format!("file://{}", place.display());
    let mut editor = Editor::start_with(json!({
        "processId": null,
        "rootUri": null,
        "workspaceFolders": [{ "uri": root, "name": "x" }],
        "capabilities": pulling()
    }));
    editor.open(&format!("{root}/b.json"), &policy("ReadQueues", "sqs:*"));
    let found = editor.result("workspace/symbol", json!({ "query": "rdb" }));
    let names = |found: &Value| -> Vec<String> {
        let all = found.as_array().into_iter().flatten();
        all.filter_map(|symbol| symbol["name"].as_str().map(str::to_owned)).collect()
    };
    assert_eq!(names(&found), ["ReadBuckets"]);
    assert_eq!(found[0]["location"]["uri"], format!("{root}/a.json"));
    assert_eq!(
        names(&editor.result("workspace/symbol", json!({ "query": "" }))),
        ["ReadQueues", "ReadBuckets"]
    );
    let removed = json!({ "added": [], "removed": [{ "uri": root, "name": "x" }] });
    editor.notify("workspace/didChangeWorkspaceFolders", json!({ "event": removed }));
    assert_eq!(names(&editor.result("workspace/symbol", json!({ "query": "" }))), ["ReadQueues"]);
}
