//! Formatting as edits.

use keyaki_ide::{TextRange, format, format_range};

use crate::fixture::{applied, document};

const UNEVEN: &str = "{ \"Version\":\"2012-10-17\",\n\n\n\"Statement\":[{\"Effect\":\"Allow\", // why\n\
                      \"Action\":[\"s3:GetObject\",\n\"s3:PutObject\",],\"Resource\":\"*\"}]}";

const EVEN: &str = "{\n  \"Version\": \"2012-10-17\",\n\n  \"Statement\": [\n    {\n      \
                    \"Effect\": \"Allow\", // why\n      \"Action\": [\n        \
                    \"s3:GetObject\",\n        \"s3:PutObject\"\n      ],\n      \
                    \"Resource\": \"*\"\n    }\n  ]\n}";

#[test]
fn edits_lay_out_the_text_and_touch_space_alone() {
    let document = document(UNEVEN);
    let edits = format(&document);
    assert_eq!(applied(UNEVEN, &edits), EVEN);
    for edit in &edits {
        let taken = edit.range.slice(UNEVEN);
        assert!(taken.chars().all(|c| c.is_whitespace() || c == ','), "{taken:?}");
    }
}

#[test]
fn an_even_text_needs_no_edit() {
    assert_eq!(format(&document(EVEN)), []);
}

#[test]
fn a_part_is_laid_out_alone() {
    let document = document(UNEVEN);
    let action = UNEVEN.find("\"Action\"").expect("an action") as u32;
    let edits = format_range(&document, TextRange::new(action, action + 8));
    let text = applied(UNEVEN, &edits);
    assert!(text.starts_with("{ \"Version\":\"2012"), "{text}");
    assert!(text.contains("// why\n      \"Action\":[\"s3:GetObject\",\n\"s3"), "{text}");
}

#[test]
fn broken_texts_and_other_documents_are_left_as_they_are() {
    assert_eq!(format(&document("{\"Version\": \"2012-10-17\", \"Statement\": [}")), []);
    assert_eq!(format(&document("{\"a\":1}")), []);
}
