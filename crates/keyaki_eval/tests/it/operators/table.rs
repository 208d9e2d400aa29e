//! What each policy value matches, as data.
//!
//! A family has sample values named by letters. A row has policy values and, for policies without
//! and with policy variables, the letters of the samples that match. `r` is the policy value's own
//! text, `e` the empty text.

use keyaki_ir::BaseOperator;

/// The keys that the policy variables name. `app:none` is absent, `app:list` has two values.
pub(super) const VARIABLES: &[(&str, &str)] = &[
    ("app:bc", "bc"),
    ("app:star", "*"),
    ("app:empty", ""),
    ("app:ten", "10"),
    ("app:date", "2024-01-01T00:00:00Z"),
    ("app:true", "true"),
    ("app:base64", "QUJD"),
    ("app:ip", "203.0.113.7"),
    ("app:account", "111122223333"),
    ("app:role", "app"),
];

/// Policy values, and what matches them.
pub(super) struct Row {
    /// The values in the policy.
    pub(super) policy: &'static [&'static str],
    /// The samples that match where variables are plain text.
    old: &'static str,
    /// The samples that match where variables are replaced.
    new: &'static str,
}

/// Operators that match alike.
pub(super) struct Family {
    samples: &'static [(char, &'static str)],
    /// What `r` stands for, if not the policy value.
    raw: Option<&'static str>,
    /// What matches.
    pub(super) rows: &'static [Row],
}

impl Family {
    /// The sample values.
    pub(super) fn samples(&self, row: &Row) -> Vec<(char, &'static str)> {
        let raw = self.raw.unwrap_or(row.policy[0]);
        let mut all = vec![('r', raw), ('e', "")];
        all.extend(self.samples);
        all
    }

    /// Whether a sample matches.
    pub(super) fn matches(&self, row: &Row, with_variables: bool, text: &str) -> bool {
        let letters = if with_variables { row.new } else { row.old };
        self.samples(row).iter().any(|(letter, t)| *t == text && letters.contains(*letter))
    }
}

const fn row(policy: &'static [&'static str], old: &'static str, new: &'static str) -> Row {
    Row { policy, old, new }
}

const TEXTS: &[(char, &str)] =
    &[('a', "abc"), ('b', "xyz"), ('c', "ABC"), ('d', "a*"), ('f', "a?"), ('g', "a$")];

/// Exact; wildcards are plain text.
const EXACT: &[Row] = &[
    row(&["abc"], "ar", "ar"),
    row(&["abc", "xyz"], "abr", "abr"),
    row(&[""], "er", "er"),
    row(&["a*"], "dr", "dr"),
    row(&["a?c"], "r", "r"),
    row(&["a${app:bc}"], "r", "a"),
    row(&["a${APP:BC}"], "r", "a"),
    row(&["a${app:star}"], "r", "d"),
    row(&["abc${app:empty}"], "r", "a"),
    row(&["a${app:none}"], "r", ""),
    row(&["abc", "a${app:none}"], "ar", "ar"),
    row(&["a${app:list}"], "r", ""),
    row(&["a${app:none, 'bc'}"], "r", "a"),
    row(&["a${app:none,'bc'}"], "r", "a"),
    row(&["a${app:bc, 'yz'}"], "r", "a"),
    row(&["a${*}"], "r", "d"),
    row(&["a${?}"], "r", "f"),
    row(&["a${$}"], "r", "g"),
    row(&["a${$}{app:bc}"], "r", ""),
];

/// Exact, but for letter case.
const FOLDED: &[Row] = &[
    row(&["abc"], "acr", "acr"),
    row(&["aBc", "xyz"], "abcr", "abcr"),
    row(&[""], "er", "er"),
    row(&["A*"], "dr", "dr"),
    row(&["a?c"], "r", "r"),
    row(&["A${app:bc}"], "r", "ac"),
    row(&["a${app:star}"], "r", "d"),
    row(&["ABC${app:empty}"], "r", "ac"),
    row(&["a${app:none}"], "r", ""),
    row(&["a${app:list}"], "r", ""),
    row(&["a${app:none, 'BC'}"], "r", "ac"),
    row(&["a${app:bc, 'yz'}"], "r", "ac"),
    row(&["A${*}"], "r", "d"),
    row(&["a${?}"], "r", "f"),
];

