//! Pointers and offsets.

use keyaki_syntax::{NodeKind, Tree};

const POLICY: &str = r#"{"Statement": [{"Action": ["a", "b"], "x/y~z": {"": null}}], "n": 1}"#;

#[test]
fn every_value_has_a_pointer_that_leads_back() {
    let tree = Tree::parse(POLICY);
    for value in tree.values() {
        let resolved = tree.resolve(&tree.pointer(value.id())).expect("resolves").id();
        let expected = match (value.as_member(), value.parent().and_then(|p| p.as_member())) {
            (Some(member), _) | (None, Some(member)) => member.value().expect("value").id(),
            (None, None) => value.id(),
        };
        assert_eq!(resolved, expected, "{}", value.source());
    }
}

#[test]
fn pointers_are_escaped_as_rfc_6901_says() {
    let tree = Tree::parse(POLICY);
    let null = tree.values().find(|v| v.kind() == NodeKind::Null).expect("null");
    assert_eq!(tree.pointer(null.id()), "/Statement/0/x~1y~0z/");
}

#[test]
fn the_last_of_several_members_wins() {
    let tree = Tree::parse(r#"{"a": 1, "a": 2}"#);
    assert_eq!(tree.resolve("/a").map(|v| v.source()), Some("2"));
    let first = tree.values().find(|v| v.source() == "1").expect("first");
    assert_eq!(tree.pointer(first.id()), "/a");
}

#[test]
fn pointers_that_lead_nowhere_give_nothing() {
    let tree = Tree::parse(POLICY);
    for pointer in ["n", "/m", "/Statement/1", "/Statement/00", "/Statement/-", "/n/0", "/~2"] {
        assert!(tree.resolve(pointer).is_none(), "{pointer}");
    }
    assert!(Tree::parse("").resolve("").is_none());
}

#[test]
fn the_innermost_node_is_found() {
    let tree = Tree::parse(POLICY);
    let at = |text: &str, shift: usize| {
        let offset = POLICY.find(text).expect("text") + shift;
        tree.node_at(offset as u32).map(|v| v.source())
    };
    assert_eq!(at("\"Action\"", 3), Some("\"Action\""));
    assert_eq!(at("\"b\"", 0), Some("\"b\""));
    assert_eq!(at("\"b\"", 3), Some("\"b\""));
    assert_eq!(at(", \"b\"", 1), Some(r#"["a", "b"]"#));
    assert_eq!(at("1}", 0), Some("1"));
    assert_eq!(at("1}", 2), Some(POLICY));
    assert_eq!(at("1}", 9), None);
}
