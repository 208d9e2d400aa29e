//! Whether a policy grants to the public.

use super::*;
use keyaki_ir::ResourceType;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;

fn verdict(policy: &str, resource_type: ResourceType) -> Answer {
    let subject = Subject::resource(document(policy));
    answer(&Question::NoPublicAccess { subject: &subject, resource_type }, Actions::Any)
}

/// Whether a bucket policy of these statements is public.
fn is_public(statements: &str) -> bool {
    let policy = format!(r#"{{"Version": "2012-10-17", "Statement": [{statements}]}}"#);
    match verdict(&policy, ResourceType::S3Bucket) {
        Answer::Proved { .. } => false,
        Answer::Refuted(_) => true,
        Answer::Undecided(reason) => panic!("{reason}: {statements}"),
    }
}

fn allow(rest: &str) -> String {
    statement("Allow", rest)
}

fn deny(rest: &str) -> String {
    statement("Deny", rest)
}

fn statement(effect: &str, condition: &str) -> String {
    let condition = match condition {
        "" => String::new(),
        condition => format!(r#", "Condition": {{{condition}}}"#),
    };
    format!(
        r#"{{"Effect": "{effect}", "Principal": "*", "Action": "s3:GetObject",
             "Resource": "arn:aws:s3:::b/*"{condition}}}"#
    )
}

#[test]
fn a_grant_to_everybody_is_public_unless_a_key_has_a_fixed_value() {
    let fixed = [
        r#""StringEquals": {"aws:PrincipalOrgID": "o-1"}"#,
        r#""StringEquals": {"aws:PrincipalAccount": ["111122223333", "444455556666"]}"#,
        r#""StringEquals": {"aws:SourceVpce": "vpce-1"}"#,
        r#""StringEquals": {"aws:SourceVpc": "vpc-1"}"#,
        r#""StringEquals": {"aws:SourceAccount": "111122223333"}"#,
        r#""ArnLike": {"aws:SourceArn": "arn:aws:sns:eu-west-1:111122223333:*"}"#,
        r#""ArnEquals": {"aws:SourceArn": "arn:aws:s3:::other"}"#,
        r#""ArnLike": {"aws:PrincipalArn": "arn:aws:iam::111122223333:role/*"}"#,
        r#""StringLike": {"s3:DataAccessPointArn": "arn:aws:s3:eu-west-1:111122223333:accesspoint/*"}"#,
        r#""ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": "o-1/r-1/*"}"#,
        r#""IpAddress": {"aws:SourceIp": ["203.0.113.0/24", "10.0.0.0/8"]}"#,
        r#""IpAddress": {"aws:SourceIp": "2001:db8::/32"}"#,
        r#""Bool": {"aws:PrincipalIsAWSService": "true"}"#,
    ];
    for condition in fixed {
        assert!(!is_public(&allow(condition)), "{condition}");
    }
    let open = [
        "",
        r#""Bool": {"aws:SecureTransport": "true"}"#,
        r#""StringLike": {"aws:UserAgent": "curl*"}"#,
        r#""StringLike": {"aws:PrincipalOrgID": "o-*"}"#,
        r#""ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/Admin"}"#,
        r#""StringEqualsIfExists": {"aws:SourceVpce": "vpce-1"}"#,
        r#""StringNotEquals": {"aws:PrincipalOrgID": "o-1"}"#,
        r#""ForAllValues:StringLike": {"aws:PrincipalOrgPaths": "o-1/r-1/*"}"#,
        r#""IpAddress": {"aws:SourceIp": "0.0.0.0/1"}"#,
        r#""IpAddress": {"aws:SourceIp": "2001::/16"}"#,
        r#""NotIpAddress": {"aws:SourceIp": "203.0.113.0/24"}"#,
        r#""Bool": {"aws:PrincipalIsAWSService": "false"}"#,
        r#""Null": {"aws:PrincipalOrgID": "true"}"#,
    ];
    for condition in open {
        assert!(is_public(&allow(condition)), "{condition}");
    }
}