/// `*` and `?` are wildcards. The samples `d`, `f` and `g` have two characters.
const LIKE: &[Row] = &[
    row(&["abc"], "ar", "ar"),
    row(&["abc", "x*"], "abr", "abr"),
    row(&[""], "er", "er"),
    row(&["*"], "abcdefgr", "abcdefgr"),
    row(&["?*"], "abcdfgr", "abcdfgr"),
    row(&["a*"], "adfgr", "adfgr"),
    row(&["a?"], "dfgr", "dfgr"),
    row(&["a?c"], "ar", "ar"),
    row(&["a${app:bc}"], "r", "a"),
    row(&["?${app:bc}"], "r", "a"),
    row(&["a${app:star}"], "r", "d"),
    row(&["abc${app:empty}"], "r", "a"),
    row(&["a${app:none}"], "r", ""),
    row(&["*${app:none}"], "r", ""),
    row(&["x*", "a${app:none}"], "br", "br"),
    row(&["a${app:list}"], "r", ""),
    row(&["a${app:none, 'bc'}"], "r", "a"),
    row(&["a${app:bc, 'yz'}"], "r", "a"),
    row(&["a${*}"], "r", "d"),
    row(&["a${?}"], "r", "f"),
    row(&["?${*}"], "r", "d"),
    row(&["a${$}"], "r", "g"),
];

const NUMBERS: &[(char, &str)] =
    &[('a', "10"), ('b', "11"), ('c', "9.5"), ('d', "10.0"), ('f', "10abc"), ('g', "ten")];

const DATES: &[(char, &str)] = &[
    ('a', "2024-01-01T00:00:00Z"),
    ('b', "2024-06-01T12:30:00Z"),
    ('c', "2023-12-31"),
    ('d', "1704067200"),
    ('f', "2024-13-01"),
    ('g', "yesterday"),
];

/// Rows of an ordered family: literals with their letters, and what is no value of the family.
macro_rules! ordered {
    ($name:ident, $(($literal:expr, $letters:literal)),* ; $($other:expr),*) => {
        const $name: &[Row] = &[$(row(&$literal, $letters, $letters),)* $(row(&$other, "", ""),)*];
    };
}

macro_rules! numbers {
    ($name:ident, $ten:literal, $ten_or_eleven:literal) => {
        ordered! { $name,
            (["10"], $ten), (["10.00"], $ten), (["10", "11"], $ten_or_eleven), (["ten", "10"], $ten);
            ["1*"], ["10abc"], [""], ["${app:ten}"], ["${app:none}"], ["${app:none, '10'}"], ["${*}"]
        }
    };
}

numbers! { NUMERIC_EQUALS, "ad", "abd" }
numbers! { NUMERIC_LESS, "c", "acd" }
numbers! { NUMERIC_LESS_EQUALS, "acd", "abcd" }
numbers! { NUMERIC_GREATER, "b", "b" }
numbers! { NUMERIC_GREATER_EQUALS, "abd", "abd" }

macro_rules! dates {
    ($name:ident, $letters:literal) => {
        ordered! { $name,
            (["2024-01-01T00:00:00Z"], $letters), (["2024-01-01T01:00:00+01:00"], $letters),
            (["2024-01-01T00:00Z"], $letters), (["2024-01-01"], $letters),
            (["2024-01"], $letters), (["2024-01-01T00:00:00.000Z"], $letters),
            (["1704067200"], $letters);
            ["2024-*"], ["soon"], [""], ["${app:date}"], ["${app:none}"],
            ["${app:none, '2024-01-01T00:00:00Z'}"], ["${*}"]
        }
    };
}

dates! { DATE_EQUALS, "ad" }
dates! { DATE_LESS, "c" }
dates! { DATE_LESS_EQUALS, "acd" }
dates! { DATE_GREATER, "b" }
dates! { DATE_GREATER_EQUALS, "abd" }

const TRUTHS: &[(char, &str)] = &[('a', "true"), ('b', "false"), ('c', "yes"), ('d', "t")];

ordered! { BOOL,
    (["true"], "a"), (["false"], "b"), (["true", "false"], "ab");
    ["t*"], ["yes"], [""], ["${app:true}"], ["${app:none}"], ["${app:none, 'true'}"], ["${*}"]
}

const BYTES: &[(char, &str)] =
    &[('a', "QUJD"), ('b', "WFla"), ('c', "qujd"), ('d', "QUJDRA=="), ('f', "ABC")];

ordered! { BINARY,
    (["QUJD"], "a"), (["QUJD", "QUJDRA=="], "ad"), (["WFla"], "b");
    ["Q*"], ["${app:base64}"], ["${app:none}"], ["${app:none, 'QUJD'}"], ["${*}"]
}

const ADDRESSES: &[(char, &str)] = &[
    ('a', "203.0.113.7"),
    ('b', "198.51.100.1"),
    ('c', "2001:db8::1"),
    ('d', "2001:DB8:0:0:0:0:0:1"),
    ('f', "203.0.114.0"),
    // A range is no address: nothing matches it.
    ('g', "203.0.113.0/24"),
];

