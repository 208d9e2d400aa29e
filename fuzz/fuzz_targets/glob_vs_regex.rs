//! A glob and a text: both matchers say what a regular expression says, and inclusion and
//! intersection do not contradict them. The input is two globs and a text, one a line.
#![no_main]

use keyaki_ir::glob::{self, Case, Piece};
use libfuzzer_sys::fuzz_target;
use regex::RegexBuilder;

fuzz_target!(|bytes: &[u8]| {
    let Ok(input) = std::str::from_utf8(bytes) else { return };
    let mut lines = input.splitn(3, '\n');
    let (Some(one), Some(other), Some(text)) = (lines.next(), lines.next(), lines.next()) else {
        return;
    };
    if one.len() + other.len() > 200 {
        return;
    }
    let [in_one, in_other] = [one, other].map(|pattern| {
        let matches = glob::matches(pattern, text, Case::Sensitive);
        assert_eq!(matches, by_regex(pattern, text), "{pattern:?} on {text:?}");
        let pieces = glob::matches_pieces(&[Piece::Glob(pattern)], text, Case::Sensitive);
        assert_eq!(matches, pieces, "{pattern:?} on {text:?} in pieces");
        matches
    });
    let meets = glob::intersects(one, other, Case::Sensitive);
    assert!(meets || !(in_one && in_other), "{one:?} and {other:?} meet in {text:?}");
    let holds = glob::includes(one, other, Case::Sensitive);
    assert!(!holds || in_one || !in_other, "{one:?} does not include {other:?}: {text:?}");
});

fn by_regex(pattern: &str, text: &str) -> bool {
    let mut expression = "^".to_owned();
    for c in pattern.chars() {
        match c {
            '*' => expression.push_str(".*"),
            '?' => expression.push('.'),
            c => expression.push_str(&regex::escape(&c.to_string())),
        }
    }
    expression.push('$');
    let built = RegexBuilder::new(&expression).dot_matches_new_line(true).build();
    built.is_ok_and(|regex| regex.is_match(text))
}
