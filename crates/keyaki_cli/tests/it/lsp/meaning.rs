//! Proofs as a second source of diagnostics, lines above policies, and what they lead to.

use std::fs;
use std::process::Command;

use serde_json::{Value, json};

use super::editor::{Editor, URI, policy, pulling, pushing};
use crate::program::folder;

/// The policy of a bucket that anybody may read.
fn public() -> String {
    policy("Read", "s3:GetObject").replace(
        "\"Resource\": \"*\"",
        "\"Principal\": \"*\",\n      \"Resource\": \"arn:aws:s3:::bucket/*\"",
    )
}

fn refreshing() -> Value {
    let mut capabilities = pulling();
    capabilities["workspace"]["codeLens"] = json!({ "refreshSupport": true });
    capabilities["workspace"]["textDocumentContent"] = json!({ "dynamicRegistration": false });
    capabilities["window"] = json!({ "showDocument": { "support": true } });
    capabilities
}

fn codes(diagnostics: &Value) -> Vec<&str> {
    let all = diagnostics.as_array().into_iter().flatten();
    all.filter_map(|found| found["code"].as_str()).collect()
}

fn lenses(editor: &mut Editor) -> Vec<Value> {
    editor.about("textDocument/codeLens", URI).as_array().expect("a list").clone()
}

fn titles(lenses: &[Value]) -> Vec<&str> {
    lenses.iter().filter_map(|lens| lens["command"]["title"].as_str()).collect()
}

#[test]
fn what_is_proved_later_is_told_to_editors_that_ask() {
    let mut editor = Editor::start(refreshing());
    editor.open(URI, &public());
    let first = editor.pull(URI);
    assert!(!codes(&first["items"]).contains(&"public-access"), "{first}");
    editor.told("workspace/diagnostic/refresh");
    let known = json!({ "uri": URI });
    let params = json!({ "textDocument": known, "previousResultId": first["resultId"] });
    let second = editor.result("textDocument/diagnostic", params);
    assert!(codes(&second["items"]).contains(&"public-access"), "{second}");
    let params = json!({ "textDocument": known, "previousResultId": second["resultId"] });
    assert_eq!(editor.result("textDocument/diagnostic", params)["kind"], "unchanged");
}

#[test]
fn what_is_proved_later_is_sent_to_editors_that_do_not_ask() {
    let mut editor = Editor::start(pushing());
    editor.open(URI, &public());
    let first = editor.told("textDocument/publishDiagnostics");
    assert!(!codes(&first["diagnostics"]).contains(&"public-access"), "{first}");
    let second = editor.told("textDocument/publishDiagnostics");
    assert!(codes(&second["diagnostics"]).contains(&"public-access"), "{second}");
    assert_eq!(second["version"], 1);
    editor.replace(URI, 2, &policy("Read", "s3:GetObject"));
    let third = editor.told("textDocument/publishDiagnostics");
    assert!(!codes(&third["diagnostics"]).contains(&"public-access"), "{third}");
}

#[test]
fn nothing_is_proved_where_that_is_switched_off() {
    let mut editor = Editor::start_with(json!({
        "processId": null,
        "rootUri": null,
        "capabilities": pushing(),
        "initializationOptions": { "proofs": false }
    }));
    editor.open(URI, &public());
    editor.told("textDocument/publishDiagnostics");
    std::thread::sleep(std::time::Duration::from_millis(700));
    assert_eq!(titles(&lenses(&mut editor)), ["grants 1 action", "explain", "simulate…"]);
    assert!(editor.0.told.is_empty(), "{:?}", editor.0.told);
}

#[test]
fn a_line_above_the_policy_says_what_it_grants_and_leads_to_the_finding() {
    let mut editor = Editor::start(refreshing());
    editor.open(URI, &public());
    assert_eq!(titles(&lenses(&mut editor)), ["grants 1 action", "explain", "simulate…"]);
    editor.told("workspace/codeLens/refresh");
    let found = lenses(&mut editor);
    assert_eq!(titles(&found), ["grants 1 action, public", "explain", "simulate…"]);
    let command = &found[0]["command"];
    let (name, arguments) = (&command["command"], &command["arguments"]);
    let params = json!({ "command": name, "arguments": arguments });
    assert_eq!(editor.result("workspace/executeCommand", params), json!(null));
    let shown = editor.told("window/showDocument");
    assert_eq!(shown["uri"], URI);
    assert_eq!(shown["selection"]["start"], json!({ "line": 7, "character": 19 }));
}

#[test]
fn a_policy_is_explained_under_an_address_of_its_own() {
    let mut editor = Editor::start(refreshing());
    editor.open(URI, &public());
    let command = lenses(&mut editor)[1]["command"].clone();
    let params = json!({ "command": command["command"], "arguments": command["arguments"] });
    let view = editor.result("workspace/executeCommand", params);
    let content =
        editor.result("workspace/textDocumentContent", json!({ "uri": view["uri"].clone() }));
    assert_eq!(content["text"], view["markdown"]);
    let text = view["markdown"].as_str().expect("a text");
    assert!(text.contains("**Public**, proved by a request"), "{text}");
    editor.notify("textDocument/didClose", json!({ "textDocument": { "uri": URI } }));
    let gone = editor.result("workspace/textDocumentContent", json!({ "uri": view["uri"] }));
    assert_eq!(gone["text"], "The policy is not open any more.\n");
    for params in [
        json!({ "command": "keyaki.server.explainPolicy", "arguments": [URI] }),
        json!({ "command": "keyaki.server.explainPolicy", "arguments": [] }),
        json!({ "command": "rm", "arguments": [URI] }),
    ] {
        let answer = editor.request("workspace/executeCommand", params);
        assert_eq!(answer["error"]["code"], -32602, "{answer}");
    }
}

