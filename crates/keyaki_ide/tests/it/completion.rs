//! What is offered, and what it puts in.

use keyaki_ide::{Completion, Completions, accounts, complete};

use crate::fixture::{applied, at_cursor, marked, statement};

fn offers(text: &str) -> Completions {
    let (document, offset) = at_cursor(text);
    complete(&document, offset, &[])
}

fn labels(text: &str) -> Vec<String> {
    offers(text).items.into_iter().map(|item| item.label).collect()
}

fn item(text: &str, label: &str) -> Completion {
    let found = offers(text);
    let labels: Vec<_> = found.items.iter().map(|item| item.label.clone()).collect();
    let item = found.items.into_iter().find(|item| item.label == label);
    item.unwrap_or_else(|| panic!("{label} is not among {labels:?}"))
}

/// The text after an offer was taken, stops with what stands there first.
fn taken(text: &str, label: &str) -> String {
    let item = item(text, label);
    let (text, offset) = marked(text);
    assert!(item.replace.start <= offset && offset <= item.replace.end, "{item:?}");
    let edit = keyaki_ide::Edit { range: item.replace, replacement: item.insertion.plain() };
    let edits: Vec<_> = item.also.into_iter().chain([edit]).collect();
    applied(&text, &edits)
}

fn has(text: &str, label: &str) -> bool {
    labels(text).iter().any(|found| found == label)
}

#[test]
fn an_empty_text_is_offered_a_whole_policy() {
    assert_eq!(labels("$0"), ["IAM policy", "IAM trust policy"]);
    assert!(taken("$0", "IAM policy").contains("\"Version\": \"2012-10-17\""));
}

#[test]
fn a_text_that_is_no_policy_is_offered_nothing() {
    for text in [
        "{\"name\": \"x\", $0}",
        "{\"dependencies\": {\"$0\": 1}}",
        "[$0]",
        "{\"Statement\": [{\"Effect\": \"Allow\"}]} // $0",
    ] {
        assert_eq!(labels(text), Vec::<String>::new(), "{text}");
    }
}

#[test]
fn elements_of_the_document_are_those_that_it_lacks() {
    assert_eq!(labels("{$0}"), ["Version", "Statement", "Id"]);
    assert_eq!(labels("{\"Version\": \"2012-10-17\", \"$0\"}"), ["Statement", "Id"]);
    assert_eq!(labels("{$0\n\"Statement\": []}"), ["Version", "Id"]);
}

#[test]
fn elements_of_a_statement_fit_the_kind_of_policy() {
    let identity = labels(&statement("\"Effect\": \"Allow\", \"Action\": \"s3:GetObject\", $0"));
    assert_eq!(identity, ["Sid", "Resource", "NotResource", "Condition"]);
    let trust = statement(
        "\"Effect\": \"Allow\", \"Action\": \"sts:AssumeRole\", \
         \"Principal\": {\"Service\": \"ec2.amazonaws.com\"}, \"$0\"",
    );
    assert_eq!(labels(&trust), ["Sid", "Condition"]);
}

#[test]
fn a_member_comes_with_its_value_and_the_commas_around_it() {
    let text = "{\"Version\": \"2012-10-17\"\n$0\n\"Id\": \"x\"}";
    let expected = "{\"Version\": \"2012-10-17\",\n\"Statement\": [";
    assert!(taken(text, "Statement").starts_with(expected));
    let text = statement("\"Effect\": \"Allow\", \"Ac$0");
    assert!(taken(&text, "Action").contains("\"Effect\": \"Allow\", \"Action\": \"\""), "{text}");
    let text = statement("\"Ef$0\": \"Allow\"");
    assert_eq!(taken(&text, "Effect"), statement("\"Effect\": \"Allow\""));
    let text = statement("Ef$0 \"Action\": \"*\"");
    assert_eq!(taken(&text, "Effect"), statement("\"Effect\": \"Allow\", \"Action\": \"*\""));
}

#[test]
fn fixed_values_are_offered() {
    assert_eq!(labels("{\"Version\": \"$0\"}"), ["2012-10-17", "2008-10-17"]);
    assert_eq!(labels(&statement("\"Effect\": $0")), ["Allow", "Deny"]);
    assert_eq!(taken("{\"Version\": $0}", "2012-10-17"), "{\"Version\": \"2012-10-17\"}");
}

#[test]
fn actions_of_a_service_come_with_their_level() {
    let text = statement("\"Action\": [\"s3:GetObj$0\"]");
    let first = offers(&text).items.into_iter().next().expect("something is offered");
    assert_eq!((&*first.label, &*first.detail), ("s3:GetObject", "Read"));
    assert_eq!(taken(&text, "s3:GetObject"), statement("\"Action\": [\"s3:GetObject\"]"));
}

