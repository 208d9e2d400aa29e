//! Organisations made up from a seed, of any size, as the answers of AWS's interfaces that a
//! snapshot consists of. Policies have the shapes that real ones have; none is taken from a real
//! account.

use serde_json::{Value, json};

use crate::differ::Dice;

/// How much there is of everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// Accounts.
    pub accounts: usize,
    /// Roles of all accounts together.
    pub roles: usize,
    /// Resources of all accounts together: half of them buckets, the rest queues and topics.
    pub resources: usize,
}

impl Size {
    /// As many roles as resources, and an account for each thousand.
    pub fn of(n: usize) -> Size {
        Size { accounts: n.div_ceil(1000), roles: n, resources: n }
    }
}

const ORGANIZATION: &str = "o-madeup0000";
const REGION: &str = "eu-west-1";

/// An account's number.
fn account(n: usize) -> String {
    format!("{:012}", 111_111_000_000_usize + n)
}

/// The files of an organisation, each with its path in the snapshot. The same seed gives the same
/// bytes.
pub fn organization(seed: u64, size: Size) -> Vec<(String, String)> {
    let mut dice = Dice::seeded(seed);
    let accounts = size.accounts.max(1);
    let mut files = vec![("organization.json".to_owned(), guardrails(accounts).to_string())];
    for n in 0..accounts {
        let own = |all: usize| all / accounts + usize::from(n < all % accounts);
        let details = identities(n, own(size.roles), &mut dice);
        files.push((format!("accounts/{}/authorization.json", account(n)), details.to_string()));
        for number in 0..own(size.resources) {
            files.push(resource(n, number, &mut dice));
        }
    }
    files
}

/// The organisation, with an SCP that binds regions and an RCP that keeps outsiders from queues.
fn guardrails(accounts: usize) -> Value {
    let scp = json!({"Version": "2012-10-17", "Statement": [{
        "Sid": "Region", "Effect": "Deny", "NotAction": ["iam:*", "sts:*", "organizations:*", "s3:ListAllMyBuckets"],
        "Resource": "*", "Condition": {"StringNotEquals": {"aws:RequestedRegion": [REGION, "eu-central-1"]}},
    }]});
    let rcp = json!({"Version": "2012-10-17", "Statement": [{
        "Sid": "Outsiders", "Effect": "Deny", "Principal": "*", "Action": "sqs:*", "Resource": "*",
        "Condition": {
            "StringNotEqualsIfExists": {"aws:PrincipalOrgID": ORGANIZATION},
            "BoolIfExists": {"aws:PrincipalIsAWSService": "false"},
        },
    }]});
    let policy = |id: &str, kind: &str, content: &Value| json!({"PolicySummary": {"Id": id, "Type": kind}, "Content": content.to_string()});
    let member =
        |n| json!({"Id": account(n), "ParentId": "ou-work", "Policies": ["p-FullAWSAccess"]});
    json!({
        "Organization": {"Id": ORGANIZATION, "MasterAccountId": "999999999999"},
        "Roots": [{"Id": "r-root", "Policies": ["p-FullAWSAccess", "p-rcp"]}],
        "OrganizationalUnits": [{"Id": "ou-work", "ParentId": "r-root", "Policies": ["p-FullAWSAccess", "p-region"]}],
        "Accounts": (0..accounts).map(member).collect::<Vec<_>>(),
        "Policies": [
            policy("p-region", "SERVICE_CONTROL_POLICY", &scp),
            policy("p-rcp", "RESOURCE_CONTROL_POLICY", &rcp),
        ],
    })
}

/// The answer about users, groups, roles and policies of an account.
fn identities(n: usize, roles: usize, dice: &mut Dice<'_>) -> Value {
    let id = account(n);
    let shared = roles.div_ceil(20);
    let policies: Vec<Value> = (0..shared).map(|p| managed(&id, p, dice)).collect();
    let roles: Vec<Value> = (0..roles).map(|r| role(&id, r, shared, dice)).collect();
    json!({
        "UserDetailList": [], "GroupDetailList": [], "RoleDetailList": roles, "Policies": policies,
        "IsTruncated": false,
    })
}

fn managed(id: &str, number: usize, dice: &mut Dice<'_>) -> Value {
    let document =
        json!({"Version": "2012-10-17", "Statement": [grant(id, dice), grant(id, dice)]});
    json!({
        "PolicyName": format!("shared-{number}"),
        "Arn": format!("arn:aws:iam::{id}:policy/shared-{number}"),
        "DefaultVersionId": "v1",
        "PolicyVersionList": [{"VersionId": "v1", "IsDefaultVersion": true, "Document": document}],
    })
}

