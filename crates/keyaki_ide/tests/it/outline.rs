//! Symbols, folds, selections.

use keyaki_ide::{folds, selection, symbols};

use crate::fixture::{at_cursor, document, parts, statement};

#[test]
fn statements_are_symbols_by_their_sid_or_number() {
    let text = "{\"Version\": \"2012-10-17\", \"Statement\": [\
        {\"Sid\": \"Read\", \"Effect\": \"Allow\", \"Action\": [\"s3:Get*\", \"s3:List*\", \"sqs:*\"], \"Resource\": \"*\"},\
        {\"Effect\": \"Deny\", \"NotAction\": \"iam:*\", \"Resource\": \"*\"}]}";
    let document = document(text);
    let found = symbols(&document);
    let told: Vec<_> = found.iter().map(|s| (s.name.as_str(), s.detail.as_str())).collect();
    assert_eq!(
        told,
        [("Read", "Allow s3:Get*, s3:List* and 1 more"), ("Statement 2", "Deny all but iam:*")]
    );
    assert_eq!(parts(&document, &[found[0].selection]), ["Read"]);
}

#[test]
fn several_policies_in_a_document_have_their_statements_below_them() {
    let policy = statement("\"Sid\": \"A\", \"Effect\": \"Allow\"");
    let document = document(&format!("{{\"a\": {policy}, \"b\": {policy}}}"));
    let found = symbols(&document);
    let told: Vec<_> = found.iter().map(|s| (s.name.as_str(), s.children.len())).collect();
    assert_eq!(told, [("/a", 1), ("/b", 1)]);
}

#[test]
fn objects_and_lists_over_several_lines_fold() {
    let text = "{\n\"Version\": \"2012-10-17\",\n\"Statement\": [\n{\n\"Effect\": \"Allow\",\n\
                \"Action\": [\"s3:GetObject\"]\n}\n]\n}";
    let summaries: Vec<_> = folds(&document(text)).into_iter().map(|fold| fold.summary).collect();
    assert_eq!(summaries, [None, None, Some("Allow s3:GetObject".to_owned())]);
}

#[test]
fn a_selection_grows_from_the_text_of_a_string_outwards() {
    let (document, offset) = at_cursor("{\"Statement\": [{\"Effect\": \"Al$0low\"}]}\n");
    let expected = [
        "Allow",
        "\"Allow\"",
        "\"Effect\": \"Allow\"",
        "{\"Effect\": \"Allow\"}",
        "[{\"Effect\": \"Allow\"}]",
        "\"Statement\": [{\"Effect\": \"Allow\"}]",
        "{\"Statement\": [{\"Effect\": \"Allow\"}]}",
        "{\"Statement\": [{\"Effect\": \"Allow\"}]}\n",
    ];
    assert_eq!(parts(&document, &selection(&document, offset)), expected);
}