#[test]
fn letters_may_be_left_out_and_wildcards_put_in() {
    assert!(has(&statement("\"Action\": \"s3:gobjtag$0\""), "s3:GetObjectTagging"));
    let text = statement("\"Action\": \"s3:*ObjectTagg$0\"");
    let found = labels(&text);
    let actions: Vec<_> = found.iter().filter(|label| !label.contains('*')).collect();
    assert!(actions.contains(&&"s3:PutObjectTagging".to_owned()), "{found:?}");
    assert!(actions.iter().all(|label| label.contains("ObjectTagg")), "{found:?}");
    assert!(item(&text, "s3:PutObjectTagging").filter.contains("s3:*ObjectTagg"));
    assert_eq!(item(&text, "s3:*ObjectTagg*").detail, "= 3 actions");
}

#[test]
fn patterns_say_how_many_actions_they_match() {
    let text = statement("\"Action\": \"s3:$0\"");
    let all = keyaki_ide::catalog().expand("s3:*").len();
    assert_eq!(item(&text, "s3:*").detail, format!("= {all} actions"));
    assert!(item(&text, "s3:Get*").detail.ends_with(" actions"));
}

#[test]
fn services_are_found_by_prefix_and_by_name() {
    let text = statement("\"Action\": \"lamb$0\"");
    let service = item(&text, "lambda:");
    assert_eq!((&*service.detail, service.continues), ("AWS Lambda", true));
    assert!(has(&statement("\"Action\": \"certificate man$0\""), "acm:"));
    assert!(has(&statement("\"Action\": \"GetObjec$0\""), "s3:GetObject"));
}

#[test]
fn actions_that_are_there_already_are_left_out() {
    let text = statement("\"Action\": [\"s3:GetObject\", \"s3:GetObj$0\"]");
    assert!(!has(&text, "s3:GetObject") && has(&text, "s3:GetObjectAcl"));
}

#[test]
fn an_unclosed_string_is_replaced_up_to_the_cursor() {
    let text = "{\"Version\": \"2012-10-17\", \"Statement\": [{\"Action\": [\"s3:GetObj$0\n  ]}]}";
    let expected =
        "{\"Version\": \"2012-10-17\", \"Statement\": [{\"Action\": [\"s3:GetObject\"\n  ]}]}";
    assert_eq!(taken(text, "s3:GetObject"), expected);
}

#[test]
fn resources_are_those_that_the_actions_take() {
    let text = statement("\"Action\": [\"s3:GetObject\"], \"Resource\": \"$0\"");
    let object = "arn:${Partition}:s3:::${BucketName}/${ObjectName}";
    assert_eq!(labels(&text).first().map(String::as_str), Some(object));
    let expected =
        "\"Action\": [\"s3:GetObject\"], \"Resource\": \"arn:aws:s3:::BucketName/ObjectName\"";
    assert_eq!(taken(&text, object), statement(expected));
    assert!(item(&text, object).insertion.has_stops());
    assert!(!has(&text, "arn:${Partition}:s3:::${BucketName}"));
}

#[test]
fn a_template_takes_the_only_account_of_the_document() {
    let text = statement(
        "\"Action\": \"sqs:SendMessage\", \
         \"Resource\": [\"arn:aws:sqs:eu-west-1:111122223333:a\", $0]",
    );
    let label = "arn:${Partition}:sqs:${Region}:${Account}:${QueueName}";
    assert!(taken(&text, label).contains("\"arn:aws:sqs:*:111122223333:QueueName\"]"));
}

#[test]
fn segments_of_an_arn_are_offered_one_by_one() {
    let at = |arn: &str| statement(&format!("\"Action\": \"sqs:*\", \"Resource\": \"{arn}\""));
    assert!(has(&at("arn:$0"), "aws-cn"));
    assert!(has(&at("arn:aws:sq$0:a"), "sqs"));
    assert!(has(&at("arn:aws:sqs:eu-$0"), "eu-central-1"));
    assert!(!has(&at("arn:aws-cn:sqs:$0"), "eu-central-1"));
    let text = at("arn:aws:sqs:eu-$0west:111122223333:q");
    assert_eq!(taken(&text, "eu-west-1"), at("arn:aws:sqs:eu-west-1:111122223333:q"));
}

#[test]
fn operators_that_fit_the_key_come_first() {
    let text = statement("\"Condition\": {\"$0\": {\"aws:SourceIp\": \"10.0.0.0/8\"}}");
    let found = labels(&text);
    assert_eq!(found.first().map(String::as_str), Some("IpAddress"), "{found:?}");
    let text = statement("\"Condition\": {$0}");
    let expected = "\"Condition\": {\"StringLike\": { \"\": \"\" }}";
    assert_eq!(taken(&text, "StringLike"), statement(expected));
    let text = statement("\"Condition\": {\"$0\": {\"aws:TagKeys\": \"a\"}}");
    assert!(labels(&text).first().is_some_and(|label| label.starts_with("ForA")));
}

