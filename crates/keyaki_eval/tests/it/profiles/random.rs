//! Seeded policies and requests, drawn from texts on which the contested points turn.

use keyaki_eval::{Caller, Context, Policies, Request, ResourceRole, Values};

use crate::support::document;

/// A generator of numbers: the same seed gives the same numbers (xorshift64*).
pub(super) struct Random(u64);

impl Random {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    pub(super) fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let number = self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33;
        (number as usize) % limit
    }

    fn pick<'t>(&mut self, texts: &[&'t str]) -> &'t str {
        texts[self.below(texts.len())]
    }

    fn one_in(&mut self, limit: usize) -> bool {
        self.below(limit) == 0
    }
}

const VERSIONS: &[&str] = &[r#""Version": "2012-10-17","#, r#""Version": "2008-10-17","#, ""];

const PATTERNS: &[&str] = &[
    "*",
    "arn:aws:s3:::bucket/*",
    "arn:aws:s3:::bucket/a",
    "arn:aws:s3:::bucket/${app:a}",
    "arn:aws:s3:::bucket/${app:empty}",
    "arn:aws:s3:::bucket/a${app:empty}",
    "arn:aws:s3:::bucket/${app:empty, 'a'}",
    "arn:aws:s3:::bucket/${app:none}",
    "arn:aws:s3:::bucket/${app:none,'a'}",
    "arn:aws:s3:::bucket/${app:none, 'a'}*",
    "arn:aws:s3:::bucket/${*}",
    "arn:aws:s3:::bucket/a${?}",
    "arn:aws:S3:::bucket/*",
    "arn:AWS:s3:::*",
    "arn:aws:s3",
    "arn:aws:s3:::*/a",
    "arn:aws:*:a",
    "arn:aws:sqs:*:111122223333:q*",
    "arn:aws:sqs:*:q",
    "arn:aws:sqs:*:*:*/q",
    "arn:aws:sqs:EU-west-1:111122223333:q",
];

const RESOURCES: &[&str] = &[
    "*",
    "arn:aws:s3:::bucket/a",
    "arn:aws:s3:::bucket/*",
    "arn:aws:s3:::bucket/a*",
    "arn:aws:s3:::bucket/a?",
    "arn:aws:s3:::bucket/a\\nb",
    "arn:aws:s3:::bucket/",
    "arn:aws:s3:::bucket/${app:a}",
    "arn:aws:sqs:eu-west-1:111122223333:q",
    "arn:aws:sqs:eu-west-1:111122223333:x/q",
    "arn:aws:sqs:eu-west-1:444455556666:111122223333:q",
];

const OPERATORS: &[&str] = &[
    "StringEquals",
    "StringNotEquals",
    "StringEqualsIgnoreCase",
    "StringNotEqualsIgnoreCase",
    "StringLike",
    "StringNotLike",
    "NumericEquals",
    "NumericNotEquals",
    "NumericLessThan",
    "NumericGreaterThanEquals",
    "DateEquals",
    "DateNotEquals",
    "DateLessThan",
    "DateGreaterThan",
    "Bool",
    "BinaryEquals",
    "IpAddress",
    "NotIpAddress",
    "ArnEquals",
    "ArnLike",
    "ArnNotEquals",
    "ArnNotLike",
    "Null",
];

const SETS: &[&str] = &["", "", "ForAnyValue:", "ForAllValues:"];

const VALUES: &[&str] = &[
    "*",
    "a",
    "a*",
    "",
    "true",
    "false",
    "10",
    "10abc",
    "1704067200",
    "2024-01-01T00:00:00Z",
    "2001:db8::1",
    "2001:DB8:0:0:0:0:0:1",
    "2001:zz",
    "2001:db8::/32",
    "${*}",
    "a${?}",
    "${app:a}",
    "${app:empty}",
    "a${app:empty}",
    "${app:empty, 'a'}",
    "${app:none}",
    "${app:none,'a'}",
    "${app:true}",
    "arn:aws:s3:::bucket/a",
    "arn:aws:s3:::*/a",
    "arn:aws:S3:::bucket/*",
    "arn:aws:s3",
    "arn:aws:*:a",
    "arn:aws:s3:::bucket/${app:a}",
];

const PRINCIPALS: &[&str] = &[
    r#""Principal": "*""#,
    r#""Principal": {"AWS": "*"}"#,
    r#""Principal": {"AWS": "111122223333"}"#,
    r#""Principal": {"AWS": "arn:aws:iam::111122223333:user/ann"}"#,
    r#""Principal": {"AWS": "arn:aws:iam::111122223333:role/app"}"#,
    r#""Principal": {"AWS": "arn:aws:sts::111122223333:assumed-role/app/s"}"#,
    r#""Principal": {"Service": "x.amazonaws.com"}"#,
    r#""NotPrincipal": {"AWS": "111122223333"}"#,
    r#""NotPrincipal": {"AWS": "arn:aws:iam::111122223333:user/ann"}"#,
    r#""NotPrincipal": {"AWS": ["111122223333", "arn:aws:iam::111122223333:user/ann"]}"#,
    r#""NotPrincipal": {"AWS": "arn:aws:iam::111122223333:role/app"}"#,
    r#""NotPrincipal": {"AWS": "arn:aws:sts::111122223333:assumed-role/app/s"}"#,
];

const CALLERS: &[&str] = &[
    "anonymous",
    "arn:aws:iam::111122223333:root",
    "arn:aws:iam::111122223333:user/ann",
    "arn:aws:iam::444455556666:user/ann",
    "arn:aws:iam::111122223333:role/app",
    "arn:aws:sts::111122223333:assumed-role/app/s",
    "arn:aws:sts::111122223333:federated-user/bob",
    "x.amazonaws.com",
];

fn condition(random: &mut Random) -> String {
    let suffix = if random.one_in(4) { "IfExists" } else { "" };
    let operator = format!("{}{}{suffix}", random.pick(SETS), random.pick(OPERATORS));
    let values: Vec<_> = (0..=random.below(2)).map(|_| random.pick(VALUES)).collect();
    let values = values.join("\", \"");
    format!(r#", "Condition": {{"{operator}": {{"app:key": ["{values}"]}}}}"#)
}

fn statement(random: &mut Random, principal: &str) -> String {
    let effect = random.pick(&["Allow", "Allow", "Deny"]);
    let element = random.pick(&["Resource", "Resource", "NotResource"]);
    let patterns: Vec<_> = (0..=random.below(2)).map(|_| random.pick(PATTERNS)).collect();
    let patterns = patterns.join("\", \"");
    let condition = if random.one_in(2) { condition(random) } else { String::new() };
    format!(
        r#"{{"Effect": "{effect}", "Action": "*", "{element}": ["{patterns}"]{principal}{condition}}}"#
    )
}

fn policy(random: &mut Random, with_principal: bool) -> String {
    let version = random.pick(VERSIONS);
    let statements: Vec<_> = (0..=random.below(3))
        .map(|_| {
            let principal = if with_principal { random.pick(PRINCIPALS) } else { "" };
            let comma = if with_principal { ", " } else { "" };
            statement(random, &format!("{comma}{principal}"))
        })
        .collect();
    format!(r#"{{{version} "Statement": [{}]}}"#, statements.join(", "))
}

/// Policies of some layers, with their texts.
pub(super) fn policies(random: &mut Random) -> (Policies, Vec<String>) {
    let mut texts = Vec::new();
    let mut new = |text: String| {
        let read = document(&text);
        texts.push(text);
        read
    };
    let mut policies = Policies::default();
    policies.identity.push(new(policy(random, false)));
    policies.resource = random.one_in(2).then(|| new(policy(random, true)));
    policies.boundary = random.one_in(5).then(|| vec![new(policy(random, false))]);
    policies.session = random.one_in(5).then(|| vec![new(policy(random, false))]);
    policies.scp = random.one_in(5).then(|| vec![vec![new(policy(random, false))]]);
    if random.one_in(4) {
        policies.resource_role = ResourceRole::Role;
    }
    (policies, texts)
}

/// A request.
pub(super) fn request(random: &mut Random) -> Request {
    let mut context: Context =
        [("app:a", "a"), ("app:empty", ""), ("app:true", "true")].into_iter().collect();
    let value = |random: &mut Random| random.pick(VALUES).to_owned();
    match random.below(4) {
        0 => {}
        1 => context.set("app:key", Values::List(vec![value(random), value(random)])),
        _ => context.set("app:key", Values::One(value(random))),
    }
    Request {
        caller: Caller::parse(random.pick(CALLERS)).unwrap_or(Caller::Anonymous),
        action: "sqs:SendMessage".to_owned(),
        resource: random.pick(RESOURCES).replace("\\n", "\n"),
        resource_account: Some("111122223333".to_owned()),
        context,
    }
}
