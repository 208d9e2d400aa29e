//! Fixes on real policies and on small ones: what is applied parses, is proved, and comes to rest.

use std::path::Path;

use keyaki_diag::Applicability;
use keyaki_ir::PolicyKind;
use keyaki_syntax::Tree;
use keyaki_workspace::{Change, change_of_text, fix};

use crate::{options, sample};

fn mistakes(text: &str) -> usize {
    Tree::parse(text).errors().len()
}

#[test]
fn safe_fixes_of_real_policies_change_no_access() {
    let options = options(None);
    let files = sample(&["policies", "managed"], 100);
    let (mut applied, mut mended) = (0, 0);
    for path in &files {
        let Ok(text) = std::fs::read_to_string(path) else { continue };
        let fixed = fix(path, &text, &options, Applicability::Safe);
        if fixed.applied == 0 {
            continue;
        }
        (applied, mended) = (applied + fixed.applied, mended + 1);
        let name = path.display();
        assert!(mistakes(&fixed.text) <= mistakes(&text), "{name}: it no longer parses");
        let change = change_of_text(path, &text, &fixed.text, &options);
        assert_eq!(change, Change::None, "{name}");
        let again = fix(path, &fixed.text, &options, Applicability::Safe);
        assert_eq!(again.applied, 0, "{name}: fixing does not come to rest");
    }
    println!("{} files: {applied} safe fixes in {mended} of them", files.len());
    assert!(files.is_empty() || applied > 0, "nothing was mended");
}

#[test]
fn unsafe_fixes_of_real_policies_allow_no_more() {
    let options = options(None);
    for path in sample(&["policies"], 300) {
        let Ok(text) = std::fs::read_to_string(&path) else { continue };
        let fixed = fix(&path, &text, &options, Applicability::Unsafe);
        if fixed.applied > 0 {
            let change = change_of_text(&path, &text, &fixed.text, &options);
            assert!(change <= Change::Less, "{}", path.display());
        }
    }
}

fn fixed(text: &str, up_to: Applicability) -> (String, usize, usize) {
    let options = options(Some(PolicyKind::Identity));
    let fixed = fix(Path::new("policy.json"), text, &options, up_to);
    (fixed.text, fixed.applied, fixed.withheld)
}

#[test]
fn two_statements_that_cover_each_other_do_not_both_go() {
    let text = r#"{ "Version": "2012-10-17", "Statement": [
        { "Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject"], "Resource": "arn:aws:s3:::reports/*" },
        { "Effect": "Allow", "Action": ["s3:PutObject", "s3:GetObject"], "Resource": "arn:aws:s3:::reports/*" }
    ] }"#;
    let (text, applied, _) = fixed(text, Applicability::Safe);
    assert_eq!((text.matches("s3:GetObject").count(), applied), (1, 1), "{text}");
}

#[test]
fn a_fix_that_would_allow_more_is_left_out() {
    let text = r#"{ "Version": "2012-10-17", "Statement": [
        { "Effect": "Allow", "Action": "s3:GetObjet", "Resource": "arn:aws:s3:::reports/*" }
    ] }"#;
    assert_eq!(fixed(text, Applicability::Unsafe), (text.to_owned(), 0, 1));
    let deny = text.replace("Allow", "Deny");
    let (text, applied, _) = fixed(&deny, Applicability::Unsafe);
    assert!(applied == 0 && text == deny, "what was denied is no longer: {text}");
}

#[test]
fn a_fix_that_allows_less_needs_unsafe_fixes() {
    let text = r#"{ "Version": "2012-10-17", "Statement": [
        { "Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::reports/*",
          "Condition": { "StringNotEquals": { "aws:PrincipalTag/team": "guests" } } }
    ] }"#;
    assert_eq!(fixed(text, Applicability::Safe).1, 0);
    let (text, applied, _) = fixed(text, Applicability::Unsafe);
    assert!(applied == 1 && text.contains("\"Null\""), "{text}");
}
