//! One mistake gives one error, at its place.
//!
//! Below the line that an error is on stands what is wrong: carets under the range, from its
//! start to its end or to the line end, and the kind.

use keyaki_syntax::{SyntaxError, Tree};

/// Compares the errors of the unmarked text with the marks.
fn check(marked: &str) {
    let lines: Vec<&str> = marked.lines().collect();
    let text: Vec<&str> = lines.iter().copied().filter(|line| !is_mark(line)).collect();
    let text = text.join("\n");
    let tree = Tree::parse(text.as_str());
    let actual = annotate(&text, tree.errors());
    assert_eq!(actual, lines.join("\n"), "\n{}", tree.dump());
}

fn is_mark(line: &str) -> bool {
    line.trim_start().starts_with('^')
}

fn annotate(text: &str, errors: &[SyntaxError]) -> String {
    let mut out = Vec::new();
    let mut offset = 0;
    for line in text.split('\n') {
        out.push(line.to_owned());
        let range = offset..offset + line.len() + 1;
        for error in errors.iter().filter(|e| range.contains(&(e.range.start as usize))) {
            let start = error.range.start as usize - offset;
            let end = (error.range.end as usize - offset).min(line.len());
            let indent = line[..start].chars().count();
            let width = line.get(start..end).map_or(0, |part| part.chars().count()).max(1);
            out.push(format!("{:indent$}{:^<width$} {:?}", "", "", error.kind));
        }
        offset = range.end;
    }
    out.join("\n")
}

macro_rules! broken {
    ($($name:ident: $text:literal;)*) => {
        $(#[test] fn $name() { check($text); })*
    };
}

broken! {
    good_policy: r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*"}]}"#;
    missing_comma_between_members: r#"{
  "Effect": "Allow"
                  ^ MissingComma
  "Action": "*"
}"#;
    missing_comma_between_elements: r#"{"Action": ["s3:Get*" "s3:Put*"]}
                    ^ MissingComma"#;
    missing_comma_between_statements: r#"[{"Effect": "Allow"} {"Effect": "Deny"}]
                   ^ MissingComma"#;
    missing_comma_before_an_element_like_a_name: r#"{"Action": "s3:Get*" "s3:Put*"}
                   ^ MissingComma"#;
    trailing_comma_in_object: r#"{"Effect": "Allow",}
                  ^ TrailingComma"#;
    trailing_comma_in_array: r#"{"Action": ["a", "b",
                    ^ TrailingComma
]}"#;
    lone_comma: r#"[,]
 ^ UnexpectedCharacter"#;
    doubled_comma: r#"{"Action": ["a",, "b"],, "Effect": "Allow"}
                ^ UnexpectedCharacter
                       ^ UnexpectedCharacter"#;
    leading_comma: r#"{, "a": 1}
 ^ UnexpectedCharacter"#;
    missing_colon: r#"{"Effect" "Allow", "Action": "*"}
 ^^^^^^^^ MissingColon"#;
    missing_colon_before_object: r#"{"Condition" {"Bool": {}}}
 ^^^^^^^^^^^ MissingColon"#;
    equals_for_colon: r#"{"Effect" = "Allow", "Action" => "*"}
          ^ UnexpectedCharacter
                              ^^ UnexpectedCharacter"#;
    doubled_colon: r#"{"Effect":: "Allow"}
          ^ UnexpectedCharacter"#;
    two_colons_in_a_member: r#"{"Bool": "kms:MultiRegion": true, "a": 1}
                          ^ UnexpectedCharacter"#;
    comma_for_colon: r#"{"Effect", "Allow"}
 ^^^^^^^^ MissingColon"#;
    object_for_array: r#"{"Action": {"s3:Get*", "s3:Put*", "s3:List*"}, "Effect": "Allow"}
            ^^^^^^^^^ MissingColon"#;
    array_for_object: r#"{"Bool": ["aws:SecureTransport": "true", "a": "b"], "Effect": "Allow"}
                               ^ UnexpectedCharacter"#;
    missing_value: r#"{"Effect": , "Action": "*"}
         ^ MissingValue"#;
    missing_last_value: r#"{"Effect": "Allow", "Action":}
                            ^ MissingValue"#;
    name_alone: r#"{"Effect": "Allow", "Action"}
                    ^^^^^^^^ MissingColon"#;
    unclosed_array_before_brace: r#"{"Statement": [{"Action": ["a", "b"}, {"Action": "c"}]}
                          ^ UnclosedBracket"#;
    unclosed_array_before_name: r#"{
  "Action": ["a", "b",
            ^ UnclosedBracket
  "Effect": "Allow"
}"#;
    unclosed_array_before_name_without_comma: r#"{
  "Action": ["a", "b"
            ^ UnclosedBracket
  "Effect": "Allow"
}"#;
    two_unclosed_arrays: r#"{"Action": ["a", "Resource": ["b", "Effect": "Allow"}
           ^ UnclosedBracket
                             ^ UnclosedBracket"#;
    unclosed_statement: r#"{"Statement": [{"Action": "a", {"Action": "b"}, {"Action": "c"}]}
               ^ UnclosedBracket"#;
    unclosed_document: r#"{"Statement": [{"Action": "a"}]
