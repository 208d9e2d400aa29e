//! Templates in the editor: findings at the characters of the template, and nothing that takes
//! YAML for JSON.

use serde_json::{Value, json};

use super::editor::{Editor, pulling};

const URI: &str = "file:///example/template.yaml";

/// JSON in a string of a JSON text, in a block text of YAML, after a line that is not ASCII.
const TEMPLATE: &str = r#"Resources:
  Policy: # größer
    Type: Custom::Anything
    Properties:
      Body: |
        {"Name": "größer 𝄞", "Policy": "{\"Version\": \"2012-10-17\", \"Statement\": {\"Effect\": \"Allow\", \"Action\": \"s3:GetObjct\", \"Resource\": \"*\"}}"}
"#;

/// The text of a range, in UTF-16 as editors count.
fn text_at(text: &str, range: &Value) -> String {
    let number = |value: &Value| value.as_u64().expect("a number") as usize;
    let line = text.lines().nth(number(&range["start"]["line"])).expect("the line");
    let units: Vec<u16> = line.encode_utf16().collect();
    assert_eq!(range["start"]["line"], range["end"]["line"]);
    let (start, end) = (number(&range["start"]["character"]), number(&range["end"]["character"]));
    String::from_utf16_lossy(&units[start..end])
}

#[test]
fn a_finding_in_a_string_in_a_string_in_yaml_has_its_exact_place() {
    let mut capabilities = pulling();
    capabilities["general"]["positionEncodings"] = json!(["utf-16"]);
    let mut editor = Editor::start(capabilities);
    editor.open(URI, TEMPLATE);
    let report = editor.pull(URI);
    let items = report["items"].as_array().expect("diagnostics");
    assert_eq!(items.len(), 1, "{items:?}");
    assert_eq!(items[0]["code"], "invalid-action");
    assert_eq!(text_at(TEMPLATE, &items[0]["range"]), r#"\"s3:GetObjct\""#);
    assert!(editor.leave().success());
}

#[test]
fn yaml_is_not_taken_for_json() {
    let mut editor = Editor::start(pulling());
    let text = "Statement:\n- Effect: Allow\n  Action: s3:GetObject\n  Resource: '*'\n";
    editor.open(URI, text);
    let formatting = json!({
        "textDocument": { "uri": URI },
        "options": { "tabSize": 2, "insertSpaces": true },
    });
    let edits = editor.result("textDocument/formatting", formatting);
    assert!(edits.is_null() || edits == json!([]), "{edits}");
    for method in ["textDocument/documentSymbol", "textDocument/foldingRange"] {
        let answer = editor.about(method, URI);
        assert!(answer.is_null() || answer == json!([]), "{method}: {answer}");
    }
    let at = json!({ "textDocument": { "uri": URI }, "position": { "line": 2, "character": 12 } });
    for method in ["textDocument/completion", "textDocument/hover"] {
        let answer = editor.result(method, at.clone());
        let is_empty = answer.is_null() || answer["items"] == json!([]) || answer == json!([]);
        assert!(is_empty, "{method}: {answer}");
    }
    assert!(editor.leave().success());
}

#[test]
fn a_logical_id_is_typed_in_all_places_at_once() {
    let mut editor = Editor::start(pulling());
    let text = "Resources:\n  Team: {Type: AWS::IAM::ManagedPolicy}\n  Role:\n    Type: AWS::IAM::Role\n    \
                Properties: {ManagedPolicyArns: [!Ref Team]}\nOutputs: {O: {Value: Team}}\n";
    editor.open(URI, text);
    let about = |line: u32| json!({ "textDocument": { "uri": URI }, "position": { "line": line, "character": 4 } });
    let linked = editor.result("textDocument/linkedEditingRange", about(1));
    let texts: Vec<_> =
        linked["ranges"].as_array().expect("ranges").iter().map(|r| text_at(text, r)).collect();
    assert_eq!(texts, ["Team", "Team"]);
    assert!(editor.result("textDocument/linkedEditingRange", about(3)).is_null());
    assert!(editor.leave().success());
}