#[test]
fn denials_count_for_what_they_do() {
    let all = allow("");
    let closing = [
        "",
        r#""StringNotEquals": {"aws:PrincipalOrgID": "o-1"}"#,
        r#""NotIpAddress": {"aws:SourceIp": "203.0.113.0/24"}"#,
        r#""StringNotEqualsIfExists": {"aws:SourceVpce": "vpce-1"}"#,
    ];
    for condition in closing {
        assert!(!is_public(&format!("{all}, {}", deny(condition))), "{condition}");
    }
    let leaving = [
        r#""StringEquals": {"aws:PrincipalOrgID": "o-1"}"#,
        r#""IpAddress": {"aws:SourceIp": "203.0.113.0/24"}"#,
        r#""Bool": {"aws:SecureTransport": "false"}"#,
        // A request without the key slips through.
        r#""Null": {"aws:SourceVpce": "false"}, "StringNotEquals": {"aws:SourceVpce": "vpce-1"}"#,
    ];
    for condition in leaving {
        assert!(is_public(&format!("{all}, {}", deny(condition))), "{condition}");
    }
}

#[test]
fn named_principals_are_not_the_public_and_everybody_else_is() {
    let to = |element: &str| {
        format!(r#"{{"Effect": "Allow", {element}, "Action": "s3:GetObject", "Resource": "*"}}"#)
    };
    for named in [
        r#""Principal": {"AWS": "111122223333"}"#,
        r#""Principal": {"AWS": "arn:aws:iam::111122223333:role/Reader"}"#,
        r#""Principal": {"Service": "cloudtrail.amazonaws.com"}"#,
        r#""Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/example.com"}"#,
    ] {
        assert!(!is_public(&to(named)), "{named}");
    }
    assert!(is_public(&to(r#""NotPrincipal": {"AWS": "111122223333"}"#)));
    assert!(is_public(&to(r#""Principal": {"AWS": "*"}"#)));
}

#[test]
fn a_trust_policy_for_everybody_is_public() {
    let policy = |condition: &str| {
        format!(
            r#"{{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow",
                 "Principal": {{"AWS": "*"}}, "Action": "sts:AssumeRole"{condition}}}]}}"#
        )
    };
    let trust = ResourceType::RoleTrust;
    assert!(matches!(verdict(&policy(""), trust), Answer::Refuted(_)));
    // An external id is no secret.
    let external = r#", "Condition": {"StringEquals": {"sts:ExternalId": "x"}}"#;
    assert!(matches!(verdict(&policy(external), trust), Answer::Refuted(_)));
    let own = r#", "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}"#;
    assert!(matches!(verdict(&policy(own), trust), Answer::Proved { .. }));
}

#[test]
fn some_keys_count_for_some_resources_only() {
    let policy = r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow",
        "Principal": {"AWS": "*"}, "Action": "elasticfilesystem:ClientMount", "Resource": "*",
        "Condition": {"Bool": {"elasticfilesystem:AccessedViaMountTarget": "true"}}}]}"#;
    assert!(matches!(verdict(policy, ResourceType::EfsFileSystem), Answer::Proved { .. }));
    assert!(matches!(verdict(policy, ResourceType::SqsQueue), Answer::Refuted(_)));
}

/// What the Terraform resources of the recording attach their policies to.
const TYPES: [(&str, &str, ResourceType); 11] = [
    ("aws_api_gateway_rest_api_policy", "policy", ResourceType::ApiGatewayRestApi),
    ("aws_backup_vault_policy", "policy", ResourceType::BackupVault),
    (
        "aws_codeartifact_domain_permissions_policy",
        "policy_document",
        ResourceType::CodeArtifactDomain,
    ),
    ("aws_dynamodb_resource_policy", "policy", ResourceType::DynamoDbTable),
    ("aws_iam_role", "assume_role_policy", ResourceType::RoleTrust),
    ("aws_kinesis_resource_policy", "policy", ResourceType::KinesisStream),
    ("aws_opensearch_domain_policy", "access_policies", ResourceType::OpenSearchDomain),
    ("aws_s3_bucket_policy", "policy", ResourceType::S3Bucket),
    ("aws_s3tables_table_bucket_policy", "resource_policy", ResourceType::S3TableBucket),
    ("aws_s3tables_table_policy", "resource_policy", ResourceType::S3Table),
    ("aws_sns_topic_policy", "policy", ResourceType::SnsTopic),
];

fn recorded(name: &str) -> Option<Value> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../../shared/data/oracle/terraform-validator");
    let path = folder.join(name);
    match std::fs::read_to_string(&path) {
        Ok(text) => Some(serde_json::from_str(&text).expect("JSON")),
        Err(_) => {
            eprintln!("skipped: no {}", path.display());
            None
        }
    }
}

