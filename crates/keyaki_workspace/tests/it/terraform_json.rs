//! Terraform's JSON syntax: the shapes that blocks may have, places in texts, and bad input.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use keyaki_lint::Selection;
use keyaki_workspace::{CheckedFile, check_text, files_below};

use crate::templates::options;
use crate::terraform::{folder, of_folder, told};
use crate::twins::json_of;

fn checked(name: &str, text: &str) -> CheckedFile {
    let start = Instant::now();
    let options = options(&Selection::default());
    let checked = check_text(&Path::new("nowhere").join(name), text.as_bytes(), &options);
    assert!(start.elapsed() < Duration::from_secs(10));
    checked
}

fn found(text: &str) -> Vec<String> {
    told(&checked("a.tf.json", text))
}

/// A document with one action.
fn document(action: &str) -> String {
    format!(r#"{{"statement": {{"actions": ["{action}"], "resources": ["*"]}}}}"#)
}

fn file_with(documents: &str) -> String {
    format!(r#"{{"data": {{"aws_iam_policy_document": {{"d": {documents}}}}}}}"#)
}

#[test]
fn blocks_are_objects_or_lists_of_objects() {
    let one = document("s3:NoSuch");
    let statement = r#"{"actions": ["s3:NoSuch"], "resources": ["*"]}"#;
    let data = |inner: &str| format!(r#"{{"data": {inner}}}"#);
    let kind = format!(r#"{{"aws_iam_policy_document": {{"d": {one}}}}}"#);
    let texts = [
        file_with(&one),
        file_with(&format!("[{one}]")),
        file_with(&format!(r#"{{"//": "why", "statement": [{statement}], "version": null}}"#)),
        data(&format!("[{kind}]")),
        data(&format!(
            r#"{{"//": {{"metadata": {{}}}}, "aws_iam_policy_document": [{{"d": {one}}}]}}"#
        )),
        format!("[{}]", data(&kind)),
        format!(r#"{{"data": null, "//": ["a"], "data": {kind}}}"#),
    ];
    for text in texts {
        assert_eq!(found(&text), ["1 invalid-action \"s3:NoSuch\""], "{text}");
        assert_eq!(found(&text.replace("NoSuch", "GetObject")), Vec::<String>::new(), "{text}");
    }
}

#[test]
fn a_finding_points_at_the_characters_in_a_text() {
    let policy = |action: &str| {
        format!(
            r#"{{"resource": {{"aws_iam_policy": {{"p": {{
  "policy": "{{\n  \"Version\": \"2012-10-17\",\n  \"Statement\": [{{\"Effect\": \"Allow\", \"Action\": \"{action}\", \"Resource\": \"arn:aws:s3:::${{var.b}}/*\"}}]}}"
}}}}}}}}"#
        )
    };
    assert_eq!(found(&policy("s3:NoSuch")), [r#"2 invalid-action \"s3:NoSuch\""#]);
    assert_eq!(found(&policy(r"s3:\u004eoSuch")), [r#"2 invalid-action \"s3:\u004eoSuch\""#]);
    assert_eq!(found(&policy("s3:GetObject")), Vec::<String>::new());
    let encoded = |action: &str| {
        format!(
            r#"{{"resource": {{"aws_iam_policy": {{"p": {{
  "policy": "${{jsonencode({{\n Version = \"2012-10-17\"\n Statement = [{{ Effect = \"Allow\", Action = \"{action}\", Resource = \"*\" }}]\n}})}}"
}}}}}}}}"#
        )
    };
    assert_eq!(found(&encoded("sqs:NoSuch")), [r#"2 invalid-action \"sqs:NoSuch\""#]);
    assert_eq!(found(&encoded("sqs:SendMessage")), Vec::<String>::new());
}

#[test]
fn code_in_a_text_says_nothing_beside_it() {
    // What would close the text, the attribute or the block stays in the text.
    let texts = [
        r#"${\"a\n\"}\" \n other = \"x\"}"#,
        r#"${a}\"\n}\nresource \"aws_iam_policy\" \"p\" {"#,
        r#"%{ if a }\" %{ endif }\n}"#,
        r#"${a # }\n}\"\n}"#,
        r#"${<<E\n}\"\nE\n}\"]"#,
        r#"\\${a}\\"#,
    ];
    for text in texts {
        let file = |name: &str| {
            format!(
                r#"{{"locals": {{"a": "{text}"}}, "data": {{"aws_iam_policy_document": {{"d": {}}}}}}}"#,
                document(name)
            )
        };
        let told = found(&file("s3:NoSuch"));
        assert!(told.contains(&"1 invalid-action \"s3:NoSuch\"".to_owned()), "{text}: {told:?}");
        assert!(!found(&file("s3:GetObject")).iter().any(|f| f.contains("invalid")), "{text}");
    }
}

#[test]
fn a_policy_that_is_an_object_is_found() {
    let text = |action: &str| {
        format!(
            r#"{{"resource": {{"aws_iam_policy": {{"p": {{"policy": {{"Version": "2012-10-17", "Statement": [
{{"Effect": "Allow", "Action": "{action}", "Resource": "${{var.b}}"}}]}}}}}}}}}}"#
        )
    };
    assert_eq!(found(&text("s3:NoSuch")), ["2 invalid-action \"s3:NoSuch\""]);
    assert_eq!(found(&text("s3:GetObject")), Vec::<String>::new());
    let hcl = "resource \"aws_iam_policy\" \"p\" {\n  policy = {\n    Version = \"2012-10-17\"\n    \
               Statement = [{ Effect = \"Allow\", Action = \"s3:NoSuch\", Resource = \"*\" }]\n  }\n}\n";
    assert_eq!(told(&checked("a.tf", hcl)), ["4 invalid-action \"s3:NoSuch\""]);
}

