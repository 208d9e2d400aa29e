//! Texts typed letter by letter into an empty file: what they are is seen as soon as it can be.

use serde_json::{Value, json};

use super::editor::{Editor, pulling};

/// A text of each kind, with a misspelt action behind the mark.
const TEXTS: [(&str, &str, &str); 9] = [
    (
        "file:///example/new.json",
        "json",
        "{\n  \"Version\": \"2012-10-17\",\n  \"Statement\": [{\n    \"Effect\": \"Allow\",\n    \
         \"Action\": \"$s3:GetObjekt\",\n    \"Resource\": \"*\"\n  }]\n}\n",
    ),
    (
        "file:///example/policy.yaml",
        "yaml",
        "Version: '2012-10-17'\nStatement:\n- Effect: Allow\n  Action: $s3:GetObjekt\n  Resource: '*'\n",
    ),
    (
        "file:///example/stack.yaml",
        "yaml",
        "AWSTemplateFormatVersion: '2010-09-09'\nResources:\n  Policy:\n    Type: AWS::IAM::ManagedPolicy\n    \
         Properties:\n      PolicyDocument:\n        Version: '2012-10-17'\n        Statement:\n        \
         - Effect: Allow\n          Action: [s3:PutObject, $s3:GetObjekt]\n          Resource: !Sub '${Bucket.Arn}/*'\n",
    ),
    (
        "untitled:Untitled-1",
        "yaml",
        "Transform: AWS::Serverless-2016-10-31\nResources:\n  Function:\n    Type: AWS::Serverless::Function\n    \
         Properties:\n      Policies:\n      - Version: '2012-10-17'\n        Statement:\n        \
         - Effect: Allow\n          Action: $s3:GetObjekt\n          Resource: '*'\n",
    ),
    (
        "file:///example/serverless.yml",
        "yaml",
        "service: example\nprovider:\n  name: aws\n  iam:\n    role:\n      statements:\n      - Effect: Allow\n        \
         Action: $s3:GetObjekt\n        Resource: '*'\n",
    ),
    (
        "file:///example/stack.template",
        "json",
        "{\n  \"Resources\": {\n    \"Policy\": {\n      \"Type\": \"AWS::IAM::ManagedPolicy\",\n      \
         \"Properties\": {\n        \"PolicyDocument\": {\n          \"Version\": \"2012-10-17\",\n          \"Statement\": {\n            \
         \"Effect\": \"Allow\",\n            \"Action\": \"$s3:GetObjekt\",\n            \
         \"Resource\": { \"Fn::Sub\": \"${Bucket.Arn}/*\" }\n          }\n        }\n      }\n    }\n  }\n}\n",
    ),
    (
        "file:///example/main.tf",
        "terraform",
        "data \"aws_iam_policy_document\" \"read\" {\n  statement {\n    effect  = \"Allow\"\n    \
         actions = [\"$s3:GetObjekt\"]\n    resources = [\"*\"]\n  }\n}\n",
    ),
    (
        "file:///example/main.tf.json",
        "json",
        "{\"data\": {\"aws_iam_policy_document\": {\n  \"read\": {\n    \"statement\": [{\n      \
         \"actions\": [\"$s3:GetObjekt\"],\n      \"resources\": [\"*\"]\n    }]\n  }\n}}}\n",
    ),
    (
        "untitled:Untitled-2",
        "terraform",
        "resource \"aws_iam_policy\" \"read\" {\n  policy = jsonencode({\n    Version = \"2012-10-17\"\n    \
         Statement = [{\n      Effect = \"Allow\"\n      Action = \"$s3:GetObjekt\"\n      Resource = \"*\"\n    }]\n  })\n}\n",
    ),
];

