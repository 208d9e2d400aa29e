//! What is told about the thing under the pointer.

use keyaki_ide::hover;

use crate::fixture::{at_cursor, statement};

/// The place and the text of a hover.
fn told(text: &str) -> (String, String) {
    let (document, offset) = at_cursor(text);
    let hover = hover(&document, offset).unwrap_or_else(|| panic!("nothing is told: {text}"));
    (hover.range.slice(document.text()).to_owned(), hover.markdown)
}

fn check(members: &str, place: &str, expected: &[&str]) {
    let (range, text) = told(&statement(members));
    assert_eq!(range, place);
    for part in expected {
        assert!(text.contains(part), "no {part} in:\n{text}");
    }
}

#[test]
fn an_action_tells_level_resources_and_keys() {
    let expected = [
        "**s3:GetObject** — Read — `s3` (Amazon S3)",
        "| object | `arn:${Partition}:s3:::${BucketName}/${ObjectName}` |",
        "Condition keys: ",
        "list_amazons3.html",
    ];
    check("\"Action\": \"s3:Get$0Object\"", "\"s3:GetObject\"", &expected);
}

#[test]
fn an_action_without_resource_types_says_so() {
    let expected = ["**s3:ListAllMyBuckets** — List", "`Resource` must be `*`"];
    check("\"Action\": [\"s3:ListAllMyBuckets$0\"]", "\"s3:ListAllMyBuckets\"", &expected);
}

#[test]
fn a_pattern_tells_how_many_actions_it_matches() {
    let number = keyaki_ide::catalog().expand("sqs:*").len();
    let head = format!("`sqs:*` matches **{number} actions** of `sqs` (Amazon SQS)");
    check("\"Action\": \"sqs$0:*\"", "\"sqs:*\"", &[&head, "\nWrite (", "`sqs:SendMessage`"]);
    let left_out = ["This element names what is *left out*"];
    check("\"NotAction\": \"sqs:*$0\"", "\"sqs:*\"", &left_out);
}

#[test]
fn an_unknown_action_names_the_date_of_the_catalogue() {
    let (_, text) = told(&statement("\"Action\": \"s3:Nothing$0\""));
    let date = keyaki_ide::catalog().snapshot().date.to_string();
    assert!(text.contains(&format!("not in the catalogue of {date}")), "{text}");
    assert!(text.contains("`invalid-action`: "), "{text}");
}

#[test]
fn an_arn_tells_its_type_and_segments() {
    let arn = "\"arn:aws:sqs:eu-west-1:111122223333:queue\"";
    let members = "\"Resource\": \"arn:aws:sqs:eu-west-1:111122223333:que$0ue\"";
    let expected = ["**sqs/queue**", "| region | `eu-west-1` |", "| account | `111122223333` |"];
    check(members, arn, &expected);
}

#[test]
fn a_managed_policy_tells_what_it_grants() {
    let arn = "\"arn:aws:iam::aws:policy/AmazonSQSFullAccess\"";
    let members = "\"Resource\": \"arn:aws:iam::aws:policy/AmazonSQSFull$0Access\"";
    let number = keyaki_ide::catalog().expand("sqs:*").len();
    let allows = format!("Allows up to **{number} actions**");
    check(members, arn, &["**AmazonSQSFullAccess** — managed policy", &allows]);
}

#[test]
fn a_key_tells_its_type_and_which_of_the_actions_carry_it() {
    let members = "\"Action\": [\"s3:ListBucket\", \"s3:GetObject\"], \
                   \"Condition\": {\"StringEquals\": {\"s3:pre$0fix\": \"a\"}}";
    let expected =
        ["**s3:prefix** — String — `s3`", "one value", "Of this statement's 2 actions, 1"];
    check(members, "\"s3:prefix\"", &expected);
}

#[test]
fn an_operator_tells_what_holds_without_the_key() {
    for (operator, expected) in [
        ("String$0Equals", "Key absent: false."),
        ("String$0NotEquals", "Key absent: true**, because the operator is negated"),
        ("String$0EqualsIfExists", "Key absent: true**, because of `IfExists`"),
        ("ForAllValues:String$0Equals", "Key absent: true."),
        ("ForAnyValue:String$0NotEquals", "Key absent: false."),
        ("Nu$0ll", "It works on absence itself"),
    ] {
        let (_, text) =
            told(&statement(&format!("\"Condition\": {{\"{operator}\": {{\"a:b\": \"c\"}}}}")));
        assert!(text.contains(expected), "{operator}: {text}");
    }
}

#[test]
fn a_variable_tells_its_key() {
    let members = "\"Resource\": \"arn:aws:s3:::b/${aws:user$0name}/*\"";
    check(members, "${aws:username}", &["**aws:username** — String — global"]);
}

#[test]
fn elements_are_explained() {
    let expected = ["everything that is not named", "Every action but these"];
    check("\"Not$0Action\": \"s3:*\"", "\"NotAction\"", &expected[1..]);
    check("\"Principal\": {\"AW$0S\": \"*\"}", "\"AWS\"", &["`*` is everybody"]);
}

#[test]
fn nothing_is_told_outside_of_policies() {
    let (document, offset) = at_cursor("{\"Action\": \"s3:Get$0Object\"}");
    assert_eq!(hover(&document, offset), None);
}

#[test]
fn what_is_told_before_the_rules_is_no_heading() {
    let (_, text) =
        told("{ \"Version\": \"2012-10-17\", \"Statement\": { \"Effect\": \"al$0low\" } }");
    assert!(text.contains("\n\n---\n\n`invalid-effect`"), "{text}");
}
