//! What no editor should send.

use serde_json::json;

use super::editor::{Editor, URI, policy, pulling};

#[test]
fn garbage_between_messages_is_passed_over() {
    let mut editor = Editor::start(pulling());
    editor.raw(b"Content-Length: 5\r\n\r\nhello");
    editor.raw(b"Content-Length: 2\r\n\r\n{}");
    editor.open(URI, &policy("A", "s3:GetObjct"));
    assert_eq!(editor.pull(URI)["items"][0]["code"], "invalid-action");
}

#[test]
fn questions_before_the_greeting_are_refused() {
    let mut editor = Editor::spawn();
    let answer = editor.request("textDocument/hover", json!({}));
    assert_eq!(answer["error"]["code"], -32002);
}

#[test]
fn unknown_methods_and_wrong_parameters_are_refused() {
    let mut editor = Editor::start(pulling());
    assert_eq!(editor.request("textDocument/nothing", json!({}))["error"]["code"], -32601);
    assert_eq!(editor.request("textDocument/hover", json!({ "a": 1 }))["error"]["code"], -32602);
}

#[test]
fn positions_and_ranges_outside_of_the_text_do_no_harm() {
    let mut editor = Editor::start(pulling());
    editor.open(URI, &policy("A", "s3:GetObject"));
    let far = u32::MAX - 1;
    for method in
        ["textDocument/hover", "textDocument/completion", "textDocument/documentHighlight"]
    {
        editor.at(method, far, far);
        editor.at(method, 0, far);
    }
    let position = |line: u32, character: u32| json!({ "line": line, "character": character });
    for (start, end) in [(position(5, 3), position(1, 0)), (position(0, far), position(far, 0))] {
        let range = json!({ "start": start, "end": end });
        editor.change(URI, 2, &json!([{ "range": range, "text": "x" }]));
    }
    assert_eq!(editor.pull(URI)["kind"], "full");
}

#[test]
fn changes_of_a_text_that_is_not_open_are_passed_over() {
    let mut editor = Editor::start(pulling());
    editor.replace(URI, 7, "{}");
    editor.notify("textDocument/didClose", json!({ "textDocument": { "uri": URI } }));
    assert_eq!(editor.about("textDocument/documentSymbol", URI), json!(null));
}

#[test]
fn brackets_without_end_do_no_harm() {
    let mut editor = Editor::start(pulling());
    let text = format!("{{\"Version\": \"2012-10-17\", \"Statement\": {}", "[".repeat(200_000));
    editor.open(URI, &text);
    assert_eq!(editor.pull(URI)["kind"], "full");
    editor.at("textDocument/completion", 0, 90_000);
    editor.at("textDocument/hover", 0, 90_000);
    let positions = json!([{ "line": 0, "character": 90_000 }]);
    let params = json!({ "textDocument": { "uri": URI }, "positions": positions });
    editor.result("textDocument/selectionRange", params);
}
