//! Texts that are no templates, or too much of one.

use std::path::Path;
use std::time::{Duration, Instant};

use keyaki_lint::Selection;
use keyaki_workspace::check_text;

use crate::templates::options;

/// The rules of the findings in a YAML text, with the line of each.
fn found(yaml: &str) -> Vec<String> {
    let start = Instant::now();
    let file = check_text(Path::new("a.yaml"), yaml.as_bytes(), &options(&Selection::default()));
    assert!(start.elapsed() < Duration::from_secs(30));
    let line = |at: u32| yaml.as_bytes()[..at as usize].iter().filter(|b| **b == b'\n').count() + 1;
    file.findings().map(|f| format!("{} {}", line(f.range().start), f.rule.name)).collect()
}

const POLICY: &str = "Version: 2012-10-17\nStatement:\n- Effect: Allow\n  Action: s3:Get\n  \
                      Resource: '*'\n";

#[test]
fn broken_yaml_is_told_with_its_place() {
    assert_eq!(found("a: b\nc: 'd\n"), ["2 unreadable-template"]);
    assert_eq!(found("Statement:\n\t- Effect: Allow\n"), ["2 unreadable-template"]);
    assert_eq!(found("a: *b\n"), ["1 unreadable-template"]);
    assert_eq!(found("a: &b [*b]\n"), ["1 unreadable-template"]);
    assert_eq!(found(""), ["1 no-policy"]);
}

#[test]
fn a_broken_json_template_is_told() {
    let json = r#"{"Resources": {"P": {"Type": "A::B", "Properties": {"a": 1 "b": 2}}}}"#;
    let file = check_text(Path::new("a.json"), json.as_bytes(), &options(&Selection::default()));
    let found: Vec<_> = file.findings().map(|f| (f.rule.name, f.range().start)).collect();
    assert_eq!(found, [("unreadable-template", 57)]);
}

#[test]
fn a_template_without_a_policy_is_no_policy() {
    let json = r#"{"Resources": {"P": {"Type": "AWS::S3::Bucket"}}}"#;
    let file = check_text(Path::new("a.json"), json.as_bytes(), &options(&Selection::default()));
    assert_eq!(file.findings().map(|f| f.rule.name).collect::<Vec<_>>(), ["no-policy"]);
    assert_eq!(found("Resources: {P: {Type: 'AWS::S3::Bucket'}}\n"), ["1 no-policy"]);
}

#[test]
fn deep_nesting_is_told() {
    assert_eq!(found(&("[".repeat(100_000))), ["1 unreadable-template"]);
    let deep: String = (0..1000).map(|i| format!("{}- a:\n", "  ".repeat(i))).collect();
    assert_eq!(found(&deep), ["65 unreadable-template"]);
}

#[test]
fn a_bomb_of_aliases_is_cut_short() {
    let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for i in 1..30 {
        let items = vec![format!("*a{}", i - 1); 10].join(", ");
        bomb += &format!("a{i}: &a{i} [{items}]\n");
    }
    let policy = POLICY.replace("s3:Get", "*a29");
    assert!(found(&format!("{bomb}{policy}")).iter().all(|f| !f.contains("invalid")));
    let joined = "Version: 2012-10-17\nStatement:\n  Effect: Allow\n  Action: !Join ['', *a29]\n";
    assert!(found(&format!("{bomb}{joined}")).iter().all(|f| !f.contains("invalid")));
}

#[test]
fn functions_of_aliases_of_functions_are_cut_short() {
    let chain = |function: &str| {
        let mut text = String::from("a0: &a0 x\n");
        for i in 1..5000 {
            let before = format!("*a{}", i - 1);
            text += &format!("a{i}: &a{i} {}\n", function.replace('@', &before));
        }
        text + &POLICY.replace("s3:Get", "*a4999")
    };
    for function in [
        "!If [A, @, y]",
        "!Join ['', [@, @]]",
        "!FindInMap [@, y, z]",
        "!Select [0, [@]]",
        "!Sub ['${b}${b}', {b: @}]",
    ] {
        let found = found(&chain(function));
        assert!(!found.iter().any(|f| f.contains("invalid-action")), "{function}");
    }
    let mut property = String::from("a0: &a0 !If [A, {Version: 2012-10-17}, {}]\n");
    for i in 1..5000 {
        property += &format!("a{i}: &a{i} !If [A, *a{}, {{}}]\n", i - 1);
    }
    property += "Resources: {P: {Type: 'AWS::DynamoDB::Table', Properties: \
                 {ResourcePolicy: *a4999}}}\n";
    assert_eq!(found(&property), ["1 no-policy"]);
}

#[test]
fn several_documents_are_all_read() {
    let twice = format!("---\n{POLICY}---\nkind: Nothing\n---\n{POLICY}");
    assert_eq!(found(&twice), ["5 invalid-action", "13 invalid-action"]);
}

#[test]
fn repeated_names_are_told() {
    let twice = POLICY.replace("  Action", "  Effect: Allow\n  Action");
    assert_eq!(found(&twice), ["4 json-syntax-error", "5 invalid-action"]);
}

#[test]
fn many_policies_are_read_in_time() {
    let policy = POLICY.replace('\n', "\n    ");
    let mut text = String::from("Resources:\n");
    let mut i = 0;
    while text.len() < 32 * 1024 {
        text += &format!("  P{i}:\n    {policy}\n");
        i += 1;
    }
    assert_eq!(found(&text).len(), i);
}

#[test]
fn resources_of_one_name_are_told() {
    let resource = "{Type: AWS::IAM::ManagedPolicy, Properties: {PolicyDocument: {Version: 2012-10-17, Statement: [{Effect: Allow, Action: 's3:GetObject', Resource: '*'}]}}}";
    let text = format!("Resources:\n  One: {resource}\n  Two: {resource}\n  One: {resource}\n");
    assert_eq!(found(&text), ["4 duplicate-resource"]);
    let merged =
        format!("Base: &base\n  One: {resource}\nResources:\n  <<: *base\n  One: {resource}\n");
    assert_eq!(found(&merged), Vec::<String>::new());
}