#[test]
fn what_cdk_for_terraform_writes_is_read() {
    let text = |action: &str, role: &str| {
        format!(
            r#"{{
  "//": {{"metadata": {{"backend": "local", "stackName": "app", "version": "0.20.0"}}, "outputs": {{}}}},
  "data": {{
    "aws_iam_policy_document": {{
      "assume": {{
        "//": {{"metadata": {{"path": "app/assume", "uniqueId": "assume"}}}},
        "statement": [
          {{
            "actions": ["sts:AssumeRole"],
            "principals": [{{"identifiers": ["lambda.amazonaws.com"], "type": "Service"}}]
          }}
        ]
      }},
      "read": {{
        "dynamic": {{"statement": {{"for_each": ["a", "b"], "content": {{
          "actions": ["{action}"],
          "resources": ["arn:aws:s3:::${{statement.value}}/*"]
        }}}}}}
      }}
    }}
  }},
  "provider": {{"aws": [{{"region": "eu-west-1"}}]}},
  "resource": {{
    "aws_iam_role": {{
      "fn": {{
        "//": {{"metadata": {{"path": "app/fn", "uniqueId": "fn"}}}},
        "assume_role_policy": "${{data.aws_iam_policy_document.assume.json}}",
        "inline_policy": [{{"name": "p", "policy": "${{data.aws_iam_policy_document.read.json}}"}}],
        "lifecycle": {{"prevent_destroy": true}}
      }}
    }},
    "aws_iam_role_policy": {{
      "{role}": {{
        "depends_on": ["aws_iam_role.fn"],
        "role": "${{aws_iam_role.fn.name}}",
        "policy": "${{data.aws_iam_policy_document.read.json}}"
      }}
    }}
  }},
  "terraform": {{
    "backend": {{"local": {{"path": "state/${{no template}}"}}}},
    "required_providers": {{"aws": {{"source": "hashicorp/aws", "version": "5.0.0"}}}}
  }}
}}"#
        )
    };
    assert_eq!(found(&text("s3:NoSuch", "p")), ["16 invalid-action \"s3:NoSuch\""]);
    assert_eq!(found(&text("s3:GetObject", "p")), Vec::<String>::new());
}

