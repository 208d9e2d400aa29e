//! Random policies over a tiny alphabet, so that their patterns meet, overlap and nearly miss.

use keyaki_eval::Document;

use super::Dice;

/// A statement before it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// Whether it allows.
    pub allows: bool,
    /// Whether the element is `NotAction`.
    pub not_action: bool,
    /// The action patterns.
    pub actions: Vec<String>,
    /// Whether the element is `NotResource`.
    pub not_resource: bool,
    /// The resource patterns.
    pub resources: Vec<String>,
    /// Operator, key and values.
    pub conditions: Vec<(String, String, Vec<String>)>,
    /// `Principal` or `NotPrincipal` with its value in JSON.
    pub principal: Option<(&'static str, String)>,
}

/// A policy before it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// The version, where there is one.
    pub version: Option<&'static str>,
    /// The statements.
    pub statements: Vec<Statement>,
}

impl Text {
    /// The policy in JSON.
    pub fn json(&self) -> String {
        let statements: Vec<String> = self.statements.iter().map(Statement::json).collect();
        let version = self.version.map(|v| format!("\"Version\": \"{v}\", ")).unwrap_or_default();
        format!("{{{version}\"Statement\": [{}]}}", statements.join(",\n  "))
    }

    /// The policy read back.
    pub fn document(&self) -> Document {
        let policy = keyaki_ir::lower(&keyaki_syntax::Tree::parse(self.json()));
        Document { name: String::new(), policy }
    }
}

impl Statement {
    fn json(&self) -> String {
        let list = |texts: &[String]| serde_json::Value::from(texts.to_vec()).to_string();
        let effect = if self.allows { "Allow" } else { "Deny" };
        let action = if self.not_action { "NotAction" } else { "Action" };
        let resource = if self.not_resource { "NotResource" } else { "Resource" };
        let mut parts = vec![
            format!("\"Effect\": \"{effect}\""),
            format!("\"{action}\": {}", list(&self.actions)),
            format!("\"{resource}\": {}", list(&self.resources)),
        ];
        if let Some((element, value)) = &self.principal {
            parts.push(format!("\"{element}\": {value}"));
        }
        if !self.conditions.is_empty() {
            let blocks = self.conditions.iter().map(|(operator, key, values)| {
                let key = serde_json::Value::from(key.as_str());
                format!("\"{operator}\": {{{key}: {}}}", list(values))
            });
            let blocks: Vec<String> = blocks.collect();
            parts.push(format!("\"Condition\": {{{}}}", blocks.join(", ")));
        }
        format!("{{{}}}", parts.join(", "))
    }
}

/// A policy of up to four statements.
pub fn policy(dice: &mut Dice<'_>) -> Text {
    let version = match dice.below(8) {
        0 => None,
        1 => Some("2008-10-17"),
        _ => Some("2012-10-17"),
    };
    let count = 1 + dice.below(4);
    let statements = (0..count).map(|_| statement(dice)).collect();
    Text { version, statements }
}

pub(super) fn statement(dice: &mut Dice<'_>) -> Statement {
    let conditions = if dice.one_in(3) { 0 } else { 1 + dice.below(3) };
    Statement {
        allows: !dice.one_in(3),
        not_action: dice.one_in(5),
        actions: some(dice, action),
        not_resource: dice.one_in(5),
        resources: some(dice, resource),
        conditions: (0..conditions).map(|_| condition(dice)).collect(),
        principal: None,
    }
}

fn some(dice: &mut Dice<'_>, one: impl Fn(&mut Dice<'_>) -> String) -> Vec<String> {
    let count = if dice.one_in(2) { 1 } else { 1 + dice.below(3) };
    (0..count).map(|_| one(dice)).collect()
}