^ UnclosedBracket"#;
    truncated_after_colon: r#"{"Statement": [{"Action":
               ^ UnclosedBracket"#;
    truncated_after_comma: r#"{"Statement": [{"Action": ["a",
                          ^ UnclosedBracket"#;
    truncated_in_string: r#"{"Statement": [{"Action": ["a", "b
                                ^^ UnterminatedString"#;
    doubled_braces: r#"{{"a": 1}}
 ^ MissingName"#;
    a_stray_brace_and_an_unclosed_array: r#"{"Statement": [{"Action": "a"}}, {"Action": ["b"}]}
                              ^ StrayBracket
                                            ^ UnclosedBracket"#;
    stray_brace: r#"{"Statement": [{"Action": "a"}}]}
                              ^ StrayBracket"#;
    stray_bracket_at_the_end: r#"{"Action": "a"}]
               ^ StrayBracket"#;
    stray_bracket_alone: "]
^ StrayBracket";
    wrong_closing_bracket: r#"{"Statement": [{"Action": "a"]]}
                             ^ StrayBracket"#;
    bracket_for_brace_at_the_end: r#"{"Statement": {"Action": "a"]}
                            ^ StrayBracket"#;
    unquoted_names: r#"{Effect: "Allow", Action: "*"}
 ^^^^^^ UnknownWord
                  ^^^^^^ UnknownWord"#;
    unquoted_value: r#"{"Effect": Allow, "Action": s3:Get*, "Resource": arn:aws:s3:::b}
           ^^^^^ UnknownWord
                            ^^^^^^^ UnknownWord
                                                 ^^^^^^^^^^^^^^ UnknownWord"#;
    python_words: r#"{"a": True, "b": None, "c": [False]}
      ^^^^ UnknownWord
                 ^^^^ UnknownWord
                             ^^^^^ UnknownWord"#;
    typographic_quotes: "{“Effect”: “Allow all”}
 ^^^^^^^^ UnknownWord
           ^^^^^^^^^^^ UnknownWord";
    single_quotes: r#"{'Effect': 'Allow', "Sid": 'it"s'}
 ^^^^^^^^ SingleQuotes
           ^^^^^^^ SingleQuotes
                           ^^^^^^ SingleQuotes"#;
    placeholder: r#"{"Resource": <your-bucket>, "a": 1}
             ^^^^^^^^^^^^^ UnexpectedCharacter"#;
    template_placeholders: r#"{"Policy": {{policy}}, "VPC": ["a", ${VPC_ID:x}, "${b}"]}
           ^^^^^^^^^^ UnknownWord
                                    ^^^^^^^^^^^ UnknownWord"#;
    dots_after_a_comma: r#"{"Statement": [1, ...]}
                  ^^^ UnexpectedCharacter"#;
    dots: r#"{"Statement": [...]}
               ^^^ UnexpectedCharacter"#;
    semicolons: r#"{"a": 1; "b": 2}
       ^ UnexpectedCharacter"#;
    no_break_space: "{\"a\":\u{a0}1}
     ^ UnexpectedCharacter";
    numbers: r#"{"a": 01, "b": +1, "c": .5, "d": 0x1F, "e": NaN, "f": 1., "g": -Infinity}
      ^^ InvalidNumber
               ^^ InvalidNumber
                        ^^ InvalidNumber
                                 ^^^^ InvalidNumber
                                            ^^^ InvalidNumber
                                                      ^^ InvalidNumber
                                                               ^^^^^^^^^ InvalidNumber"#;
    bare_date: r#"{"Version": 2012-10-17}
            ^^^^^^^^^^ InvalidNumber"#;
    number_for_name: r#"{1: "a", null: "b", "c": 1}
 ^ MissingName
         ^^^^ MissingName"#;
    object_for_name: r#"{{"a": 1}, "b": 2}
 ^ MissingName"#;
    name_missing: r#"{: 1, "b": 2}
 ^ MissingName"#;
    missing_closing_quote_of_value: r#"{
  "Effect": "Allow,
            ^^^^^^^ UnterminatedString
  "Action": "*"
}"#;
    missing_closing_quote_of_name: r#"{
  "Effect: "Allow",
                 ^^ UnterminatedString
  "Action": "*"
}"#;
    missing_opening_quote: r#"{
  "Effect": Allow",
                 ^^ UnterminatedString
  "Action": "*"
}"#;
    missing_closing_quote_before_bracket: r#"{"Action": ["a", "b]}
                 ^^^^ UnterminatedString"#;
    a_string_over_two_lines: r#"{
  "Sid": "Allow access for all principals in the
                                                ^ ControlCharacter