#[test]
fn files_of_both_kinds_are_one_module() {
    let document = file_with(&document("s3:NoSuch"));
    let main = "resource \"aws_iam_policy\" \"p\" {\n  \
                policy = data.aws_iam_policy_document.d.json\n}\n";
    let module = folder("mixed", &[("main.tf", main), ("d.tf.json", &document)]);
    let foreign = "main.tf:2 invalid-action data.aws_iam_policy_document.d.json";
    assert_eq!(of_folder(&module, &["main.tf"]), [foreign]);
    assert_eq!(of_folder(&module, &[]), ["d.tf.json:1 invalid-action \"s3:NoSuch\""]);
    // The other way about.
    let hcl = "data \"aws_iam_policy_document\" \"d\" {\n  statement {\n    \
               actions   = [\"s3:NoSuch\"]\n    resources = [\"*\"]\n  }\n}\n";
    let main = json_of(main).expect("a file");
    let module = folder("mixed", &[("main.tf.json", &main), ("d.tf", hcl)]);
    let found = of_folder(&module, &["main.tf.json"]);
    assert_eq!(found, ["main.tf.json:3 invalid-action data.aws_iam_policy_document.d.json"]);
    // What is there twice is a hole, and each of the two is told where it stands.
    let module =
        folder("mixed", &[("main.tf.json", &main), ("d.tf", hcl), ("e.tf.json", &document)]);
    assert_eq!(of_folder(&module, &["main.tf.json"]), ["main.tf.json:1 no-policy "]);
    let both = [
        "d.tf:3 invalid-action \"s3:NoSuch\"",
        "e.tf.json:1 invalid-action \"s3:NoSuch\"",
        "e.tf.json:1 duplicate-resource \"d\"",
    ];
    assert_eq!(of_folder(&module, &[]), both);
}

#[test]
fn policies_in_values_of_variables_are_told_there_and_nowhere_else() {
    let main = "variable \"policy\" {}\nvariable \"action\" {}\n\
                resource \"aws_iam_policy\" \"p\" {\n  policy = var.policy\n}\n\
                resource \"aws_iam_policy\" \"q\" {\n  policy = jsonencode({\n    \
                Version = \"2012-10-17\"\n    Statement = { Effect = \"Allow\", \
                Action = var.action, Resource = \"*\" }\n  })\n}\n";
    let policy = |action: &str| {
        format!(
            r#"{{"Version": "2012-10-17", "Statement": {{"Effect": "Allow", "Action": "{action}", "Resource": "*"}}}}"#
        )
    };
    let hcl =
        |action: &str| format!("action = \"s3:NoSuch\"\npolicy = <<E\n{}\nE\n", policy(action));
    let json = |action: &str| {
        let text = policy(action).replace('"', "\\\"");
        format!("{{\"action\": \"s3:NoSuch\",\n\"policy\": \"{text}\"}}")
    };
    let told = |action: &str| {
        let (hcl, json) = (hcl(action), json(action));
        let files =
            [("main.tf", main), ("terraform.tfvars", &*hcl), ("b.auto.tfvars.json", &*json)];
        of_folder(&folder("values", &files), &[])
    };
    let expected = [
        r#"b.auto.tfvars.json:2 invalid-action \"s3:NoSuch\""#,
        "terraform.tfvars:3 invalid-action \"s3:NoSuch\"",
    ];
    assert_eq!(told("s3:NoSuch"), expected);
    assert_eq!(told("s3:GetObject"), Vec::<String>::new());
}

#[test]
fn a_comment_accepts_what_is_found_in_its_object() {
    let text = |comment: &str| {
        file_with(&format!(
            r#"{{"statement": [{{"//": "{comment}", "actions": ["s3:NoSuch"], "resources": ["*"]}},
{{"actions": ["sqs:NoSuch"], "resources": ["*"]}}]}}"#
        ))
    };
    let second = "2 invalid-action \"sqs:NoSuch\"";
    assert_eq!(found(&text("why")), ["1 invalid-action \"s3:NoSuch\"", second]);
    assert_eq!(found(&text("keyaki: ignore[invalid-action] it is new")), [second]);
    let unused = found(&text("keyaki: ignore[duplicate-sid] it is new"));
    assert_eq!(unused.len(), 3, "{unused:?}");
}

#[test]
fn resources_of_one_address_are_told() {
    let one = r#"{"policy": "{\"Version\": \"2012-10-17\", \"Statement\": []}"}"#;
    let text = |names: [&str; 2]| {
        let [a, b] = names;
        format!(
            "{{\"resource\": [{{\"aws_iam_policy\": {{\"{a}\": {one}}}}},\n\
             {{\"aws_iam_policy\": {{\"{b}\": {one}}}}}]}}"
        )
    };
    let told = |text: &str| -> Vec<String> {
        found(text).into_iter().filter(|f| f.contains("duplicate-resource")).collect()
    };
    assert_eq!(told(&text(["p", "p"])), ["2 duplicate-resource \"p\""]);
    assert_eq!(told(&text(["p", "q"])), Vec::<String>::new());
}

