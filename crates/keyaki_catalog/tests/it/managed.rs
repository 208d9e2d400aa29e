use crate::catalog;
use keyaki_catalog::{KeyLookup, embedded};
use std::collections::BTreeSet;

/// The lines of the index: name, version, date.
fn index() -> Vec<Vec<&'static str>> {
    let text = include_str!("../../data/managed-policies.txt");
    text.lines().filter(|l| !l.starts_with('#')).map(|l| l.split('\t').collect()).collect()
}

#[test]
fn the_block_holds_what_its_index_says() {
    let policies = catalog().managed_policies();
    let listed = index();
    assert_eq!(policies.len(), listed.len());
    for (policy, line) in policies.iter().zip(listed) {
        assert_eq!([policy.name, policy.version, &policy.created.to_string()], line[..]);
    }
}

#[test]
fn every_document_is_a_policy_in_json_and_every_arn_ends_in_the_name() {
    for policy in catalog().managed_policies() {
        let document: serde_json::Value = serde_json::from_str(policy.document).unwrap();
        assert!(document.get("Statement").is_some(), "{}", policy.name);
        assert!(policy.arn.starts_with("arn:aws:iam::aws:policy/"), "{}", policy.name);
        assert_eq!(policy.arn.rsplit('/').next(), Some(policy.name));
    }
}

#[test]
fn a_policy_is_found_by_name_and_by_arn_in_any_partition() {
    let by = |text: &str| embedded().managed_policy(text).map(|policy| policy.name);
    assert_eq!(by("AdministratorAccess"), Some("AdministratorAccess"));
    assert_eq!(by("arn:aws:iam::aws:policy/AdministratorAccess"), Some("AdministratorAccess"));
    assert_eq!(by("arn:aws-cn:iam::aws:policy/ReadOnlyAccess"), Some("ReadOnlyAccess"));
    assert_eq!(
        by("arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"),
        Some("AWSLambdaBasicExecutionRole")
    );
    assert_eq!(by("arn:aws:iam::aws:policy/AWSLambdaBasicExecutionRole"), None);
    assert_eq!(by("arn:aws:iam::123456789012:policy/AdministratorAccess"), None);
    assert_eq!(by("NoSuchPolicy"), None);
    assert_eq!(by(""), None);
}

#[test]
fn every_policy_is_found_by_its_own_name_and_arn() {
    for policy in catalog().managed_policies() {
        assert_eq!(catalog().managed_policy(policy.name), Some(policy));
        assert_eq!(catalog().managed_policy(policy.arn), Some(policy));
    }
}

#[test]
fn administrator_access_allows_everything() {
    let policy = catalog().managed_policy("AdministratorAccess").unwrap();
    let expected = concat!(
        r#"{"Version":"2012-10-17","Statement":"#,
        r#"[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#
    );
    assert_eq!((policy.version, policy.document), ("v1", expected));
    assert_eq!(policy.created.to_string(), "2015-02-06");
}

/// The strings of a member that is one string or a list.
fn strings(value: &serde_json::Value) -> Vec<&str> {
    let list = value.as_array().map(Vec::as_slice).unwrap_or(std::slice::from_ref(value));
    list.iter().filter_map(|entry| entry.as_str()).collect()
}

/// The statements of all managed policies.
fn statements() -> Vec<serde_json::Value> {
    let documents = catalog().managed_policies().iter().map(|policy| policy.document);
    let documents = documents.map(|text| serde_json::from_str::<serde_json::Value>(text).unwrap());
    let statements = documents.flat_map(|mut document| {
        let statements = document["Statement"].take();
        let single = !statements.is_array();
        if single { vec![statements] } else { statements.as_array().cloned().unwrap_or_default() }
    });
    statements.collect()
}

#[test]
fn nearly_all_actions_and_keys_of_managed_policies_are_known() {
    let (mut actions, mut unknown_actions) = (BTreeSet::new(), BTreeSet::new());
    let (mut keys, mut unknown_keys) = (BTreeSet::new(), BTreeSet::new());
    for statement in statements() {
        for name in ["Action", "NotAction"].iter().flat_map(|e| strings(&statement[e])) {
            let name = name.to_ascii_lowercase();
            if !catalog().matches_any(&name) && !name.contains(['*', '?']) {
                unknown_actions.insert(name.clone());
            }
            actions.insert(name);
        }
        let conditions = statement["Condition"].as_object().into_iter().flatten();
        for (key, _) in conditions.filter_map(|(_, keys)| keys.as_object()).flatten() {
            match catalog().key(key) {
                KeyLookup::Global(_) | KeyLookup::Service { .. } | KeyLookup::Federated(_) => {}
                KeyLookup::UnknownGlobal
                | KeyLookup::UnknownInService(_)
                | KeyLookup::UnknownService => {
                    unknown_keys.insert(key.clone());
                }
            }
            keys.insert(key.clone());
        }
    }
    // Of 12,914 action patterns 31 are unknown with the snapshot of 2026-10-27: permissions that
    // AWS never listed. The one unknown key is a slip in the policy, which AWS's validator reports.
    assert!(actions.len() > 12_000 && keys.len() > 600);
    assert!(unknown_actions.len() * 300 < actions.len(), "{unknown_actions:?}");
    assert_eq!(unknown_keys.iter().collect::<Vec<_>>(), ["lakeformation:GlueARN"]);
}
