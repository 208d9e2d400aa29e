//! What trees hold.

use keyaki_syntax::{NodeKind, SyntaxErrorKind, Tree};

fn kinds(tree: &Tree) -> Vec<SyntaxErrorKind> {
    tree.errors().iter().map(|e| e.kind).collect()
}

#[test]
fn a_tree_is_dumped_line_by_line() {
    let tree = Tree::parse(r#"{"a": [1, true, null], "b": "x"}"#);
    let expected = r#"Object 0..32
  Member 1..21
    String 1..4 "a"
    Array 6..21
      Number 7..8 1
      Bool 10..14 true
      Null 16..20 null
  Member 23..31
    String 23..26 "b"
    String 28..31 "x"
"#;
    assert_eq!(tree.dump(), expected);
}

#[test]
fn a_broken_policy_keeps_all_that_could_be_read() {
    let text = "{\"Effect\" \"Allow\", \"Action\": [\"a\" \"b\", \"Resource\": \"*\"\n";
    let tree = Tree::parse(text);
    let root = tree.root().expect("root");
    assert_eq!(root.get("Effect").and_then(|v| v.as_str()), Some("Allow"));
    assert_eq!(root.get("Resource").and_then(|v| v.as_str()), Some("*"));
    let actions: Vec<_> = root.get("Action").expect("action").elements().collect();
    assert_eq!(actions.len(), 2);
}

#[test]
fn escapes_are_decoded_and_map_back() {
    let text = r#"["a\u00e9\n𝄞\ud834\udd1e\/z"]"#;
    let tree = Tree::parse(text);
    let value = tree.root().and_then(|r| r.elements().next()).expect("string");
    let decoded = value.as_str().expect("string");
    assert_eq!(decoded, "aé\n𝄞𝄞/z");
    let part = |from: &str| {
        let start = decoded.find(from).expect("part");
        value.inner_range(start..start + from.len()).slice(text)
    };
    assert_eq!(part("é"), r"\u00e9");
    assert_eq!(part("\n"), r"\n");
    assert_eq!(part("𝄞𝄞"), r"𝄞\ud834\udd1e");
    assert_eq!(part("/z"), r"\/z");
    assert_eq!(part("a"), "a");
}

#[test]
fn lone_surrogates_become_replacement_characters() {
    let tree = Tree::parse(r#"["\udd1e\ud834x"]"#);
    let value = tree.root().and_then(|r| r.elements().next()).expect("string");
    assert_eq!(value.as_str(), Some("\u{fffd}\u{fffd}x"));
    assert_eq!(kinds(&tree), [SyntaxErrorKind::LoneSurrogate; 2]);
}

#[test]
fn strings_without_end_keep_their_last_character() {
    let tree = Tree::parse("[\"abc\n]");
    let value = tree.root().and_then(|r| r.elements().next()).expect("string");
    assert_eq!(value.as_str(), Some("abc"));
}

#[test]
fn a_byte_order_mark_is_accepted() {
    let tree = Tree::parse("\u{feff}{}");
    assert_eq!(kinds(&tree), []);
    assert_eq!(tree.root().map(|r| r.kind()), Some(NodeKind::Object));
    assert_eq!(kinds(&Tree::parse("{\u{feff}}")), [SyntaxErrorKind::UnexpectedCharacter]);
}

#[test]
fn bad_utf8_is_reported_where_it_is() {
    let tree = Tree::parse_bytes(b"{\"a\": \"x\xff\xfey\"}");
    assert_eq!(kinds(&tree), [SyntaxErrorKind::InvalidUtf8]);
    assert_eq!(tree.errors()[0].range.slice(tree.source()), "\u{fffd}\u{fffd}");
    let outside = Tree::parse_bytes(b"{\"a\": 1\xff}");
    assert_eq!(kinds(&outside), [SyntaxErrorKind::InvalidUtf8]);
    let utf16 = Tree::parse_bytes(b"\xff\xfe{\0}\0");
    assert_eq!(kinds(&utf16), [SyntaxErrorKind::InvalidUtf8]);
}

#[test]
fn nesting_is_allowed_up_to_the_limit() {
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    assert_eq!(kinds(&Tree::parse(nested(Tree::MAX_DEPTH))), []);
    let deep = Tree::parse(nested(Tree::MAX_DEPTH + 2));
    assert_eq!(kinds(&deep), [SyntaxErrorKind::TooDeep]);
    let error = deep.values().last().expect("node");
    assert_eq!((error.kind(), error.source()), (NodeKind::Error, "[[]]"));
}

#[test]
fn a_million_brackets_are_one_error() {
    for bracket in ["[", "{\"a\":", "[{\"a\":"] {
        let tree = Tree::parse(bracket.repeat(1_000_000));
        assert_eq!(kinds(&tree), [SyntaxErrorKind::TooDeep], "{bracket}");
    }
    let stray = Tree::parse("]".repeat(1_000_000));
    assert!(!stray.errors().is_empty());
    assert!(!Tree::parse("{]".repeat(1_000_000)).errors().is_empty());
}

#[test]
fn a_text_that_is_too_long_is_not_read() {
    let tree = Tree::parse(" ".repeat(Tree::MAX_LENGTH + 1));
    assert_eq!(kinds(&tree), [SyntaxErrorKind::TooLong]);
    assert_eq!(tree.tokens().count(), 1);
    let bytes = vec![b' '; Tree::MAX_LENGTH + 1];
    assert_eq!(kinds(&Tree::parse_bytes(&bytes)), [SyntaxErrorKind::TooLong]);
}

#[test]
fn many_members_are_searched_for_duplicates_in_linear_time() {
    let members: Vec<String> = (0..100_000).map(|i| format!("\"k{}\": 0", i % 99_999)).collect();
    let tree = Tree::parse(format!("{{{}}}", members.join(",")));
    assert_eq!(kinds(&tree), [SyntaxErrorKind::DuplicateMember]);
    assert_eq!(tree.errors()[0].range.slice(tree.source()), "\"k0\"");
}
