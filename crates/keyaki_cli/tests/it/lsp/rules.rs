//! The rules that keep the server sound, each seen from outside.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::editor::{Editor, URI, long_policy, policy, pulling};

const LONG: &str = "file:///example/long.json";

/// The name of the only statement of a text.
fn sid(symbols: &Value) -> String {
    symbols[0]["name"].as_str().expect("a statement").to_owned()
}

fn symbols(editor: &mut Editor) -> i64 {
    editor.ask("textDocument/documentSymbol", json!({ "textDocument": { "uri": URI } }))
}

#[test]
fn every_answer_is_about_the_text_as_it_was_when_asked() {
    let mut editor = Editor::start(pulling());
    editor.open(URI, &policy("S0", "s3:GetObject"));
    let mut questions = Vec::new();
    for version in 1..=1000 {
        editor.replace(URI, version + 1, &policy(&format!("S{version}"), "s3:GetObject"));
        questions.push((version, symbols(&mut editor)));
        if version % 50 == 0 {
            for (version, id) in questions.drain(..) {
                assert_eq!(sid(&editor.answer(id)["result"]), format!("S{version}"));
            }
        }
    }
}

#[test]
fn ten_thousand_edits_are_applied_in_their_order() {
    let mut editor = Editor::start(pulling());
    editor.open(URI, &policy("S", "s3:GetObject"));
    let mut expected = String::from("S");
    // Digits are put in before and behind the name, now and then the first one is taken out.
    for number in 0..10_000_u32 {
        let at = if number % 3 == 0 { 14 } else { 14 + expected.len() as u32 };
        let digit = (number % 10).to_string();
        let (end, text) = if number % 3 == 0 && expected.len() > 6 {
            expected.remove(0);
            (at + 1, String::new())
        } else {
            expected.insert_str(at as usize - 14, &digit);
            (at, digit)
        };
        let range = json!({
            "start": { "line": 4, "character": at },
            "end": { "line": 4, "character": end }
        });
        editor.change(URI, number as i32 + 2, &json!([{ "range": range, "text": text }]));
    }
    let id = symbols(&mut editor);
    assert_eq!(sid(&editor.answer(id)["result"]), expected);
}

#[test]
fn slow_requests_hold_up_neither_others_nor_their_cancellation() {
    for number in [4, 16, 64] {
        let mut editor = Editor::start(pulling());
        editor.open(URI, &policy("Quick", "s3:GetObject"));
        editor.open(LONG, &long_policy(15_000));
        let about = json!({ "textDocument": { "uri": LONG } });
        let slow: Vec<i64> =
            (0..number).map(|_| editor.ask("textDocument/diagnostic", about.clone())).collect();
        let quick = symbols(&mut editor);
        editor.answer(quick);
        assert_eq!(editor.0.answered(), Vec::<i64>::new(), "nothing slow is done yet");
        let start = Instant::now();
        for id in &slow {
            editor.notify("$/cancelRequest", json!({ "id": id }));
        }
        for id in &slow {
            assert_eq!(editor.answer(*id)["error"]["code"], -32800);
        }
        assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
    }
}

#[test]
fn an_editor_that_answers_nothing_is_still_served() {
    let mut capabilities = pulling();
    capabilities["workspace"]["configuration"] = json!(true);
    capabilities["workspace"]["didChangeConfiguration"] = json!({ "dynamicRegistration": true });
    let mut editor = Editor::start(capabilities);
    editor.0.answers_questions = false;
    editor.open(URI, &policy("A", "s3:GetObjct"));
    for _ in 0..200 {
        editor.notify("workspace/didChangeConfiguration", json!({ "settings": null }));
    }
    let id = symbols(&mut editor);
    assert_eq!(sid(&editor.answer(id)["result"]), "A");
    assert_eq!(editor.pull(URI)["items"][0]["code"], "invalid-action");
    assert!(editor.leave().success());
}

#[test]
fn an_editor_that_asks_before_it_answers_is_served() {
    let mut capabilities = pulling();
    capabilities["workspace"]["configuration"] = json!(true);
    let mut editor = Editor::start(capabilities);
    editor.open(URI, &policy("A", "s3:GetObject"));
    editor.told("workspace/configuration");
    editor.0.settings = json!({ "persona": "auditor" });
    for _ in 0..20 {
        editor.notify("workspace/didChangeConfiguration", json!({ "settings": null }));
    }
    // Each refresh of the server is met with a question first and answered then.
    for _ in 0..20 {
        editor.0.answers_questions = true;
        editor.told("workspace/configuration");
        editor.pull(URI);
        editor.told("workspace/diagnostic/refresh");
    }
}

#[test]
fn a_server_that_was_shut_down_ends_well_and_another_does_not() {
    let mut editor = Editor::start(pulling());
    editor.open(URI, &policy("A", "s3:GetObject"));
    assert_eq!(editor.leave().code(), Some(0));
    let mut editor = Editor::start(pulling());
    editor.notify("exit", json!(null));
    assert_eq!(editor.end().code(), Some(1));
}

#[test]
fn a_server_whose_editor_has_gone_ends() {
    let mut editor = Editor::start(pulling());
    editor.open(URI, &policy("A", "s3:GetObject"));
    editor.0.hang_up();
    assert_eq!(editor.end().code(), Some(1));
}

#[test]
fn a_server_that_is_busy_ends_at_once_when_told_to() {
    let mut editor = Editor::start(pulling());
    editor.open(LONG, &long_policy(60_000));
    editor.ask("textDocument/diagnostic", json!({ "textDocument": { "uri": LONG } }));
    let start = Instant::now();
    assert_eq!(editor.leave().code(), Some(0));
    assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
}
