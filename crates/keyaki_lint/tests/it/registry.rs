//! What all rules share.

use std::collections::BTreeSet;

use keyaki_lint::rules;

#[test]
fn names_are_kebab_case_and_unique() {
    let mut names = BTreeSet::new();
    for rule in rules() {
        let name = rule.meta.name;
        let kebab = name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        assert!(kebab && !name.starts_with('-') && !name.ends_with('-'), "{name}");
        assert!(names.insert(name), "{name} twice");
    }
}

#[test]
fn a_rule_with_an_aws_code_bears_its_name() {
    for rule in rules() {
        if let Some(code) = rule.meta.aws_code {
            assert_eq!(code.to_ascii_lowercase().replace('_', "-"), rule.meta.name);
        }
    }
}

#[test]
fn every_rule_is_documented() {
    for rule in rules() {
        let meta = &rule.meta;
        for heading in ["## Avoid", "## Prefer", "## When to ignore it", "## Sources"] {
            assert!(meta.docs.contains(heading), "{}: no `{heading}`", meta.name);
        }
        assert!(meta.docs.contains("<https://"), "{}: no source", meta.name);
        let summary = meta.summary();
        assert!(summary.ends_with('.') && summary.len() <= 120, "{}: {summary}", meta.name);
    }
}

#[test]
fn rules_are_found_by_name_and_by_code() {
    for rule in rules() {
        let by_name = keyaki_lint::rule(rule.meta.name).map(|r| r.meta.name);
        assert_eq!(by_name, Some(rule.meta.name));
        if let Some(code) = rule.meta.aws_code {
            assert_eq!(keyaki_lint::rule(code).map(|r| r.meta.name), Some(rule.meta.name));
        }
    }
}