fn role(id: &str, number: usize, shared: usize, dice: &mut Dice<'_>) -> Value {
    let trusted = match dice.below(4) {
        0 => json!({"AWS": format!("arn:aws:iam::{id}:root")}),
        1 => json!({"Service": "lambda.amazonaws.com"}),
        2 => json!({"Service": ["ec2.amazonaws.com", "ecs-tasks.amazonaws.com"]}),
        _ => json!({"AWS": format!("arn:aws:iam::{}:role/role-0", account(dice.below(3)))}),
    };
    let trust = json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": trusted, "Action": "sts:AssumeRole"},
    ]});
    let statements: Vec<Value> = (0..=dice.below(3)).map(|_| grant(id, dice)).collect();
    let own = format!("arn:aws:iam::{id}:policy/shared-{}", dice.below(shared));
    let mut attached = vec![json!({"PolicyName": "shared", "PolicyArn": own})];
    if dice.one_in(10) {
        attached.push(json!({
            "PolicyName": "ReadOnlyAccess",
            "PolicyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess",
        }));
    }
    json!({
        "RoleName": format!("role-{number}"),
        "Arn": format!("arn:aws:iam::{id}:role/role-{number}"),
        "CreateDate": "2024-01-01T00:00:00Z",
        "RoleLastUsed": {"LastUsedDate": "2026-01-01T00:00:00Z"},
        "AssumeRolePolicyDocument": trust,
        "RolePolicyList": [{"PolicyName": "own", "PolicyDocument": {"Version": "2012-10-17", "Statement": statements}}],
        "AttachedManagedPolicies": attached,
        "Tags": [{"Key": "team", "Value": format!("team-{}", dice.below(20))}],
    })
}

