//! Fixes on real policies and on small ones: what is applied parses, is proved, and comes to rest.

use std::path::{Path, PathBuf};

use keyaki_diag::Applicability;
use keyaki_ir::PolicyKind;
use keyaki_syntax::Tree;
use keyaki_workspace::{Change, CheckedFile, change_of_text, check_text, fix};

use crate::{options, sample};

fn mistakes(text: &str) -> usize {
    Tree::parse(text).errors().len()
}

/// The places of the policies in a file.
fn places(checked: &CheckedFile) -> Vec<&str> {
    checked.documents.iter().map(|document| document.pointer.as_str()).collect()
}

#[test]
fn safe_fixes_of_real_policies_change_no_access() {
    let applied = safe_fixes_change_no_access(&sample(&["policies", "managed"], 100));
    assert!(applied.is_none_or(|applied| applied > 0), "nothing was mended");
}

#[test]
fn safe_fixes_of_real_templates_and_plans_change_no_access() {
    safe_fixes_change_no_access(&sample(&["cloudformation", "terraform-plan"], 7));
}

/// How many fixes were applied; none without files.
fn safe_fixes_change_no_access(files: &[PathBuf]) -> Option<usize> {
    let options = options(None);
    let (mut applied, mut mended) = (0, 0);
    for path in files {
        let Ok(text) = std::fs::read_to_string(path) else { continue };
        let fixed = fix(path, &text, &options, Applicability::Safe);
        if fixed.applied == 0 {
            continue;
        }
        (applied, mended) = (applied + fixed.applied, mended + 1);
        let name = path.display();
        let before = check_text(path, text.as_bytes(), &options);
        assert_eq!(fixed.checked.status, before.status, "{name}: it is read otherwise");
        assert_eq!(places(&fixed.checked), places(&before), "{name}: it holds other policies");
        if path.extension().is_some_and(|extension| extension == "json") {
            assert!(mistakes(&fixed.text) <= mistakes(&text), "{name}: it no longer parses");
        }
        let change = change_of_text(path, &text, &fixed.text, &options);
        assert_eq!(change, Change::None, "{name}");
        let again = fix(path, &fixed.text, &options, Applicability::Safe);
        assert_eq!(again.applied, 0, "{name}: fixing does not come to rest");
    }
    println!("{} files: {applied} safe fixes in {mended} of them", files.len());
    (!files.is_empty()).then_some(applied)
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

#[test]
fn what_an_edit_takes_away_may_be_granted_elsewhere() {
    let options = options(Some(PolicyKind::Identity));
    let policy = |first: &str, between: &str| {
        format!(
            r#"{{ "Version": "2012-10-17", "Statement": [
            {{ "Effect": "Allow", "Action": "{first}", "Resource": "*" }},
            {{ "Effect": "Allow", "Action": "ec2:Describe*", "Resource": "*" }},
            {{ "Effect": "Deny", "Action": "s3:PutObject", "Resource": "*" }},
            {{ "Effect": "Allow", "Action": "{between}", "Resource": "*" }},
            {{ "Effect": "Allow", "Action": "s3:Get*", "Resource": "*" }}
        ] }}"#
        )
    };
    let change = |old: [&str; 2], new: [&str; 2]| {
        let [old, new] = [old, new].map(|[first, between]| policy(first, between));
        change_of_text(Path::new("policy.json"), &old, &new, &options)
    };
    let kept = "sqs:SendMessage";
    assert_eq!(change(["s3:GetObject", kept], ["s3:PutObject", kept]), Change::None);
    assert_eq!(change(["s3:DeleteObject", kept], ["s3:GetObject", kept]), Change::Less);
    assert_eq!(change(["s3:GetObject", kept], ["s3:DeleteObject", kept]), Change::Open);
    assert_eq!(change(["s3:Get*", kept], [kept, "s3:GetObject"]), Change::None);
}
