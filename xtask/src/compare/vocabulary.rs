//! What the generated cases are made of: actions with their resources, callers, condition keys.

/// The account of most callers.
pub(crate) const HERE: &str = "111122223333";
/// Another account.
pub(crate) const THERE: &str = "444455556666";

/// An action and what it can be about. In a resource, `{}` stands for the account of its owner.
/// No resource has a `*` in it: the peer takes that as a question about all that it matches.
pub(crate) struct Target {
    pub(crate) action: &'static str,
    pub(crate) resources: &'static [&'static str],
}

const OBJECTS: &[&str] = &[
    "arn:aws:s3:::ledger/2026/may.csv",
    "arn:aws:s3:::ledger/ann",
    "arn:aws:s3:::ledger/a b+(c)",
    "arn:aws:s3:::ledger-2/x",
];
const ROLES: &[&str] = &["arn:aws:iam::{}:role/eng/deploy", "arn:aws:iam::{}:role/audit"];
const RESERVED: &[&str] = &[
    "arn:aws:iam::{}:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_x",
    ROLES[0],
    ROLES[0],
    ROLES[1],
];

pub(crate) const TARGETS: &[Target] = &[
    Target { action: "s3:GetObject", resources: OBJECTS },
    Target { action: "s3:PutObject", resources: OBJECTS },
    Target { action: "s3:ListBucket", resources: &["arn:aws:s3:::ledger", "arn:aws:s3:::ann"] },
    Target { action: "s3:ListAllMyBuckets", resources: &["*"] },
    Target { action: "sqs:SendMessage", resources: &["arn:aws:sqs:eu-west-1:{}:orders"] },
    Target { action: "sns:Publish", resources: &["arn:aws:sns:eu-west-1:{}:news"] },
    Target { action: "iam:GetRole", resources: ROLES },
    Target { action: "iam:PassRole", resources: RESERVED },
    Target { action: "iam:TagRole", resources: RESERVED },
    Target { action: "iam:ListRoles", resources: &["*"] },
    Target {
        action: "iam:CreatePolicyVersion",
        resources: &[
            "arn:aws:iam::{}:policy/own",
            "arn:aws:iam::{}:policy/eng/own",
            "arn:aws:iam::{}:policy/own",
            "arn:aws:iam::aws:policy/ReadOnlyAccess",
        ],
    },
    Target { action: "kms:Decrypt", resources: &["arn:aws:kms:eu-west-1:{}:key/0f1e-2d3c"] },
    Target { action: "kms:DescribeKey", resources: &["arn:aws:kms:eu-west-1:{}:key/0f1e-2d3c"] },
    Target { action: "kms:ListKeys", resources: &["*"] },
    Target {
        action: "dynamodb:GetItem",
        resources: &["arn:aws:dynamodb:eu-west-1:{}:table/orders"],
    },
    Target {
        action: "ec2:StartInstances",
        resources: &["arn:aws:ec2:eu-west-1:{}:instance/i-0abc"],
    },
    Target { action: "ec2:DescribeInstances", resources: &["*"] },
    Target { action: "sts:AssumeRole", resources: ROLES },
    Target { action: "sts:GetCallerIdentity", resources: &["*"] },
    Target {
        action: "lambda:InvokeFunction",
        resources: &["arn:aws:lambda:eu-west-1:{}:function:report"],
    },
    Target {
        action: "logs:PutLogEvents",
        resources: &["arn:aws:logs:eu-west-1:{}:log-group:app:log-stream:one"],
    },
    Target {
        action: "secretsmanager:GetSecretValue",
        resources: &["arn:aws:secretsmanager:eu-west-1:{}:secret:db-AbCdEf"],
    },
];

/// Who calls, by account `{}`; the chances are those of drawing from the list.
pub(crate) const CALLERS: &[&str] = &[
    "arn:aws:iam::{}:user/ann",
    "arn:aws:iam::{}:user/eng/ann",
    "arn:aws:iam::{}:user/ann",
    "arn:aws:sts::{}:assumed-role/deploy/ci",
    "arn:aws:sts::{}:assumed-role/deploy/ci",
    "arn:aws:sts::{}:assumed-role/deploy/ann",
    "arn:aws:sts::{}:federated-user/ann",
    "arn:aws:iam::{}:root",
    "cloudtrail.amazonaws.com",
    "anonymous",
];