#[test]
fn a_policy_is_compared_with_the_last_commit() {
    let place = folder("lsp-comparison");
    let git = |words: &[&str]| {
        let mut command = Command::new("git");
        command.arg("-C").arg(&place).args(["-c", "user.name=a", "-c", "user.email=a@b"]);
        command.args(words).status().is_ok_and(|status| status.success())
    };
    assert!(git(&["init", "--quiet"]), "git is there");
    fs::write(place.join("p.json"), policy("A", "s3:GetObject")).expect("a file");
    assert!(git(&["add", "."]) && git(&["commit", "--quiet", "--no-gpg-sign", "-m", "x"]));
    let uri = format!("file://{}/p.json", place.display());
    let mut editor = Editor::start(pulling());
    editor.open(&uri, &policy("A", "s3:PutObject"));
    let found = editor.about("textDocument/codeLens", &uri);
    assert_eq!(found[3]["command"]["title"], "compare with HEAD");
    let params = json!({ "command": "keyaki.server.compareWithHead", "arguments": [uri] });
    let view = editor.result("workspace/executeCommand", params);
    let text = view["markdown"].as_str().expect("a text");
    assert!(text.contains("## Gained\n\n- `s3:PutObject`"), "{text}");
    assert!(text.contains("## Lost\n\n- `s3:GetObject`"), "{text}");
    assert_eq!(view["uri"], json!(null), "this editor does not read such addresses");
}

#[test]
fn a_request_is_simulated_from_the_line_above_a_statement() {
    let mut editor = Editor::start(refreshing());
    editor.open(URI, &policy("Read", "s3:GetObject"));
    let command = lenses(&mut editor)[2]["command"].clone();
    let run = |editor: &mut Editor, name: &str, arguments: &Value| {
        let params = json!({ "command": name, "arguments": arguments });
        editor.result("workspace/executeCommand", params)
    };
    let view = run(&mut editor, "keyaki.server.simulate", &command["arguments"]);
    assert_eq!(command["command"], "keyaki.server.simulate");
    assert_eq!(view["says"], "allow", "{view}");
    assert_eq!(view["statements"][0]["start"]["line"], 3);
    let content = editor.result("workspace/textDocumentContent", json!({ "uri": view["uri"] }));
    assert_eq!(content["text"], view["markdown"]);
    let draft = run(&mut editor, "keyaki.server.draftRequest", &command["arguments"]);
    let text = draft["request"].as_str().expect("a request");
    let mut request: Value = serde_json::from_str(text).expect("a request is JSON");
    request["action"] = json!("s3:PutObject");
    let about = json!([URI, { "policy": draft["policy"], "request": request }]);
    let refused = run(&mut editor, "keyaki.server.simulate", &about);
    assert_eq!(refused["says"], "nothing", "{refused}");
    let about = json!([URI, { "request": "{" }]);
    let unread = run(&mut editor, "keyaki.server.simulate", &about);
    assert_eq!(unread["says"], json!(null));
    assert!(unread["markdown"].as_str().is_some_and(|text| text.contains("cannot be read")));
}

#[test]
fn a_claim_is_proved_on_request() {
    let mut editor = Editor::start(refreshing());
    editor.open(URI, &public());
    let mut told = |question: Value| {
        let arguments = json!([URI, { "question": question }]);
        let params = json!({ "command": "keyaki.server.prove", "arguments": arguments });
        let view = editor.result("workspace/executeCommand", params);
        let content = editor.result("workspace/textDocumentContent", json!({ "uri": view["uri"] }));
        assert_eq!(content["text"], view["markdown"]);
        view["markdown"].as_str().expect("a text").to_owned()
    };
    assert!(told(json!("no-public-access")).starts_with("# Refuted"));
    let access = json!({ "question": "access-not-granted", "actions": ["s3:Put*"] });
    assert!(told(access).starts_with("# Proved"));
    assert!(told(json!("no-new-access")).contains("There is nothing to prove: "));
    assert!(told(json!("why")).contains("there is no question `why`"));
}

#[test]
fn proofs_never_hold_up_what_is_typed() {
    let mut editor = Editor::start(refreshing());
    editor.open(URI, &public());
    for version in 2..60 {
        editor.replace(URI, version, &public());
        let id = editor.ask("textDocument/diagnostic", json!({ "textDocument": { "uri": URI } }));
        editor.answer(id);
    }
    editor.told("workspace/codeLens/refresh");
    let refreshes = editor.untold("workspace/codeLens/refresh");
    assert_eq!(refreshes, 0, "one text that rests is proved once");
}