account",
  "Action": "*"
}"#;
    two_lines_without_closing_quotes: r#"{
  "Effect": "Allow,
            ^^^^^^^ UnterminatedString
  "Action: "*",
             ^^ UnterminatedString
  "Resource": "*"
}"#;
    doubled_quotes: r#"{""Sid"": ""a"", "Effect": "Allow"}
   ^^^ UnknownWord
            ^ UnknownWord"#;
    quotes_inside_a_string: r#"{"Sid": "the "best" one"}
              ^^^^ UnknownWord"#;
    bad_escape: r#"{"Resource": "a\d\u12", "Sid": "b"}
               ^^ InvalidEscape
                 ^^ InvalidEscape"#;
    raw_tab: "{\"Sid\": \"a\tb\"}
          ^ ControlCharacter";
    lone_surrogate: r#"{"Sid": "\ud83d\ude00 \ud83d"}
                      ^^^^^^ LoneSurrogate"#;
    comments: r#"// first
^^^^^^^^ Comment
{"a": /* one */ 1, // two
      ^^^^^^^^^ Comment
                   ^^^^^^ Comment
 "b": 2}"#;
    open_comment: r#"{"a": 1 /* }
        ^^^^ UnterminatedComment"#;
    duplicate_member: r#"{"Action": "a", "Effect": "Allow", "\u0041ction": "b", "action": "c"}
                                   ^^^^^^^^^^^^^ DuplicateMember"#;
    two_documents: r#"{"a": 1} {"b": x}
         ^^^^^^^^ TrailingContent"#;
    comma_after_the_document: r#"{"a": 1},
        ^ TrailingContent"#;
    members_without_braces: r#""Effect": "Allow", "Action": "*"
        ^^^^^^^^^^^^^^^^^^^^^^^^ TrailingContent"#;
    nothing: "
^ Empty";
    plain_text: "this is no policy
^^^^^^^^^^^^^^^^^ UnknownWord";
}
