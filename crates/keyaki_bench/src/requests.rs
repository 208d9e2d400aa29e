//! Requests as `keyaki simulate --batch` reads them, for the policy of ten statements.

use std::fmt::Write;

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

/// The request of that number, without a line end; the same number, the same request.
pub fn request(number: usize) -> String {
    // A multiplier of Knuth's spreads the numbers over the choices.
    let choice = |of: usize, shift: u32| {
        (number.wrapping_mul(6_364_136_223_846_793_005) >> (20 + shift)) % of
    };
    let (action, resource) = CALLS[choice(CALLS.len(), 0)];
    let team = TEAMS[choice(TEAMS.len(), 8)];
    let tail = if resource.ends_with("orders") { String::new() } else { number.to_string() };
    let mut line = format!(
        "{{\"principal\":\"arn:aws:iam::111122223333:role/app\",\"action\":\"{action}\",\
         \"resource\":\"{resource}{tail}\",\"context\":{{\
         \"aws:SourceIp\":\"{address}\",\"aws:PrincipalTag/team\":\"{team}\"",
        address = ADDRESSES[choice(ADDRESSES.len(), 12)],
    );
    let key = match action.split_once(':') {
        Some(("s3", _)) => "\"s3:x-amz-server-side-encryption\":\"aws:kms\"".to_owned(),
        Some(("dynamodb", _)) => format!("\"dynamodb:LeadingKeys\":[\"{team}\"]"),
        Some(("kms", _)) => "\"kms:ViaService\":\"s3.eu-west-1.amazonaws.com\"".to_owned(),
        _ => "\"aws:ResourceTag/team\":\"billing\"".to_owned(),
    };
    // Writing to a string cannot fail.
    let _ = write!(line, ",{key}}}}}");
    line
}
