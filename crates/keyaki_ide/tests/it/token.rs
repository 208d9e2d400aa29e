//! Tokens with meaning.

use keyaki_ide::{TokenKind, TokenModifier, tokens};

use crate::fixture::{document, statement, whole};

#[test]
fn parts_of_strings_have_their_own_meaning() {
    let text = statement(
        "\"Effect\": \"Allow\", \"Action\": [\"s3:Get*\", \"sqs:SendMessage\"], \
         \"Resource\": \"arn:aws:s3:::b/${aws:username}/*\"",
    );
    let document = document(&text);
    let found = tokens(&document, whole(&document));
    let told: Vec<_> = found.iter().map(|t| (t.range.slice(&text), t.kind, t.modifier)).collect();
    let expected = [
        ("Version", TokenKind::Element, None),
        ("2012-10-17", TokenKind::Constant, None),
        ("Statement", TokenKind::Element, None),
        ("Effect", TokenKind::Element, None),
        ("Allow", TokenKind::Constant, None),
        ("Action", TokenKind::Element, None),
        ("s3", TokenKind::Service, None),
        ("Get", TokenKind::Action, None),
        ("*", TokenKind::Wildcard, None),
        ("sqs", TokenKind::Service, None),
        ("SendMessage", TokenKind::Action, Some(TokenModifier::Modification)),
        ("Resource", TokenKind::Element, None),
        ("${aws:username}", TokenKind::Variable, None),
        ("*", TokenKind::Wildcard, None),
    ];
    assert_eq!(told, expected);
}

#[test]
fn escapes_do_not_shift_tokens() {
    let text = statement("\"Action\": \"\\u0073\\u0033:Ge\\u0074*\"");
    let document = document(&text);
    let found = tokens(&document, whole(&document));
    let told: Vec<_> = found.iter().skip(4).map(|token| token.range.slice(&text)).collect();
    assert_eq!(told, ["\\u0073\\u0033", "Ge\\u0074", "*"]);
}