/// A statement as roles have them.
fn grant(id: &str, dice: &mut Dice<'_>) -> Value {
    let number = dice.below(1000);
    match dice.below(6) {
        0 => json!({"Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject"],
            "Resource": format!("arn:aws:s3:::bucket-{id}-{number}/*")}),
        1 => {
            json!({"Effect": "Allow", "Action": ["sqs:SendMessage", "sqs:ReceiveMessage", "sqs:DeleteMessage"],
            "Resource": format!("arn:aws:sqs:{REGION}:{id}:queue-{number}")})
        }
        2 => {
            json!({"Effect": "Allow", "Action": ["dynamodb:GetItem", "dynamodb:Query", "dynamodb:PutItem"],
            "Resource": format!("arn:aws:dynamodb:{REGION}:{id}:table/table-{number}")})
        }
        3 => {
            json!({"Effect": "Allow", "Action": ["logs:CreateLogStream", "logs:PutLogEvents"], "Resource": "*"})
        }
        4 => {
            json!({"Effect": "Allow", "Action": ["ec2:Describe*", "cloudwatch:GetMetricData"], "Resource": "*",
            "Condition": {"StringEquals": {"aws:RequestedRegion": REGION}}})
        }
        _ => json!({"Effect": "Allow", "Action": "iam:PassRole",
            "Resource": format!("arn:aws:iam::{id}:role/role-{number}"),
            "Condition": {"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}}}),
    }
}

/// A resource with its policy: some open to another account, some to everybody, most of these
/// under a condition on the organisation.
fn resource(n: usize, number: usize, dice: &mut Dice<'_>) -> (String, String) {
    let id = account(n);
    let (kind, name, arn, actions) = match number % 4 {
        0 | 1 => {
            let name = format!("bucket-{id}-{number}");
            let arn = format!("arn:aws:s3:::{name}");
            ("s3-bucket", name, arn, json!(["s3:GetObject", "s3:ListBucket"]))
        }
        2 => {
            let name = format!("queue-{number}");
            let arn = format!("arn:aws:sqs:{REGION}:{id}:{name}");
            ("sqs-queue", name, arn, json!("sqs:SendMessage"))
        }
        _ => {
            let name = format!("topic-{number}");
            let arn = format!("arn:aws:sns:{REGION}:{id}:{name}");
            ("sns-topic", name, arn, json!(["sns:Publish", "sns:Subscribe"]))
        }
    };
    let resources = if kind == "s3-bucket" { json!([arn, format!("{arn}/*")]) } else { json!(arn) };
    let mut statement = json!({"Effect": "Allow", "Action": actions, "Resource": resources});
    match dice.below(20) {
        0..3 => {
            statement["Principal"] = json!({"AWS": format!("arn:aws:iam::{}:root", 222_222_000_000_usize + dice.below(50))})
        }
        3 => statement["Principal"] = json!("*"),
        4..8 => {
            statement["Principal"] = json!("*");
            statement["Condition"] = json!({"StringEquals": {"aws:PrincipalOrgID": ORGANIZATION}});
        }
        _ => statement["Principal"] = json!({"AWS": format!("arn:aws:iam::{id}:root")}),
    }
    let policy = json!({"Version": "2012-10-17", "Statement": [statement]});
    (format!("accounts/{id}/{REGION}/{kind}/{name}.json"), policy.to_string())
}

/// Events of CloudTrail as they are delivered: as many as asked for, of 50 roles.
pub fn trail(seed: u64, events: usize) -> Vec<u8> {
    let mut dice = Dice::seeded(seed);
    let records: Vec<Value> = (0..events).map(|n| event(n, &mut dice)).collect();
    json!({"Records": records}).to_string().into_bytes()
}

fn event(number: usize, dice: &mut Dice<'_>) -> Value {
    let id = account(0);
    let role = format!("role-{}", dice.below(50));
    let (source, name, parameters) = match dice.below(5) {
        0 => (
            "s3",
            "GetObject",
            json!({
                "bucketName": format!("bucket-{id}-{}", dice.below(10)), "key": format!("data/part-{}.json", dice.below(100)),
                "Host": "s3.eu-west-1.amazonaws.com",
            }),
        ),
        1 => (
            "ec2",
            "DescribeInstances",
            json!({"instancesSet": {}, "filterSet": {"items": [
                {"name": "tag:team", "valueSet": {"items": [{"value": "a"}, {"value": "b"}]}},
            ]}}),
        ),
        2 => (
            "dynamodb",
            "PutItem",
            json!({"tableName": format!("table-{}", dice.below(20)), "key": {"id": "1"}}),
        ),
        3 => (
            "sts",
            "AssumeRole",
            json!({
                "roleArn": format!("arn:aws:iam::{id}:role/role-{}", dice.below(50)), "roleSessionName": "work", "durationSeconds": 900,
            }),
        ),
        _ => (
            "logs",
            "CreateLogStream",
            json!({"logGroupName": "/app/x", "logStreamName": format!("s-{number}")}),
        ),
    };
    json!({
        "eventVersion": "1.09",
        "userIdentity": {
            "type": "AssumedRole",
            "principalId": "AROAEXAMPLEEXAMPLE000:work",
            "arn": format!("arn:aws:sts::{id}:assumed-role/{role}/work"),
            "accountId": id,
            "accessKeyId": "ASIAEXAMPLEEXAMPLE00",
            "sessionContext": {
                "sessionIssuer": {
                    "type": "Role", "principalId": "AROAEXAMPLEEXAMPLE000",
                    "arn": format!("arn:aws:iam::{id}:role/{role}"), "accountId": id, "userName": role,
                },
                "attributes": {"creationDate": "2026-01-01T00:00:00Z", "mfaAuthenticated": "false"},
            },
        },
        "eventTime": format!("2026-01-01T{:02}:{:02}:{:02}Z", number / 3600 % 24, number / 60 % 60, number % 60),
        "eventSource": format!("{source}.amazonaws.com"),
        "eventName": name,
        "awsRegion": REGION,
        "sourceIPAddress": "192.0.2.10",
        "userAgent": "aws-sdk-go-v2/1.30.3 os/linux lang/go#1.22.5 md/GOOS#linux md/GOARCH#amd64 api/sts#1.30.3",
        "requestParameters": parameters,
        "responseElements": null,
        "additionalEventData": {"SignatureVersion": "SigV4", "CipherSuite": "TLS_AES_128_GCM_SHA256", "bytesTransferredOut": 1024},
        "requestID": format!("{number:08x}-0000-4000-8000-000000000000"),
        "eventID": format!("{number:08x}-0000-4000-8000-00000000000e"),
        "readOnly": true,
        "resources": [],
        "eventType": "AwsApiCall",
        "managementEvent": source != "s3",
        "recipientAccountId": id,
        "eventCategory": if source == "s3" { "Data" } else { "Management" },
        "tlsDetails": {"tlsVersion": "TLSv1.3", "cipherSuite": "TLS_AES_128_GCM_SHA256", "clientProvidedHostHeader": format!("{source}.eu-west-1.amazonaws.com")},
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_organisation() {
        let size = Size { accounts: 2, roles: 9, resources: 11 };
        let files = organization(7, size);
        assert_eq!(files, organization(7, size));
        assert_eq!(files.len(), 1 + 2 + 11);
        assert_ne!(files, organization(8, size));
        assert_eq!(trail(7, 3), trail(7, 3));
    }
}
