//! What templates accept themselves, and how findings get accepted.

use std::path::Path;

use keyaki_lint::Selection;
use keyaki_workspace::{Config, Entry, Options, accept, check_text, today};

use crate::templates::options;

/// The rules of the findings of a text, each with what it points at.
fn found(name: &str, text: &str) -> Vec<String> {
    let file = check_text(Path::new(name), text.as_bytes(), &options(&Selection::default()));
    let told = |f: &keyaki_diag::Finding| {
        format!("{} {}", f.rule.name, f.range().slice(text).lines().next().unwrap_or_default())
    };
    file.findings().map(told).collect()
}

const TERRAFORM: &str = r#"
data "aws_iam_policy_document" "a" {
  # one
  statement {
    actions   = ["s3:NoSuch"] # two
    resources = ["*"]
  }
}
resource "aws_iam_policy" "b" {
  # three
  policy = <<EOF
{"Version": "2012-10-17", "Statement": [{
  "Effect": "Allow",
  "Action": "s3:NoSuch",
  "Resource": "*"
}]}
EOF
}
"#;

const YAML: &str = r##"
Resources:
  Policy:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument:
        Version: '2012-10-17'
        Statement:
          # one
          - Effect: Allow
            Action: s3:NoSuch # two
            Resource: '*'
  Other:
    Type: AWS::Logs::ResourcePolicy
    Properties:
      # three
      PolicyDocument: |
        {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:NoSuch",
          "Resource": "*", "Principal": {"AWS": "# keyaki: 123456789012"}}]}
"##;

/// The comment in the place of a number.
fn with(text: &str, number: &str, comment: &str) -> String {
    text.replace(&format!("# {number}\n"), &format!("# keyaki: {comment}\n"))
}

#[test]
fn comments_silence_what_they_are_about() {
    for (name, text) in [("a.tf", TERRAFORM), ("a.yaml", YAML)] {
        let all = found(name, text);
        let count = |found: &[String]| found.iter().filter(|f| f.contains("NoSuch")).count();
        assert_eq!(count(&all), 2, "{all:?}");
        for number in ["one", "two", "three"] {
            let left = found(name, &with(text, number, "ignore[invalid-action] it is planned"));
            assert_eq!(left.len(), all.len() - 1, "{name} {number} {left:?}");
        }
    }
}

#[test]
fn what_silences_nothing_is_told() {
    for (name, text) in [("a.tf", TERRAFORM), ("a.yaml", YAML)] {
        let count = found(name, text).len();
        for comment in [
            "ignore[invalid-effect] why",
            "ignore[invalid-action]",
            "ignore[no-such-rule] why",
            "ignore invalid-action why",
        ] {
            let left = found(name, &with(text, "two", comment));
            let told = format!("unused-suppression # keyaki: {comment}");
            assert!(left.contains(&told) && left.len() == count + 1, "{left:?}");
        }
    }
}

#[test]
fn metadata_silence_what_is_in_their_resource() {
    let metadata = "    Metadata:\n      keyaki:\n        ignore:\n          \
                    - {rule: invalid-action, reason: it is planned}\n";
    let own = YAML.replace("  Policy:\n", &format!("  Policy:\n{metadata}"));
    assert_eq!(found("a.yaml", &own).len(), found("a.yaml", YAML).len() - 1);
    let mistaken = own.replace(", reason: it is planned", "");
    let left = found("a.yaml", &mistaken);
    assert!(left.iter().any(|f| f.starts_with("unused-suppression {rule")), "{left:?}");
    let json = r#"{
      "Metadata": {"keyaki": {"ignore": [{"rule": "invalid-action", "reason": "it is planned"}]}},
      "Resources": {"P": {"Type": "AWS::IAM::ManagedPolicy", "Properties": {"PolicyDocument": {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "s3:NoSuch", "Resource": "*"}]}}}}
    }"#;
    assert_eq!(found("a.json", json), Vec::<String>::new());
}

#[test]
fn accepted_findings_are_silent() {
    let options = options(&Selection::default());
    for (name, text) in [("a.tf", TERRAFORM), ("a.yaml", YAML)] {
        for text in [text.to_owned(), text.replace('\n', "\r\n")] {
            let path = Path::new(name);
            let file = check_text(path, text.as_bytes(), &options);
            let accepted = accept(&file, "it is planned", &options);
            let new = accepted.text.expect("comments");
            let left = check_text(path, new.as_bytes(), &options);
            assert_eq!((left.findings().count(), accepted.entries.len()), (0, 0), "{new}");
            assert!(new.matches("it is planned").count() >= 2, "{new}");
        }
    }
    let json = r#"{"Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "s3:NoSuch", "Resource": "*"}]}"#;
    let file = check_text(Path::new("a.json"), json.as_bytes(), &options);
    let accepted = accept(&file, "it is planned", &options);
    assert_eq!(accepted.text, None);
    let entries: Vec<_> = accepted.entries.into_iter().collect();
    let (rule, at) = ("invalid-action", "/Statement/0".to_owned());
    assert_eq!(entries, [Entry { rule, policy: String::new(), at }]);
}

#[test]
fn an_entry_holds_for_one_policy_of_its_file() {
    let options = options(&Selection::default());
    let policy = r#"{"Type": "AWS::IAM::ManagedPolicy", "Properties": {"PolicyDocument": {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "s3:NoSuch", "Resource": "*"}]}}}"#;
    let text = format!(r#"{{"Resources": {{"One": {policy}, "Two": {policy}}}}}"#);
    let file = check_text(Path::new("a.json"), text.as_bytes(), &options);
    let accepted = accept(&file, "it is planned", &options);
    let policies: Vec<_> = accepted.entries.iter().map(|entry| entry.policy.as_str()).collect();
    let one = "/Resources/One/Properties/PolicyDocument";
    assert_eq!(policies, [one, "/Resources/Two/Properties/PolicyDocument"]);
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("one-policy");
    std::fs::create_dir_all(&folder).expect("a folder");
    for (place, left) in [(one, 1), ("/Resources/Two", 1), ("/Resources", 0), ("/Resources/On", 2)]
    {
        let config = format!(
            "[[suppress]]\nrule = \"invalid-action\"\npolicy = \"{place}\"\nreason = \"planned\"\n"
        );
        std::fs::write(folder.join("keyaki.toml"), config).expect("a file");
        let config = Config::load(&folder.join("keyaki.toml"), today()).expect("a configuration");
        let options =
            Options { config: Some(config), ..crate::templates::options(&Selection::default()) };
        let file = check_text(&folder.join("a.json"), text.as_bytes(), &options);
        assert_eq!(file.findings().count(), left, "{place}");
    }
}

#[test]
fn policies_in_markdown_are_checked_in_their_lines() {
    let text = "# Policies\n\n- one\n\n  ```json\n  {\"Version\": \"2012-10-17\",\n   \
                \"Statement\": [{\"Effect\": \"Allow\", \"Action\": \"s3:NoSuch\",\n    \
                \"Resource\": \"*\"}]}\n  ```\n\n```json\n{\"a\": \"Statement\"}\n```\n";
    assert_eq!(found("a.md", text), ["invalid-action \"s3:NoSuch\""]);
    let nothing = check_text(
        Path::new("a.md"),
        "no `Statement`\n".as_bytes(),
        &options(&Selection::default()),
    );
    assert_eq!(nothing.findings().map(|f| f.rule.name).collect::<Vec<_>>(), ["no-policy"]);
}
