//! What holds for every text, tried on generated ones.

use keyaki_syntax::{FormatOptions, TokenKind, Tree, format};

use crate::check::check_tree;
use crate::generate::{Random, document, mutate, noise};

/// How many texts each property is tried with.
const ROUNDS: u64 = 5000;

const POLICY: &str = r#"{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Sid": "Read\u0041ll",
      "Effect": "Allow",
      "Action": ["s3:GetObject", "s3:List*"],
      "Resource": "arn:aws:s3:::example/*",
      "Condition": { "NumericLessThan": { "aws:MultiFactorAuthAge": 3600 }, "Null": { "a": true } }
    },
    { "Effect": "Deny", "NotAction": [], "Resource": null }
  ]
}
"#;

#[test]
fn all_properties_hold_for_noise() {
    for seed in 0..ROUNDS {
        let text = noise(&mut Random::new(seed));
        check_tree(&Tree::parse(text));
    }
}

#[test]
fn all_properties_hold_for_mutated_policies() {
    for seed in 0..ROUNDS {
        let bytes = mutate(&mut Random::new(seed), POLICY);
        check_tree(&Tree::parse_bytes(&bytes));
    }
}

#[test]
fn all_properties_hold_for_documents() {
    for seed in 0..ROUNDS {
        let tree = Tree::parse(document(&mut Random::new(seed), false));
        check_tree(&tree);
        assert!(!tree.errors().iter().any(|e| e.kind.is_grammar()), "{}", tree.dump());
    }
}

#[test]
fn all_properties_hold_for_documents_with_comments() {
    for seed in 0..ROUNDS {
        let tree = Tree::parse(document(&mut Random::new(seed), true));
        check_tree(&tree);
        assert!(format(&tree, &FormatOptions::default()).is_ok(), "{}", tree.dump());
    }
}

#[test]
fn every_prefix_of_a_policy_is_read() {
    for (at, _) in POLICY.char_indices() {
        let tree = Tree::parse(&POLICY[..at]);
        check_tree(&tree);
        let cut_word = tree.tokens().last().is_some_and(|t| t.kind == TokenKind::Word);
        let expected = usize::from(at < POLICY.trim_end().len()) + usize::from(cut_word);
        assert_eq!(tree.errors().len(), expected, "{:?}\n{}", &POLICY[..at], tree.dump());
    }
}