/// A caller of whom we know from its role's path that the role is a service-linked one.
pub(crate) const SERVICE_LINKED: &str =
    "arn:aws:iam::{}:role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS";

/// What an entry of `Principal` under `AWS` can say, by account.
pub(crate) const PRINCIPALS: &[&str] = &[
    "*",
    "{}",
    "arn:aws:iam::{}:root",
    "arn:aws:iam::{}:user/ann",
    "arn:aws:iam::{}:user/eng/ann",
    "arn:aws:iam::{}:user/bob",
    "arn:aws:iam::{}:role/deploy",
    "arn:aws:iam::{}:role/eng/deploy",
    "arn:aws:iam::{}:role/Deploy",
    "arn:aws:iam::{}:role/audit",
    "arn:aws:sts::{}:assumed-role/deploy/ci",
    "arn:aws:sts::{}:assumed-role/deploy/other",
    "arn:aws:sts::{}:federated-user/ann",
];

/// What operators are meant for a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    Arn,
    Number,
    Date,
    Bool,
    Address,
    Bytes,
}

impl Kind {
    pub(crate) fn operators(self) -> &'static [&'static str] {
        match self {
            Kind::Text => &[
                "StringEquals",
                "StringNotEquals",
                "StringEqualsIgnoreCase",
                "StringNotEqualsIgnoreCase",
                "StringLike",
                "StringNotLike",
            ],
            Kind::Arn => &["ArnEquals", "ArnNotEquals", "ArnLike", "ArnNotLike", "StringLike"],
            Kind::Number => &[
                "NumericEquals",
                "NumericNotEquals",
                "NumericLessThan",
                "NumericLessThanEquals",
                "NumericGreaterThan",
                "NumericGreaterThanEquals",
            ],
            Kind::Date => &[
                "DateEquals",
                "DateNotEquals",
                "DateLessThan",
                "DateLessThanEquals",
                "DateGreaterThan",
                "DateGreaterThanEquals",
            ],
            Kind::Bool => &["Bool"],
            Kind::Address => &["IpAddress", "NotIpAddress"],
            Kind::Bytes => &["BinaryEquals"],
        }
    }

    pub(crate) const ALL: [Kind; 7] =
        [Kind::Text, Kind::Arn, Kind::Number, Kind::Date, Kind::Bool, Kind::Address, Kind::Bytes];
}

/// A condition key with values that policies and requests may hold.
pub(crate) struct Key {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    pub(crate) is_multivalued: bool,
    pub(crate) in_policies: &'static [&'static str],
    pub(crate) in_requests: &'static [&'static str],
}

const fn one(
    name: &'static str,
    kind: Kind,
    in_policies: &'static [&'static str],
    in_requests: &'static [&'static str],
) -> Key {
    Key { name, kind, is_multivalued: false, in_policies, in_requests }
}

const fn several(
    name: &'static str,
    in_policies: &'static [&'static str],
    in_requests: &'static [&'static str],
) -> Key {
    Key { name, kind: Kind::Text, is_multivalued: true, in_policies, in_requests }
}

