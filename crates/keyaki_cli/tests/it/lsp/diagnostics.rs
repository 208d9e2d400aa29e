//! Diagnostics: asked for or sent, never both.

use std::time::Duration;

use serde_json::{Value, json};

use super::editor::{Editor, URI, long_policy, policy, pulling, pushing};

fn codes(diagnostics: &Value) -> Vec<&str> {
    let all = diagnostics.as_array().into_iter().flatten();
    all.filter_map(|diagnostic| diagnostic["code"].as_str()).collect()
}

#[test]
fn an_editor_that_asks_gets_them_and_is_sent_none() {
    let mut editor = Editor::start(pulling());
    editor.open(URI, &policy("A", "s3:GetObjct"));
    let report = editor.pull(URI);
    assert_eq!(report["kind"], "full");
    assert_eq!(codes(&report["items"]), ["invalid-action"]);
    editor.replace(URI, 2, &policy("A", "s3:GetObject"));
    assert_eq!(codes(&editor.pull(URI)["items"]), Vec::<&str>::new());
    while editor.listen(Duration::from_millis(300)) {}
    assert_eq!(editor.untold("textDocument/publishDiagnostics"), 0, "{:?}", editor.0.told);
    assert!(editor.leave().success());
}

#[test]
fn what_has_not_changed_is_not_sent_again() {
    let mut editor = Editor::start(pulling());
    editor.open(URI, &policy("A", "s3:GetObjct"));
    let first = editor.pull(URI);
    let again = json!({ "textDocument": { "uri": URI }, "previousResultId": first["resultId"] });
    let second = editor.result("textDocument/diagnostic", again.clone());
    assert_eq!(second["kind"], "unchanged");
    assert_eq!(second["resultId"], first["resultId"]);
    editor.replace(URI, 2, &policy("B", "s3:GetObjct"));
    assert_eq!(editor.result("textDocument/diagnostic", again)["kind"], "full");
}

#[test]
fn an_editor_that_does_not_ask_is_sent_them_with_their_version() {
    let mut editor = Editor::start(pushing());
    editor.open(URI, &policy("A", "s3:GetObjct"));
    let first = editor.told("textDocument/publishDiagnostics");
    assert_eq!((&first["uri"], &first["version"]), (&json!(URI), &json!(1)));
    assert_eq!(codes(&first["diagnostics"]), ["invalid-action"]);
    editor.replace(URI, 2, &policy("A", "s3:GetObject"));
    let second = editor.told("textDocument/publishDiagnostics");
    assert_eq!((&second["version"], &second["diagnostics"]), (&json!(2), &json!([])));
    editor.replace(URI, 3, &policy("A", "s3:GetObjct"));
    editor.told("textDocument/publishDiagnostics");
    editor.notify("textDocument/didClose", json!({ "textDocument": { "uri": URI } }));
    assert_eq!(editor.told("textDocument/publishDiagnostics")["diagnostics"], json!([]));
}

#[test]
fn the_server_offers_to_be_asked_only_where_the_editor_asks() {
    for (capabilities, offers) in [(pulling(), true), (pushing(), false)] {
        let mut editor = Editor::spawn();
        let greeting = json!({ "processId": null, "rootUri": null, "capabilities": capabilities });
        let answer = editor.request("initialize", greeting);
        assert_eq!(answer["result"]["capabilities"]["diagnosticProvider"].is_object(), offers);
    }
}

#[test]
fn the_last_version_is_published_however_fast_it_was_typed() {
    let mut editor = Editor::start(pushing());
    editor.open(URI, &policy("A", "s3:GetObject"));
    for version in 2..=200 {
        let action = if version % 2 == 0 { "s3:GetObjct" } else { "s3:GetObject" };
        editor.replace(URI, version, &policy("A", action));
    }
    let mut last = 0;
    while last < 200 {
        let published = editor.told("textDocument/publishDiagnostics");
        let version = published["version"].as_i64().expect("a version");
        assert!(version > last, "{version} after {last}");
        assert_eq!(codes(&published["diagnostics"]).len() as i64, 1 - version % 2);
        last = version;
    }
}

#[test]
fn a_diagnostic_carries_all_that_is_known() {
    let mut editor = Editor::start(pulling());
    let text = "{\"Version\": \"2012-10-17\", \"Statement\": [{\"Effect\": \"Allow\",\n\
                \"Action\": [\"s3:GetObject\", \"s3:Get*\"], \"Resource\": \"*\"}]}";
    editor.open(URI, text);
    let report = editor.pull(URI);
    let found = report["items"].as_array().expect("a list");
    let redundant = found.iter().find(|d| d["code"] == "redundant-action").expect("the finding");
    assert_eq!(redundant["source"], "keyaki");
    assert_eq!(redundant["tags"], json!([1]));
    assert_eq!(redundant["range"]["start"], json!({ "line": 1, "character": 11 }));
    assert!(
        redundant["codeDescription"]["href"].as_str().is_some_and(|u| u.starts_with("https://"))
    );
    assert_eq!(redundant["data"]["pointer"], "/Statement/0/Action/0");
    let related = &redundant["relatedInformation"][0]["location"];
    assert_eq!((&related["uri"], &related["range"]["start"]["line"]), (&json!(URI), &json!(1)));
}

#[test]
fn columns_are_counted_as_agreed() {
    let text = "{\"Version\": \"2012-10-17\", \"Id\": \"é𝄞\", \"Statement\": [{\"Effect\": \"Allow\", \
                \"Action\": \"s3:GetObjct\", \"Resource\": \"*\"}]}";
    let bytes = text.find("\"s3:GetObjct\"").expect("the action");
    let units = text[..bytes].encode_utf16().count();
    let utf16 = json!({ "textDocument": { "diagnostic": {} } });
    for (capabilities, encoding, column) in [(pulling(), "utf-8", bytes), (utf16, "utf-16", units)]
    {
        let mut editor = Editor::spawn();
        let greeting = json!({ "processId": null, "rootUri": null, "capabilities": capabilities });
        let answer = editor.request("initialize", greeting);
        assert_eq!(answer["result"]["capabilities"]["positionEncoding"], encoding);
        editor.notify("initialized", json!({}));
        editor.open(URI, text);
        let report = editor.pull(URI);
        let found = report["items"].as_array().expect("a list");
        let action = found.iter().find(|d| d["code"] == "invalid-action").expect("the finding");
        assert_eq!(action["range"]["start"]["character"], column, "{report}");
    }
}

#[test]
fn files_that_are_no_policies_have_no_diagnostics() {
    let mut editor = Editor::start(pulling());
    for text in ["{\"name\": \"x\", \"version\": \"1.0.0\"}", "{ broken", "", "plain text"] {
        editor.open("file:///example/package.json", text);
        let report = editor.pull("file:///example/package.json");
        assert_eq!(report["items"], json!([]), "{text}");
    }
    assert_eq!(editor.pull("file:///example/never-opened.json")["items"], json!([]));
}

#[test]
fn of_very_many_findings_the_gravest_are_told_and_how_many_there_are() {
    let mut editor = Editor::start(pulling());
    editor.open(URI, &long_policy(600));
    let items = editor.pull(URI)["items"].as_array().expect("a list").clone();
    assert_eq!(items.len(), 1000);
    let rest = items[0]["message"].as_str().expect("a message");
    assert!(rest.ends_with("further findings are not shown here"), "{rest}");
    assert!(items[1..].iter().all(|found| found["severity"] == 1), "errors come before all else");
}