pub(super) fn action(dice: &mut Dice<'_>) -> String {
    const ACTIONS: [&str; 26] = [
        "*",
        "*",
        "s3:*",
        "s3:Get*",
        "s3:GetObject",
        "S3:gETobject",
        "s3:*Object",
        "s3:GetObjec?",
        "s3:?etObject",
        "*:Get*",
        "*:*",
        "x:y",
        "x:*",
        "x:y*",
        "x:?",
        "x:?*y",
        "ec2:RunInstances",
        "ec2:*",
        "s3*",
        "ex*:*",
        "example:*",
        "iam:PassRole",
        "iam:*Role",
        "unheardof:*",
        "?:y",
        "sts:GetCallerIdentity",
    ];
    dice.pick(&ACTIONS).to_owned()
}

/// A few symbols, wildcards among them.
fn glob(dice: &mut Dice<'_>) -> String {
    let count = 1 + dice.below(4);
    let symbols = ["a", "b", "*", "?", "a", "b", "*", "/", ":"];
    (0..count).map(|_| dice.pick(&symbols)).collect()
}

/// Something that may stand in for a text with `${…}`.
fn variable(dice: &mut Dice<'_>) -> String {
    const VARIABLES: [&str; 14] = [
        "${k:a}",
        "${k:a}",
        "${k:b}",
        "${aws:username}",
        "${aws:username}",
        "${k:a, 'b'}",
        "${k:a,'a*'}",
        "${K:A}",
        "${*}",
        "${?}",
        "${$}",
        "${$}{a:b}",
        "${k:a",
        "${aws:TagKeys}",
    ];
    dice.pick(&VARIABLES).to_owned()
}

pub(super) fn resource(dice: &mut Dice<'_>) -> String {
    let segment = |dice: &mut Dice<'_>| match dice.below(12) {
        0 => variable(dice),
        _ => dice.pick(&["", "*", "", "*", "a", "b", "?", "a*"]).to_owned(),
    };
    match dice.below(12) {
        0 | 1 => "*".to_owned(),
        2 => {
            let segments: Vec<String> = (0..4).map(|_| segment(dice)).collect();
            format!("arn:{}:{}", segments.join(":"), glob(dice))
        }
        3 => {
            let segments: Vec<String> = (0..1 + dice.below(4)).map(|_| segment(dice)).collect();
            format!("arn:{}", segments.join(":"))
        }
        4 | 5 => {
            let (head, tail) =
                (dice.pick(&["", "a", "a*", "a/"]), dice.pick(&["", "/*", "b", "*"]));
            format!("arn:aws:s3:::{head}{}{tail}", variable(dice))
        }
        6 => dice.pick(&["**", "arn:*", "arn:aws:s3:a", "foo", "arn:*:*:*:*:*", "a*"]).to_owned(),
        _ => format!("arn:aws:s3:::{}", glob(dice)),
    }
}

/// Keys with the kind of operator that suits them.
const KEYS: [(&str, char); 28] = [
    ("k:a", 's'),
    ("k:a", 's'),
    ("k:a", 's'),
    ("K:A", 's'),
    ("k:b", 's'),
    ("k:b", 's'),
    ("k:n", 'n'),
    ("k:d", 'd'),
    ("k:i", 'i'),
    ("k:r", 'r'),
    ("k:t", 'b'),
    ("k:y", 'y'),
    ("aws:username", 's'),
    ("aws:PrincipalTag/t", 's'),
    ("s3:prefix", 's'),
    ("aws:TagKeys", 's'),
    ("aws:TagKeys", 's'),
    ("aws:SourceArn", 'r'),
    ("aws:SourceIp", 'i'),
    ("aws:SecureTransport", 'b'),
    ("aws:CurrentTime", 'd'),
    ("aws:MultiFactorAuthAge", 'n'),
    ("aws:RequestTag/a", 's'),
    ("aws:RequestTag/K", 's'),
    ("aws:CalledVia", 's'),
    ("aws:CalledViaFirst", 's'),
    ("aws:ViaAWSService", 'b'),
    ("aws:ResourceAccount", 's'),
];

