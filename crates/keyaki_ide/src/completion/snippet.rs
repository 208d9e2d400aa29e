//! Whole statements and documents.

use keyaki_ir::PolicyKind;

use super::{CompletionKind, Insertion, Sink};

/// A document where there is nothing yet.
pub(super) fn documents(sink: &mut Sink<'_>) {
    let forms = [
        ("IAM policy", POLICY, "a policy for a user, group or role"),
        ("IAM trust policy", TRUST_POLICY, "who may assume a role"),
    ];
    for (rank, (label, text, detail)) in forms.into_iter().enumerate() {
        let text = Insertion::template(text);
        let item = sink.raw(CompletionKind::Snippet, label, text, label.to_owned());
        item.detail = detail.to_owned();
        item.rank = rank as u32;
    }
}

/// Statements that fit the kind of policy.
pub(super) fn statements(sink: &mut Sink<'_>) {
    let kind = sink.kind;
    for (rank, (label, text, kinds)) in STATEMENTS.iter().enumerate() {
        if !kinds.contains(&kind) {
            continue;
        }
        let text = Insertion::template(text);
        let item = sink.raw(CompletionKind::Snippet, label, text, (*label).to_owned());
        item.rank = rank as u32;
    }
}

const POLICY: &str = r#"{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Effect": "⟨Allow⟩",
      "Action": "⟨⟩",
      "Resource": "⟨*⟩"
    }
  ]
}"#;

const TRUST_POLICY: &str = r#"{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Effect": "Allow",
      "Principal": { "Service": "⟨⟩" },
      "Action": "sts:AssumeRole"
    }
  ]
}"#;

const ATTACHED: &[PolicyKind] =
    &[PolicyKind::Identity, PolicyKind::Boundary, PolicyKind::Session, PolicyKind::Scp];
const WITH_PRINCIPAL: &[PolicyKind] = &[PolicyKind::Resource, PolicyKind::VpcEndpoint];
const TRUST: &[PolicyKind] = &[PolicyKind::Trust];
const SCP: &[PolicyKind] = &[PolicyKind::Scp];
const RCP: &[PolicyKind] = &[PolicyKind::Rcp];
const RESOURCE: &[PolicyKind] = &[PolicyKind::Resource];

const STATEMENTS: &[(&str, &str, &[PolicyKind])] = &[
    (
        "allow actions",
        "{\n  \"Sid\": \"⟨Name⟩\",\n  \"Effect\": \"Allow\",\n  \"Action\": \"⟨⟩\",\n  \"Resource\": \"⟨*⟩\"\n}",
        ATTACHED,
    ),
    (
        "deny actions",
        "{\n  \"Sid\": \"⟨Name⟩\",\n  \"Effect\": \"Deny\",\n  \"Action\": \"⟨⟩\",\n  \"Resource\": \"⟨*⟩\"\n}",
        ATTACHED,
    ),
    (
        "allow an account",
        "{\n  \"Sid\": \"⟨Name⟩\",\n  \"Effect\": \"Allow\",\n  \"Principal\": { \"AWS\": \"arn:aws:iam::⟨Account⟩:root\" },\n  \"Action\": \"⟨⟩\",\n  \"Resource\": \"⟨*⟩\"\n}",
        WITH_PRINCIPAL,
    ),
    (
        "allow a service for one account",
        "{\n  \"Sid\": \"⟨Name⟩\",\n  \"Effect\": \"Allow\",\n  \"Principal\": { \"Service\": \"⟨⟩\" },\n  \"Action\": \"⟨⟩\",\n  \"Resource\": \"⟨*⟩\",\n  \"Condition\": { \"StringEquals\": { \"aws:SourceAccount\": \"⟨Account⟩\" } }\n}",
        RESOURCE,
    ),
    (
        "deny requests without TLS",
        "{\n  \"Sid\": \"DenyInsecureTransport\",\n  \"Effect\": \"Deny\",\n  \"Principal\": \"*\",\n  \"Action\": \"⟨*⟩\",\n  \"Resource\": \"⟨*⟩\",\n  \"Condition\": { \"Bool\": { \"aws:SecureTransport\": \"false\" } }\n}",
        RESOURCE,
    ),
    (
        "let a service assume the role",
        "{\n  \"Effect\": \"Allow\",\n  \"Principal\": { \"Service\": \"⟨⟩\" },\n  \"Action\": \"sts:AssumeRole\"\n}",
        TRUST,
    ),
    (
        "let an account assume the role",
        "{\n  \"Effect\": \"Allow\",\n  \"Principal\": { \"AWS\": \"arn:aws:iam::⟨Account⟩:root\" },\n  \"Action\": \"sts:AssumeRole\",\n  \"Condition\": { \"StringEquals\": { \"sts:ExternalId\": \"⟨⟩\" } }\n}",
        TRUST,
    ),
    (
        "let an identity provider assume the role",
        "{\n  \"Effect\": \"Allow\",\n  \"Principal\": { \"Federated\": \"arn:aws:iam::⟨Account⟩:oidc-provider/⟨host⟩\" },\n  \"Action\": \"sts:AssumeRoleWithWebIdentity\",\n  \"Condition\": { \"StringEquals\": { \"⟨host⟩:aud\": \"⟨⟩\", \"⟨host⟩:sub\": \"⟨⟩\" } }\n}",
        TRUST,
    ),
    (
        "deny regions but these",
        "{\n  \"Sid\": \"DenyOtherRegions\",\n  \"Effect\": \"Deny\",\n  \"NotAction\": [\"⟨iam:*⟩\", \"organizations:*\", \"sts:*\"],\n  \"Resource\": \"*\",\n  \"Condition\": { \"StringNotEquals\": { \"aws:RequestedRegion\": [\"⟨⟩\"] } }\n}",
        SCP,
    ),
    (
        "deny callers outside of the organization",
        "{\n  \"Sid\": \"DenyOutsiders\",\n  \"Effect\": \"Deny\",\n  \"Principal\": \"*\",\n  \"Action\": \"⟨⟩\",\n  \"Resource\": \"*\",\n  \"Condition\": {\n    \"StringNotEqualsIfExists\": { \"aws:PrincipalOrgID\": \"⟨o-id⟩\" },\n    \"BoolIfExists\": { \"aws:PrincipalIsAWSService\": \"false\" }\n  }\n}",
        RCP,
    ),
];