#[test]
fn what_is_not_as_terraform_wants_it_is_told_and_the_rest_is_read() {
    let good = document("s3:NoSuch");
    let with = |more: &str| {
        format!("{{\"data\": {{\"aws_iam_policy_document\": {{\"d\": {good}}}}},\n{more}}}")
    };
    let cases = [
        (r#""resource": "aws_iam_role""#, "\"aws_iam_role\""),
        (r#""resource": {"aws_iam_role": {"r": [1]}}"#, "1"),
        (r#""resource": {"aws_iam_role": {"r x": {}}}"#, "\"r x\""),
        (r#""resource": {"aws_iam_role": {"r": {"name": "a", "name": "b"}}}"#, "\"name\""),
        (r#""resource": {"aws_iam_role": {"r": {"inline_policy": "${var.x}"}}}"#, "\"${var.x}\""),
        (r#""locals": {"a": "é${b"}"#, "$"),
        (r#""locals": {"a": "é${b c}"}"#, "c"),
        (r#""locals": {"a": "%{ if b }c"}"#, "%"),
        (r#""locals": {"a": {"${b": 1}}"#, "$"),
        (r#""Statement": []"#, "\"Statement\""),
        (r#""locals": {"a": 1,}"#, ","),
    ];
    for (more, at) in cases {
        let told = found(&with(more));
        let problem = format!("2 unreadable-template {at}");
        assert_eq!(told, [String::from("1 invalid-action \"s3:NoSuch\""), problem], "{more}");
    }
    assert_eq!(found(&with(r#""locals": {"a": "$${b %%{"}"#)).len(), 1);
}

#[test]
fn hostile_texts_are_told_in_bounded_time() {
    let told = |text: &str| {
        let problems = found(text);
        assert!(problems.iter().any(|f| f.contains("unreadable-template")), "{problems:?}");
    };
    for (open, close) in [("[", "]"), ("{\"a\": ", "}"), ("\"${[\", ", "")] {
        let deep = format!("{}1{}", open.repeat(5000), close.repeat(5000));
        told(&format!(r#"{{"locals": {{"Statement": {deep}}}}}"#));
    }
    let nested = format!("${{{}1{}}} Statement", "[".repeat(5000), "]".repeat(5000));
    told(&format!(r#"{{"locals": {{"a": "{nested}"}}}}"#));
    let names: String = (0..30_000).map(|i| format!("a{i}=1,")).collect();
    told(&format!(r#"{{"locals": {{"a": "${{{{{names}}}}} Statement"}}}}"#));
    let names: Vec<String> = (0..30_000).map(|i| format!("\"a{i}\": 1")).collect();
    told(&format!(r#"{{"locals": {{"Statement": {{{}}}}}}}"#, names.join(",")));
    for text in
        ["", "[", "{", "1", "{\"data\"", "{\"data\": {\"a\": {\"b\": {\"c\"", "\"Statement\""]
    {
        assert!(!told_of(text).is_empty(), "{text}");
    }
}

fn told_of(text: &str) -> Vec<String> {
    told(&checked("a.tf.json", text))
}

#[test]
fn texts_that_are_cut_anywhere_are_no_trouble() {
    let text = fs::read_to_string(terraform_of_testdata().first().expect("a file"));
    let json = json_of(&text.expect("a text")).expect("a file");
    let ends = (0..json.len()).filter(|end| json.is_char_boundary(*end));
    for end in ends.step_by(97) {
        told_of(json.get(..end).unwrap_or_default());
    }
}

/// Our own files of Terraform.
fn terraform_of_testdata() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata");
    let (mut all, _) = files_below(&root);
    all.retain(|path| path.extension().is_some_and(|own| own == "tf"));
    assert!(all.len() > 5);
    all
}

#[test]
fn both_spellings_of_a_file_have_the_same_findings() {
    let mut compared = 0;
    for path in terraform_of_testdata() {
        let text = fs::read_to_string(&path).expect("a text");
        let Some(json) = json_of(&text) else { continue };
        let rules = |file: &CheckedFile| {
            let own = file.findings().filter(|f| f.rule.name != "unused-suppression");
            let mut all: Vec<String> =
                own.map(|f| format!("{} {}", f.rule.name, f.message)).collect();
            all.sort();
            all
        };
        // What comments accept is found in JSON.
        let text = text.replace("keyaki:", "");
        let (hcl, json) = (checked("a.tf", &text), checked("a.tf.json", &json));
        assert_eq!(rules(&json), rules(&hcl), "{}", path.display());
        compared += rules(&hcl).len();
    }
    assert!(compared > 10, "{compared}");
}
