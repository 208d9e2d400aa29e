//! Requests as `keyaki simulate --batch` reads them, for the policy of ten statements.

use serde_json::{Map, Value, json};

/// A policy of ten statements, seven that allow and three that deny, with variables, addresses
/// and a set operator.
pub const TEN_STATEMENTS: &str = include_str!("../../../testdata/bench/ten-statements.json");

/// Actions with the start of a resource for each.
const CALLS: [(&str, &str); 12] = [
    ("s3:GetObject", "arn:aws:s3:::example-reports/billing/"),
    ("s3:PutObject", "arn:aws:s3:::example-reports/billing/"),
    ("s3:DeleteObject", "arn:aws:s3:::example-reports/billing/"),
    ("dynamodb:GetItem", "arn:aws:dynamodb:eu-west-1:111122223333:table/orders"),
    ("dynamodb:Query", "arn:aws:dynamodb:us-east-1:111122223333:table/orders"),
    ("kms:Decrypt", "arn:aws:kms:eu-west-1:111122223333:key/"),
    ("logs:PutLogEvents", "arn:aws:logs:eu-west-1:111122223333:log-group:/example/"),
    ("sqs:SendMessage", "arn:aws:sqs:eu-west-1:111122223333:orders-"),
    ("sqs:ReceiveMessage", "arn:aws:sqs:eu-central-1:111122223333:orders-"),
    ("lambda:InvokeFunction", "arn:aws:lambda:eu-west-1:111122223333:function:"),
    ("ec2:StartInstances", "arn:aws:ec2:eu-west-1:111122223333:instance/i-"),
    ("iam:GetRole", "arn:aws:iam::111122223333:role/"),
];

const TEAMS: [&str; 3] = ["billing", "orders", "shipping"];

/// Addresses inside and outside of what the policy takes.
const ADDRESSES: [&str; 4] = ["203.0.113.7", "198.51.100.20", "203.0.113.99", "192.0.2.1"];

/// A request in parts.
pub struct Call {
    /// Who.
    pub principal: &'static str,
    /// What.
    pub action: &'static str,
    /// On what.
    pub resource: String,
    /// The condition keys, each with one value.
    pub context: [(&'static str, &'static str); 3],
}

/// The request of that number; the same number, the same request.
pub fn call(number: usize) -> Call {
    // A multiplier of Knuth's spreads the numbers over the choices.
    let spread = (number as u64).wrapping_mul(6_364_136_223_846_793_005);
    let choice = |of: usize, shift: u32| (spread >> (20 + shift)) as usize % of;
    let (action, resource) = CALLS[choice(CALLS.len(), 0)];
    let team = TEAMS[choice(TEAMS.len(), 8)];
    let tail = if resource.ends_with("orders") { String::new() } else { number.to_string() };
    let last = match action.split_once(':') {
        Some(("s3", _)) => ("s3:x-amz-server-side-encryption", "aws:kms"),
        Some(("dynamodb", _)) => ("dynamodb:LeadingKeys", team),
        Some(("kms", _)) => ("kms:ViaService", "s3.eu-west-1.amazonaws.com"),
        Some(_) | None => ("aws:ResourceTag/team", "billing"),
    };
    let address = ADDRESSES[choice(ADDRESSES.len(), 12)];
    Call {
        principal: "arn:aws:iam::111122223333:role/app",
        action,
        resource: format!("{resource}{tail}"),
        context: [("aws:SourceIp", address), ("aws:PrincipalTag/team", team), last],
    }
}

/// The request of that number as a line of a batch, without the line end.
pub fn request(number: usize) -> String {
    let call = call(number);
    let context: Map<String, Value> =
        call.context.into_iter().map(|(key, value)| (key.to_owned(), value.into())).collect();
    let request = json!({"principal": call.principal, "action": call.action,
                         "resource": call.resource, "context": context});
    request.to_string()
}