#[test]
fn keys_are_those_that_the_actions_carry_and_the_global_ones() {
    let text =
        statement("\"Action\": \"s3:ListBucket\", \"Condition\": {\"StringEquals\": {\"$0\"}}");
    let found = labels(&text);
    let place = |label: &str| found.iter().position(|found| found == label);
    assert!(place("s3:prefix").is_some() && place("s3:prefix") < place("aws:SourceVpc"));
    assert_eq!(place("kms:ViaService"), None);
    let text = statement("\"Action\": \"s3:*\", \"Condition\": {\"IpAddress\": {$0}}");
    let found = labels(&text);
    assert!(found.iter().take(3).any(|label| label == "aws:SourceIp"), "{found:?}");
}

#[test]
fn values_fit_their_key() {
    let at = |condition: &str| statement(&format!("\"Condition\": {condition}"));
    let regions = at("{\"StringEquals\": {\"aws:RequestedRegion\": [\"$0\"]}}");
    assert!(has(&regions, "eu-central-1"));
    assert_eq!(labels(&at("{\"Bool\": {\"aws:SecureTransport\": \"$0\"}}")), ["false", "true"]);
    assert_eq!(labels(&at("{\"Null\": {\"aws:SourceIp\": \"$0\"}}")), ["false", "true"]);
    let account = "{\"StringEquals\": {\"aws:SourceAccount\": \"$0\", \
                   \"aws:PrincipalAccount\": \"111122223333\"}}";
    assert_eq!(labels(&at(account)), ["111122223333"]);
    let policies = at("{\"ArnEquals\": {\"iam:PolicyARN\": \"readonlyacc$0\"}}");
    assert!(has(&policies, "arn:aws:iam::aws:policy/ReadOnlyAccess"));
}

#[test]
fn variables_are_offered_where_one_begins() {
    let text = statement("\"Resource\": \"arn:aws:s3:::b/${$0\"");
    let expected = statement("\"Resource\": \"arn:aws:s3:::b/${aws:username}\"");
    assert_eq!(taken(&text, "${aws:username}"), expected);
    let text = statement("\"Resource\": \"arn:aws:s3:::b/${aws:us$0e}/x\"");
    let expected = statement("\"Resource\": \"arn:aws:s3:::b/${aws:userid}/x\"");
    assert_eq!(taken(&text, "${aws:userid}"), expected);
    assert!(!has(&text, "${aws:TagKeys}"));
}

#[test]
fn principals_fit_their_kind() {
    let at = |value: &str| {
        let rest = "\"Effect\": \"Allow\", \"Action\": \"sts:AssumeRole\"";
        statement(&format!("{rest}, \"Principal\": {value}"))
    };
    assert!(has(&at("{\"Service\": \"$0\"}"), "lambda.amazonaws.com"));
    assert!(has(&at("{\"Federated\": \"$0\"}"), "cognito-identity.amazonaws.com"));
    assert!(has(&at("{\"AWS\": [\"$0\"]}"), "arn:aws:iam::${Account}:role/${RoleName}"));
    assert_eq!(labels(&at("{\"$0\"}")), ["AWS", "Service", "Federated", "CanonicalUser"]);
    assert!(taken(&at("$0"), "Service").contains("\"Principal\": { \"Service\": \"\" }"));
}

#[test]
fn statements_are_offered_by_kind() {
    let found = labels("{\"Version\": \"2012-10-17\", \"Statement\": [$0]}");
    assert_eq!(found, ["allow actions", "deny actions"]);
    let text = "{\"Version\": \"2012-10-17\", \"Statement\": [{\"Effect\": \"Allow\", \
                \"Principal\": \"*\", \"Action\": \"s3:GetObject\", \"Resource\": \"*\"}, $0]}";
    assert!(has(text, "deny requests without TLS"));
}

#[test]
fn policies_inside_of_other_documents_are_completed() {
    let text = "{\"PolicyVersion\": {\"Document\": {\"Version\": \"2012-10-17\", \
                \"Statement\": {\"Effect\": \"$0\"}}}}";
    assert_eq!(labels(text), ["Allow", "Deny"]);
}

#[test]
fn nothing_is_offered_right_behind_a_finished_value() {
    assert_eq!(labels(&statement("\"Effect\": \"Allow\"$0")), Vec::<String>::new());
}

#[test]
fn accounts_of_other_documents_are_offered_with_where_they_were_seen() {
    let (text, offset) = crate::fixture::marked(
        "{\"Version\": \"2012-10-17\", \"Statement\": [{\"Effect\": \"Allow\", \"Action\": \"s3:GetObject\", \
         \"Resource\": \"*\", \"Condition\": {\"StringEquals\": {\"aws:ResourceAccount\": [\"111122223333\", \"$0\"]}}}]}",
    );
    let here = crate::fixture::document(&text);
    let other = crate::fixture::document("[\"arn:aws:iam::444455556666:root\", \"111122223333\"]");
    let found = complete(&here, offset, &[accounts(&other)]).items;
    let found: Vec<_> = found.iter().map(|i| (&*i.label, &*i.detail)).collect();
    assert!(found.contains(&("111122223333", "account of this document")), "{found:?}");
    assert!(found.contains(&("444455556666", "account of another document")), "{found:?}");
}