const TEXTS: &[&str] = &[
    "blue",
    "Blue",
    "b*",
    "?lue",
    "*",
    "",
    "${aws:username}",
    "${aws:PrincipalTag/team}",
    "${aws:PrincipalTag/team, 'blue'}",
    "${aws:username, 'ann'}-x",
    "blue${*}",
    "${$}{x}",
];
const WORDS: &[&str] = &["blue", "Blue", "red", "", "blu", "blue*", "ann", "ann-x", "${x}"];
const ARNS: &[&str] = &[
    "arn:aws:iam::111122223333:role/deploy",
    "arn:aws:iam::111122223333:role/*",
    "arn:aws:iam::*:role/deploy",
    "arn:aws:iam::111122223333:user/${aws:username}",
    "arn:aws:iam::111122223333:*",
    "arn:*:iam::*:user/a?n",
    "arn:aws:sns:*:444455556666:news",
    "arn:aws:sns:eu-west-1:444455556666:news:*",
    "arn:aws:sns:*",
    "*",
];
const SOURCES: &[&str] = &[
    "arn:aws:sns:eu-west-1:444455556666:news",
    "arn:aws:sns:EU-WEST-1:444455556666:news",
    "arn:aws:sns:eu-west-1:444455556666:news:one",
    "arn:aws:iam::111122223333:role/deploy",
    "arn:aws:iam::111122223333:user/ann",
    "news",
];
const NUMBERS: &[&str] = &["300", "300.0", "301", "-1", "0", "10abc", "1e3", ""];
const DATES: &[&str] = &[
    "2026-05-01T00:00:00Z",
    "2026-05-01T00:00:00+02:00",
    "2026-05-01",
    "2026-05-01T00:00:00.5Z",
    "1777593600",
    "2026",
    "soon",
];
const BOOLS: &[&str] = &["true", "false", "TRUE", "yes"];
const RANGES: &[&str] = &[
    "203.0.113.0/24",
    "203.0.113.7",
    "0.0.0.0/0",
    "2001:db8::/32",
    "2001:DB8:0:0:0:0:0:1",
    "10.0.0.0/8",
    "203.0.113.7/24",
];
const ADDRESSES: &[&str] =
    &["203.0.113.7", "203.0.114.7", "2001:db8::1", "2001:db9::1", "10.1.2.3", "x"];
const TAGS: &[&str] = &["team", "Team", "t*", "env", ""];
const HOSTS: &[&str] = &["cloudformation.amazonaws.com", "athena.amazonaws.com", "*.amazonaws.com"];

/// The condition keys. Those of a service are known to its actions only.
pub(crate) const KEYS: &[Key] = &[
    one("aws:PrincipalTag/team", Kind::Text, TEXTS, WORDS),
    one("aws:RequestTag/team", Kind::Text, TEXTS, WORDS),
    one("aws:username", Kind::Text, TEXTS, WORDS),
    one("aws:SourceVpce", Kind::Text, &["vpce-1", "vpce-*"], &["vpce-1", "vpce-2"]),
    one("aws:PrincipalOrgID", Kind::Text, &["o-abc", "o-*"], &["o-abc", "o-abd"]),
    one("aws:RequestedRegion", Kind::Text, &["eu-west-1", "eu-*"], &["eu-west-1", "us-east-1"]),
    one("aws:PrincipalAccount", Kind::Text, &[HERE, THERE], &[HERE, THERE]),
    one("aws:Referer", Kind::Text, TEXTS, WORDS),
    one("s3:prefix", Kind::Text, TEXTS, WORDS),
    one("aws:PrincipalArn", Kind::Arn, ARNS, SOURCES),
    one("aws:SourceArn", Kind::Arn, ARNS, SOURCES),
    one("aws:MultiFactorAuthAge", Kind::Number, NUMBERS, NUMBERS),
    one("s3:max-keys", Kind::Number, NUMBERS, NUMBERS),
    one("aws:CurrentTime", Kind::Date, DATES, DATES),
    one("aws:EpochTime", Kind::Date, DATES, DATES),
    one("aws:TokenIssueTime", Kind::Date, DATES, DATES),
    one("aws:SecureTransport", Kind::Bool, BOOLS, BOOLS),
    one("aws:MultiFactorAuthPresent", Kind::Bool, BOOLS, BOOLS),
    one("aws:ViaAWSService", Kind::Bool, BOOLS, BOOLS),
    one("aws:SourceIp", Kind::Address, RANGES, ADDRESSES),
    one("aws:VpcSourceIp", Kind::Address, RANGES, ADDRESSES),
    one("aws:UserAgent", Kind::Bytes, &["QUJD", "QUI=", "QUJ"], &["QUJD", "QUI=", "QUJ"]),
    several("aws:TagKeys", TAGS, TAGS),
    several("aws:CalledVia", HOSTS, HOSTS),
    several("aws:PrincipalOrgPaths", &["o-abc/r-1/*", "o-*"], &["o-abc/r-1/ou-1/", "o-abd/"]),
];
