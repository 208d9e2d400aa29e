//! Hints and links.

use keyaki_ide::{catalog, hints, links};

use crate::fixture::{document, parts, statement, whole};

#[test]
fn patterns_have_hints_and_plain_actions_have_none() {
    let text = statement("\"Action\": [\"sqs:*Queue*\", \"s3:GetObject\", \"iam:?assRole\"]");
    let document = document(&text);
    let found = hints(&document, whole(&document));
    let number = catalog().expand("sqs:*Queue*").len();
    let labels: Vec<_> = found.iter().map(|hint| hint.label.clone()).collect();
    assert_eq!(labels, [format!("= {number} actions"), "= 1 action".to_owned()]);
    let end = text.find("\"sqs:*Queue*\"").expect("the pattern") + "\"sqs:*Queue*\"".len();
    assert_eq!(found[0].offset, end as u32);
}

#[test]
fn managed_policies_lead_to_their_page() {
    let arn = "arn:aws:iam::aws:policy/ReadOnlyAccess";
    let text = statement(&format!(
        "\"Action\": \"iam:AttachRolePolicy\", \"Resource\": \"*\", \
         \"Condition\": {{\"ArnEquals\": {{\"iam:PolicyARN\": [\"{arn}\", \"arn:aws:iam::1:policy/x\"]}}}}"
    ));
    let document = document(&text);
    let found = links(&document);
    let ranges: Vec<_> = found.iter().map(|link| link.range).collect();
    assert_eq!(parts(&document, &ranges), [arn]);
    assert!(found[0].target.ends_with("/ReadOnlyAccess.html"));
}