pub(super) fn condition(dice: &mut Dice<'_>) -> (String, String, Vec<String>) {
    let (key, suits) = KEYS[dice.below(KEYS.len())];
    let family = match dice.below(16) {
        0 => ['s', 'n', 'd', 'i', 'r', 'b', 'y'][dice.below(7)],
        1 | 2 => 'z',
        _ => suits,
    };
    let operators: &[&str] = match family {
        's' => &[
            "StringEquals",
            "StringNotEquals",
            "StringLike",
            "StringNotLike",
            "StringLike",
            "StringEqualsIgnoreCase",
            "StringNotEqualsIgnoreCase",
        ],
        'n' => &[
            "NumericEquals",
            "NumericNotEquals",
            "NumericLessThan",
            "NumericLessThanEquals",
            "NumericGreaterThan",
            "NumericGreaterThanEquals",
        ],
        'd' => &[
            "DateEquals",
            "DateNotEquals",
            "DateLessThan",
            "DateLessThanEquals",
            "DateGreaterThan",
            "DateGreaterThanEquals",
        ],
        'i' => &["IpAddress", "NotIpAddress"],
        'r' => &["ArnEquals", "ArnLike", "ArnNotEquals", "ArnNotLike"],
        'b' => &["Bool"],
        'y' => &["BinaryEquals"],
        _ => &["Null"],
    };
    let mut operator = dice.pick(operators).to_owned();
    if family != 'z' {
        operator = match dice.below(6) {
            0 => format!("ForAllValues:{operator}"),
            1 => format!("ForAnyValue:{operator}"),
            _ => operator,
        };
        if dice.one_in(4) {
            operator.push_str("IfExists");
        }
    }
    let values = match dice.below(24) {
        0 => Vec::new(),
        _ => some(dice, |dice| value(dice, family)),
    };
    (operator, key.to_owned(), values)
}

pub(super) fn value(dice: &mut Dice<'_>, family: char) -> String {
    if dice.one_in(12) {
        return variable(dice);
    }
    let values: &[&str] = match family {
        's' if dice.one_in(8) => {
            let (head, tail) = (dice.pick(&["", "a", "*"]), dice.pick(&["", "b", "*"]));
            return format!("{head}{}{tail}", variable(dice));
        }
        's' => &[
            "a", "A", "b", "ab", "aB", "k", "K", "*", "a*", "*a", "?", "a?", "?*", "*b*", "",
            "a:b", "\u{212A}", "é", "É", "true", "1", "a*b",
        ],
        'n' => &["0", "1", "-1", "1.5", "2", "10", "+1", "1.0", "-0.5", ".5", "-1.25", "x", ""],
        'd' => &[
            "2020-01-01T00:00:00Z",
            "2020-01-01",
            "1577836800",
            "2020-01-01T00:00:01Z",
            "2020-01-01T00:00:00.5Z",
            "2020-01-01T00:00:00.000000001Z",
            "x",
            "9999-12-31T23:59:59Z",
            "-5",
            "0001-01-01",
            "2020",
            "999999999999999",
        ],
        'i' => &[
            "10.0.0.0/8",
            "10.1.0.0/16",
            "10.1.2.3",
            "0.0.0.0/0",
            "::/0",
            "2001:db8::/32",
            "255.255.255.255",
            "128.0.0.0/1",
            "::ffff:10.0.0.1",
            "x",
            "10.0.0.0",
        ],
        'r' => &[
            "arn:aws:s3:::a",
            "arn:aws:s3:::*",
            "arn:*:*:*:*:a?",
            "*",
            "arn:aws:s3",
            "arn:*",
            "arn:aws:s3:::a/b:c",
            "x",
            "arn:aws:s3:::${k:b}",
            "arn:aws:s3:${k:b}::a",
            "${k:b}",
            "arn:aws:s3:::a*",
            "**",
        ],
        'b' => &["true", "false", "TRUE", "x"],
        'y' => &["YQ==", "YWI=", "x", "yq=="],
        _ => &["true", "false", "TRUE", "x"],
    };
    dice.pick(values).to_owned()
}