/// The policies of a plan, by Terraform's type and name.
fn planned(plan: &Value) -> BTreeMap<String, (String, ResourceType)> {
    let resources = plan["planned_values"]["root_module"]["resources"].as_array().expect("a list");
    let mut policies = BTreeMap::new();
    for resource in resources {
        let kind = resource["type"].as_str().expect("a type");
        let Some((_, member, resource_type)) = TYPES.iter().find(|(t, _, _)| *t == kind) else {
            continue;
        };
        let name = format!("{kind}.{}", resource["name"].as_str().expect("a name"));
        let policy = resource["values"][*member].as_str().expect("a policy");
        policies.insert(name, (policy.to_owned(), *resource_type));
    }
    policies
}

/// The verdicts that a validator of Terraform plans got from AWS's CheckNoPublicAccess.
#[test]
fn verdicts_agree_with_those_of_aws() {
    let Some(plan) = recorded("public_access__test_plan.json") else { return };
    let Some(findings) = recorded("public_access__public_access_findings.json") else { return };
    let findings = findings["BlockingFindings"].as_array().expect("a list");
    let failed: Vec<&str> =
        findings.iter().map(|f| f["policyName"].as_str().expect("a name")).collect();
    let policies = planned(&plan);
    for name in &failed {
        assert!(policies.contains_key(*name), "{name} was not read out of the plan");
    }
    for (name, (policy, resource_type)) in &policies {
        let answer = verdict(policy, *resource_type);
        let expected = if failed.contains(&name.as_str()) { "refuted" } else { "proved" };
        assert_eq!(answer.name(), expected, "{name} {answer:?}");
        if let Answer::Refuted(witness) = answer {
            let number = findings.iter().find(|f| f["policyName"] == name.as_str());
            let number = number.map(|f| f["details"]["reasons"][0]["statementIndex"].as_u64());
            let responsible = witness.responsible.iter();
            assert!(responsible.clone().any(|r| Some(Some(r.at.statement as u64)) == number));
        }
    }
    assert_eq!((policies.len(), failed.len()), (14, 12));
    println!("{} verdicts agree, {} of them refuted", policies.len(), failed.len());
}

/// The verdicts that it got from AWS's CheckAccessNotGranted, for each access that was asked.
#[test]
fn verdicts_about_access_agree_with_those_of_aws() {
    let Some(plan) = recorded("no_access_granted__test_plan.json") else { return };
    let policies = planned(&plan);
    let files = [
        "no_access_granted__actions_findings.json",
        "no_access_granted__resources_findings.json",
        "no_access_granted__resources_and_actions_findings.json",
        "no_access_granted__getobject_findings.json",
        "no_access_granted__getObject_example.json",
    ];
    let mut compared = 0;
    for file in files {
        let Some(record) = recorded(file) else { return };
        let findings = record["BlockingFindings"].as_array().expect("a list");
        let asked = &findings[0]["details"]["reasons"][0]["accessInput"][0];
        let texts = |name: &str| -> Vec<String> {
            let list = asked[name].as_array().into_iter().flatten();
            list.map(|v| v.as_str().expect("a text").to_owned()).collect()
        };
        let access = [Access { actions: texts("actions"), resources: texts("resources") }];
        for (name, (policy, _)) in &policies {
            let subject = Subject::resource(document(policy));
            let question = Question::AccessNotGranted { subject: &subject, access: &access };
            let failed = findings.iter().any(|f| f["policyName"] == name.as_str());
            let expected = if failed { "refuted" } else { "proved" };
            let answer = answer(&question, Actions::Any);
            assert_eq!(answer.name(), expected, "{file} {name} {answer:?}");
            compared += 1;
        }
    }
    println!("{compared} verdicts agree");
}

#[test]
fn the_short_name_of_an_api_leaves_the_answer_open() {
    let policy = |resource: &str| {
        format!(
            r#"{{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow", "Principal": "*",
                "Action": "execute-api:Invoke", "Resource": "{resource}"}}]}}"#
        )
    };
    let asked = |resource| verdict(&policy(resource), ResourceType::ApiGatewayRestApi);
    assert!(matches!(asked("execute-api:/prod/*"), Answer::Undecided(_)));
    let full = "arn:aws:execute-api:eu-west-1:111122223333:abcdef1234/prod/*";
    assert!(matches!(asked(full), Answer::Refuted(_)));
}