/// What closes the brackets and quotes of a beginning, as editors put it behind the cursor; braces
/// on a line of their own, as Terraform wants them.
fn closing(beginning: &str) -> String {
    let mut open = Vec::new();
    for letter in beginning.chars() {
        let quote = open.last().copied().filter(|c| matches!(c, '"' | '\''));
        match letter {
            _ if quote == Some(letter) => drop(open.pop()),
            _ if quote.is_some() => {}
            '"' | '\'' => open.push(letter),
            '{' => open.push('}'),
            '[' => open.push(']'),
            '(' => open.push(')'),
            '}' | ']' | ')' => drop(open.pop()),
            _ => {}
        }
    }
    let close = |letter: &char| match letter {
        '}' => "\n}".to_owned(),
        other => other.to_string(),
    };
    open.iter().rev().map(close).collect()
}

fn codes(editor: &mut Editor, uri: &str) -> Vec<String> {
    let report = editor.pull(uri);
    assert_eq!(report["kind"], "full", "{report}");
    let items = report["items"].as_array().into_iter().flatten();
    items.filter_map(|item| item["code"].as_str().map(str::to_owned)).collect()
}

/// Types a text, with what an editor closes by itself, and calls `see` after each letter.
fn type_in(editor: &mut Editor, uri: &str, text: &str, mut see: impl FnMut(&str, Vec<String>)) {
    for (version, (end, letter)) in text.char_indices().enumerate() {
        let beginning = &text[..end + letter.len_utf8()];
        let whole = format!("{beginning}{}", closing(beginning));
        editor.replace(uri, version as i32 + 2, &whole);
        see(beginning, codes(editor, uri));
    }
}

#[test]
fn a_policy_or_template_is_recognised_as_soon_as_its_shape_is_clear() {
    let mut editor = Editor::start(pulling());
    for (uri, language, marked) in TEXTS {
        let (before, action) = marked.split_once('$').expect("a mark");
        let text = format!("{before}{action}");
        let (action, _) = action.split_at("s3:GetObjekt".len());
        let is_typed = format!("{before}{action}");
        editor.open_as(uri, language, "");
        assert_eq!(codes(&mut editor, uri), Vec::<String>::new());
        type_in(&mut editor, uri, &text, |beginning, found| {
            let is_named = found.iter().any(|code| code == "invalid-action");
            assert!(is_named || !beginning.starts_with(&is_typed), "{uri}: {beginning}: {found:?}");
            let signs = ["tatement", "Version", "Resources", "aws_iam_policy"];
            let has_shape = signs.iter().any(|sign| beginning.contains(sign));
            assert!(has_shape || found.is_empty(), "{uri}: {beginning}: {found:?}");
        });
        assert_eq!(codes(&mut editor, uri), ["invalid-action"], "{uri}");
    }
}

#[test]
fn other_texts_are_typed_without_a_word() {
    let mut editor = Editor::start(pulling());
    for (uri, language, text) in [
        (
            "file:///example/values.yaml",
            "yaml",
            "replicas: 2\nresources:\n  limits: {cpu: 1, memory: [a, b]}\n",
        ),
        (
            "file:///example/package.json",
            "json",
            "{\"name\": \"x\", \"version\": \"1.0.0\", \"files\": [1, 2]}",
        ),
        (
            "file:///example/net.tf",
            "terraform",
            "resource \"aws_vpc\" \"a\" {\n  cidr_block = \"10.0.0.0/16\"\n}\n",
        ),
        (
            "file:///example/net.tf.json",
            "json",
            "{\"resource\": {\"aws_vpc\": {\"a\": {\"cidr_block\": \"${var.block}\"}}}}",
        ),
    ] {
        editor.open_as(uri, language, "");
        type_in(&mut editor, uri, text, |beginning, found| {
            assert!(found.is_empty(), "{uri}: {beginning}: {found:?}");
        });
    }
    let lenses = editor.about("textDocument/codeLens", "file:///example/values.yaml");
    assert_eq!(lenses, Value::Array(Vec::new()), "{}", json!(lenses));
}