ordered! { IP,
    (["203.0.113.7"], "a"), (["203.0.113.7/32"], "a"), (["203.0.113.0/24"], "a"),
    (["203.0.112.0/23"], "a"), (["203.0.112.0/22"], "af"), (["0.0.0.0/0"], "abf"),
    (["203.0.113.0/24", "2001:db8::/32"], "acd"), (["2001:db8::1"], "cd"), (["::/0"], "cd");
    ["203.0.113.*"], ["203.0.113.0/33"], [""], ["${app:ip}"], ["${app:none}"],
    ["${app:none, '203.0.113.7'}"], ["${*}"]
}

const ARNS: &[(char, &str)] = &[
    ('a', "arn:aws:iam::111122223333:role/app"),
    ('b', "arn:aws:iam::444455556666:role/app"),
    ('c', "arn:aws:iam::111122223333:role/APP"),
    ('d', "arn:aws:iam::111122223333:role/x:444455556666:role/app"),
    ('f', "arn:aws:iam::111122223333:role/*"),
    ('g', "app"),
];

/// The six segments of an ARN, each a glob.
const ARN: &[Row] = &[
    row(&["arn:aws:iam::111122223333:role/app"], "ar", "ar"),
    row(&["arn:aws:iam::111122223333:role/app", "arn:aws:iam::444455556666:*"], "abr", "abr"),
    row(&["arn:aws:iam::111122223333:role/*"], "acdfr", "acdfr"),
    row(&["arn:aws:iam::111122223333:role/a?p"], "ar", "ar"),
    row(&["arn:aws:iam::*:role/app"], "abr", "abr"),
    row(&["arn:aws:iam::1111*:role/app"], "ar", "ar"),
    row(&["arn:*:*:*:*:*"], "abcdfr", "abcdfr"),
    row(&["*"], "abcdf", "abcdf"),
    row(&["arn:aws:iam::111122223333:role/${app:role}"], "r", "a"),
    row(&["arn:aws:iam::${app:account}:role/app"], "r", "a"),
    row(&["arn:aws:iam::${app:account}:*"], "r", "acdf"),
    row(&["arn:aws:iam::111122223333:role/${app:star}"], "r", "f"),
    row(&["arn:aws:iam::111122223333:role/app${app:empty}"], "r", "a"),
    row(&["arn:aws:iam::111122223333:role/${app:none}"], "r", ""),
    row(&["arn:aws:iam::${app:none}:role/app"], "r", ""),
    row(&["arn:aws:iam::111122223333:role/${app:list}"], "r", ""),
    row(&["arn:aws:iam::111122223333:role/${app:none, 'app'}"], "r", "a"),
    row(&["arn:aws:iam::111122223333:role/${*}"], "r", "f"),
];

/// `Null` knows `true` and `false`; the expectation reads them itself.
const NULL: &[Row] = &[
    row(&["true"], "", ""),
    row(&["false"], "", ""),
    row(&["true", "false"], "", ""),
    row(&["t*"], "", ""),
    row(&["${app:true}"], "", ""),
    row(&["${app:none}"], "", ""),
    row(&["${app:none, 'true'}"], "", ""),
    row(&["${*}"], "", ""),
];

/// The samples and rows of an operator.
pub(super) fn families(base: BaseOperator) -> Family {
    use BaseOperator as O;
    let family = |samples, rows| Family { samples, raw: None, rows };
    // The text of a literal is among the samples already.
    let typed = |samples, rows| Family { samples, raw: Some("${app:none}"), rows };
    match base {
        O::StringEquals | O::StringNotEquals => family(TEXTS, EXACT),
        O::StringEqualsIgnoreCase | O::StringNotEqualsIgnoreCase => family(TEXTS, FOLDED),
        O::StringLike | O::StringNotLike => family(TEXTS, LIKE),
        O::NumericEquals | O::NumericNotEquals => typed(NUMBERS, NUMERIC_EQUALS),
        O::NumericLessThan => typed(NUMBERS, NUMERIC_LESS),
        O::NumericLessThanEquals => typed(NUMBERS, NUMERIC_LESS_EQUALS),
        O::NumericGreaterThan => typed(NUMBERS, NUMERIC_GREATER),
        O::NumericGreaterThanEquals => typed(NUMBERS, NUMERIC_GREATER_EQUALS),
        O::DateEquals | O::DateNotEquals => typed(DATES, DATE_EQUALS),
        O::DateLessThan => typed(DATES, DATE_LESS),
        O::DateLessThanEquals => typed(DATES, DATE_LESS_EQUALS),
        O::DateGreaterThan => typed(DATES, DATE_GREATER),
        O::DateGreaterThanEquals => typed(DATES, DATE_GREATER_EQUALS),
        O::Bool => typed(TRUTHS, BOOL),
        O::BinaryEquals => typed(BYTES, BINARY),
        O::IpAddress | O::NotIpAddress => typed(ADDRESSES, IP),
        O::ArnEquals | O::ArnLike | O::ArnNotEquals | O::ArnNotLike => family(ARNS, ARN),
        O::Null => family(TEXTS, NULL),
    }
}
