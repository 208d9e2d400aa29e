//! Highlights, definitions, renaming.

use keyaki_ide::{definition, occurrences, renamable, rename};

use crate::fixture::{applied, at_cursor, parts};

const TWO: &str = "{\"Version\": \"2012-10-17\", \"Statement\": [\
    {\"Sid\": \"Re$0ad\", \"Effect\": \"Allow\", \"Action\": [\"s3:Get*\", \"s3:PutObject\"], \"Resource\": \"*\"},\
    {\"Sid\": \"Read\", \"Effect\": \"Deny\", \"Action\": \"s3:GetObject\", \"Resource\": \"*\"}]}";

#[test]
fn the_same_sid_is_found_and_renamed_everywhere() {
    let (document, offset) = at_cursor(TWO);
    let found = occurrences(&document, offset);
    assert_eq!(parts(&document, &found), ["Read", "Read"]);
    assert_eq!(definition(&document, offset), found.first().copied());
    assert_eq!(renamable(&document, offset), found.first().copied());
    let edits = rename(&document, offset, "List").expect("a good name");
    let text = applied(document.text(), &edits);
    assert_eq!(text.matches("\"Sid\": \"List\"").count(), 2);
}

#[test]
fn names_that_a_sid_cannot_have_are_refused() {
    let (document, offset) = at_cursor(TWO);
    for name in ["", "a b", "a\"b", "é"] {
        assert!(rename(&document, offset, name).is_err(), "{name}");
    }
    assert!(rename(&document, 3, "Fine").is_err());
}

#[test]
fn an_action_is_the_same_thing_where_a_pattern_matches_it() {
    let (document, offset) =
        at_cursor(&TWO.replace("$0", "").replace("s3:GetObject", "s3:Get$0Object"));
    assert_eq!(parts(&document, &occurrences(&document, offset)), ["s3:Get*", "s3:GetObject"]);
}

#[test]
fn what_is_no_sid_cannot_be_renamed() {
    let (document, offset) =
        at_cursor(&TWO.replace("$0", "").replace("s3:GetObject", "s3:Get$0Object"));
    assert_eq!((definition(&document, offset), renamable(&document, offset)), (None, None));
}
