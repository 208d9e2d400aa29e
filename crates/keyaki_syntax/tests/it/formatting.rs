//! What the formatter prints.

use keyaki_syntax::{FormatOptions, SyntaxErrorKind, Tree, format};

/// Formats, and checks that formatting again changes nothing.
fn formatted(text: &str, options: &FormatOptions<'_>) -> String {
    let once = format(&Tree::parse(text), options).expect("formattable");
    let twice = format(&Tree::parse(once.as_str()), options).expect("formattable again");
    assert_eq!(once, twice, "formatting is idempotent");
    once
}

fn check(text: &str, expected: &str) {
    assert_eq!(formatted(text, &FormatOptions::default()), expected);
}

#[test]
fn members_and_elements_get_lines_of_their_own() {
    check(
        r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:GetObject","s3:PutObject"],"Resource":[]},{}]}"#,
        r#"{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Effect": "Allow",
      "Action": ["s3:GetObject", "s3:PutObject"],
      "Resource": []
    },
    {}
  ]
}"#,
    );
}

#[test]
fn an_array_on_several_lines_stays_so() {
    check("[1,\n2, 3]\n", "[\n  1,\n  2,\n  3\n]\n");
}

#[test]
fn an_array_that_is_too_long_is_broken() {
    let options = FormatOptions { line_width: 10, ..FormatOptions::default() };
    assert_eq!(formatted("[111,222]", &options), "[111, 222]");
    assert_eq!(formatted("[111,2222]", &options), "[\n  111,\n  2222\n]");
    let comma_counts = formatted("[[1,22,3],[44,55]]", &options);
    assert_eq!(comma_counts, "[\n  [\n    1,\n    22,\n    3\n  ],\n  [44, 55]\n]");
}

#[test]
fn strings_and_numbers_keep_their_spelling() {
    check(r#"["\u0041\/", 1.0e+5, -0]"#, r#"["\u0041\/", 1.0e+5, -0]"#);
}

#[test]
fn line_endings_and_byte_order_mark_are_kept() {
    check(
        "\u{feff}{\"a\":1,\r\n\"b\":2}\r\n\r\n",
        "\u{feff}{\r\n  \"a\": 1,\r\n  \"b\": 2\r\n}\r\n",
    );
    check("{\"a\":1}", "{\n  \"a\": 1\n}");
}

#[test]
fn one_blank_line_is_kept() {
    check(
        "\n\n{\n\n\"a\": 1,\n\n\n\"b\": 2,\n\"c\": 3\n\n}",
        "{\n  \"a\": 1,\n\n  \"b\": 2,\n  \"c\": 3\n}",
    );
}

#[test]
fn comments_stay_in_their_places() {
    let text = r#"// head

/* two
   lines */ { // opening
  // before a
  "a": /* inner */ 1, // after a
  /* inline */ "b": [ 1, /* two */ 2 ] /* after b */,

  // before c
  "c" // inner
    : { /* alone */ },
  "d": [ // opening
  ], // after d
  // dangling
}
// foot"#;
    let expected = r#"// head

/* two
   lines */ { // opening
  // before a
  "a": /* inner */ 1, // after a
  /* inline */ "b": [
    1,
    /* two */ 2
  ], /* after b */

  // before c
  "c": // inner
    {
    /* alone */
  },
  "d": [ // opening
  ] // after d
  // dangling
}
// foot"#;
    check(text, expected);
}

#[test]
fn trailing_commas_are_left_out() {
    check("{\"a\": [1,], }", "{\n  \"a\": [1]\n}");
}

#[test]
fn members_are_sorted_on_request() {
    let order = |path: &[&str]| -> &[&str] {
        match path {
            [] => &["Version", "Statement"],
            ["Statement"] => &["Sid", "Effect"],
            _ => &[],
        }
    };
    let options = FormatOptions { member_order: Some(&order), ..FormatOptions::default() };
    let text = r#"{
  // what
  "Statement": [{"z": {"b": 1, "Sid": 2}, "Effect": "Allow", "y": 1, "Sid": "A", "Effect": "Deny"}], // that
  "Version": "2012-10-17"
}
"#;
    let expected = r#"{
  "Version": "2012-10-17",
  // what
  "Statement": [
    {
      "Sid": "A",
      "Effect": "Allow",
      "Effect": "Deny",
      "z": {
        "b": 1,
        "Sid": 2
      },
      "y": 1
    }
  ] // that
}
"#;
    assert_eq!(formatted(text, &options), expected);
}

#[test]
fn the_deepest_document_is_formatted() {
    let text = format!("{}{}", "[".repeat(Tree::MAX_DEPTH), "]".repeat(Tree::MAX_DEPTH));
    let lines = formatted(&text, &FormatOptions::default()).lines().count();
    assert_eq!(lines, 2 * Tree::MAX_DEPTH - 1);
}

#[test]
fn broken_documents_are_refused() {
    let refuse = |text: &str| {
        let error = format(&Tree::parse(text), &FormatOptions::default()).expect_err("refused");
        (error.error.kind, error.to_string())
    };
    assert_eq!(refuse("{\"a\": 1 \"b\": 2}").0, SyntaxErrorKind::MissingComma);
    assert_eq!(refuse("").0, SyntaxErrorKind::Empty);
    assert_eq!(refuse("// {\n[01]").1, "cannot be formatted: number that JSON does not allow");
    let comments = "/**/".repeat(Tree::MAX_ERRORS + 1);
    assert_eq!(refuse(&format!("{comments}[1 2]")).0, SyntaxErrorKind::Comment);
}
