//! An account with many roles, as teams, services and pipelines have them.

use serde_json::{Value, json};

const ACCOUNT: &str = "111122223333";

/// The answers about an account with so many roles: its authorization details and the functions
/// that run with some of them. Every role has policies of its own, with its name in them.
///
/// Of a hundred roles forty run functions, twenty tasks and ten instances; fifteen are teams' that
/// pass roles under their path and deploy functions, tasks and stacks; ten may assume others; four
/// manage roles that have a boundary, and one is an administrator.
pub fn account(roles: usize) -> [(String, String); 2] {
    let all: Vec<Value> = (0..roles).map(role).collect();
    let readers =
        policy(&[json!({"Effect": "Allow", "Action": ["s3:Get*", "s3:List*"], "Resource": "*"})]);
    let managed = json!([{
        "PolicyName": "readers", "Arn": arn("policy/readers"), "DefaultVersionId": "v1",
        "PolicyVersionList": [{"VersionId": "v1", "IsDefaultVersion": true, "Document": readers}],
    }]);
    let details = json!({
        "UserDetailList": [], "GroupDetailList": [], "RoleDetailList": all, "Policies": managed,
        "IsTruncated": false,
    });
    let functions = (0..roles).filter(|n| n % 100 < 40).map(|n| {
        let function = format!("arn:aws:lambda:eu-west-1:{ACCOUNT}:function:f{n}");
        json!({"FunctionArn": function, "Role": arn(&path(n))})
    });
    let functions = json!({"Functions": functions.collect::<Vec<_>>()});
    let folder = format!("accounts/{ACCOUNT}/eu-west-1");
    [
        (format!("{folder}/iam.json"), details.to_string()),
        (format!("{folder}/lambda-function/functions.json"), functions.to_string()),
    ]
}

fn arn(rest: &str) -> String {
    format!("arn:aws:iam::{ACCOUNT}:{rest}")
}

/// A role's path and name, by its team.
fn path(number: usize) -> String {
    format!("role/team-{}/r{number}", number % 37)
}

fn policy(statements: &[Value]) -> Value {
    json!({"Version": "2012-10-17", "Statement": statements})
}

fn trust(principal: &Value) -> Value {
    policy(&[json!({"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"})])
}

fn role(number: usize) -> Value {
    let service = |name: &str| trust(&json!({"Service": format!("{name}.amazonaws.com")}));
    let own = trust(&json!({"AWS": arn("root")}));
    let (trust, statements) = match number % 100 {
        0..40 => (service("lambda"), runs(number)),
        40..60 => (service("ecs-tasks"), runs(number)),
        60..70 => (service("ec2"), runs(number)),
        70..85 => (own, deploys(number)),
        85..95 => (own, assumes(number)),
        95..99 => (own, manages(number)),
        _ => (service("lambda"), vec![json!({"Effect": "Allow", "Action": "*", "Resource": "*"})]),
    };
    let name = path(number);
    let profiles = match number % 100 {
        60..70 => json!([{"InstanceProfileName": format!("p{number}")}]),
        _ => json!([]),
    };
    json!({
        "RoleName": format!("r{number}"), "Arn": arn(&name), "AssumeRolePolicyDocument": trust,
        "RolePolicyList": [{"PolicyName": "own", "PolicyDocument": policy(&statements)}],
        "AttachedManagedPolicies": [{"PolicyArn": arn("policy/readers")}],
        "InstanceProfileList": profiles,
    })
}

fn runs(number: usize) -> Vec<Value> {
    vec![
        json!({"Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject"], "Resource": format!("arn:aws:s3:::bucket-{number}/*")}),
        json!({"Effect": "Allow", "Action": ["sqs:*", "dynamodb:*"], "Resource": format!("arn:aws:*:eu-west-1:{ACCOUNT}:*{number}")}),
        json!({"Effect": "Allow", "Action": ["logs:*", "kms:Decrypt"], "Resource": "*"}),
    ]
}

fn deploys(number: usize) -> Vec<Value> {
    let team = number % 37;
    vec![
        json!({"Effect": "Allow", "Action": "iam:PassRole", "Resource": arn(&format!("role/team-{team}/*"))}),
        json!({"Effect": "Allow", "Action": ["lambda:*", "ecs:*", "cloudformation:*"], "Resource": "*"}),
        json!({"Effect": "Allow", "Action": "ec2:RunInstances", "Resource": "*", "Condition": {"StringEquals": {"aws:RequestedRegion": ["eu-west-1", "eu-central-1"]}}}),
        json!({"Effect": "Deny", "Action": "lambda:UpdateFunctionCode", "Resource": "*", "Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}}),
    ]
}

fn assumes(number: usize) -> Vec<Value> {
    let team = number % 37;
    vec![
        json!({"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": arn(&format!("role/team-{team}/*"))}),
    ]
}

fn manages(number: usize) -> Vec<Value> {
    let boundary = json!({"StringEquals": {"iam:PermissionsBoundary": arn("policy/readers")}});
    let own = arn(&format!("role/team-{}/*", number % 37));
    vec![
        json!({"Effect": "Allow", "Action": ["iam:PutRolePolicy", "iam:AttachRolePolicy", "iam:UpdateAssumeRolePolicy"], "Resource": own, "Condition": boundary}),
        json!({"Effect": "Allow", "Action": ["iam:Get*", "iam:List*"], "Resource": "*"}),
    ]
}
