//! The kind of a policy, told from its shape.

use keyaki_diag::Confidence;
use keyaki_ir::{PolicyKind, ResourceType, detect};

use crate::policy;

fn kind(statements: &str) -> (PolicyKind, Confidence) {
    let text = format!(r#"{{"Version":"2012-10-17","Statement":[{statements}]}}"#);
    let detected = detect(&policy(&text));
    (detected.kind, detected.confidence)
}

#[test]
fn grants_without_principals_are_identity_policies() {
    let found = kind(r#"{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*"}"#);
    assert_eq!(found, (PolicyKind::Identity, Confidence::High));
}

#[test]
fn assuming_roles_without_resource_is_a_trust_policy() {
    let named = r#"{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},
        "Action":["sts:AssumeRole","sts:TagSession"]}"#;
    assert_eq!(kind(named), (PolicyKind::Trust, Confidence::High));
    let unnamed = r#"{"Effect":"Allow","Action":"sts:AssumeRole"}"#;
    assert_eq!(kind(unnamed), (PolicyKind::Trust, Confidence::Medium));
    let with_resource = r#"{"Effect":"Allow","Action":"sts:AssumeRole","Resource":"*"}"#;
    assert_eq!(kind(with_resource).0, PolicyKind::Identity);
}

#[test]
fn principals_make_a_resource_policy() {
    let found = kind(
        r#"{"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"s3:GetObject",
            "Resource":"arn:aws:s3:::b/*"}"#,
    );
    assert_eq!(found, (PolicyKind::Resource, Confidence::High));
}

#[test]
fn denying_everybody_outside_on_everything_is_an_rcp() {
    let found = kind(
        r#"{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"*",
            "Condition":{"StringNotEqualsIfExists":{"aws:PrincipalOrgID":"o-abcdefghij"}}}"#,
    );
    assert_eq!(found, (PolicyKind::Rcp, Confidence::Medium));
}

#[test]
fn keeping_accounts_in_the_organisation_is_an_scp() {
    let found =
        kind(r#"{"Effect":"Deny","Action":"organizations:LeaveOrganization","Resource":"*"}"#);
    assert_eq!(found, (PolicyKind::Scp, Confidence::Medium));
}

#[test]
fn nothing_to_go_by_gives_low_confidence() {
    assert_eq!(kind(""), (PolicyKind::Identity, Confidence::Low));
}

#[test]
fn kinds_and_resource_types_are_found_by_their_names() {
    for kind in PolicyKind::ALL {
        assert_eq!(PolicyKind::parse(&kind.name().to_uppercase()), Some(kind));
    }
    assert_eq!(PolicyKind::parse("RESOURCE_CONTROL_POLICY"), Some(PolicyKind::Rcp));
    for &resource_type in ResourceType::ALL {
        assert_eq!(ResourceType::parse(resource_type.name()), Some(resource_type));
        assert_eq!(ResourceType::parse(resource_type.aws_name()), Some(resource_type));
    }
}
