//! Globs on all small patterns and texts: `keyaki_test_support::differ::globs`.

use keyaki_test_support::differ::globs::{differences, matchers, pairs};

#[test]
fn matchers_follow_the_definition_on_all_small_texts() {
    assert_eq!(matchers(3, 4), Ok(259 * 341));
}

#[test]
fn inclusion_and_intersection_follow_enumeration() {
    assert_eq!(pairs(2, 5), Ok(43 * 43));
}

#[test]
fn the_engine_finds_a_text_exactly_where_one_is_left() {
    assert_eq!(differences(2, 5, 1), Ok(2 * 43 * 43));
    assert!(differences(3, 5, 997).is_ok_and(|count| count > 100));
}
