//! Requests to attack a proof with: made of what the policies spell out, and of its neighbours.

use std::collections::BTreeMap;

use keyaki_catalog::{Catalog, KeyType};
use keyaki_eval::{AskedKeys, Caller, Context, Policies, Request, Values};
use keyaki_ir::ip::Cidr;
use keyaki_ir::number::Decimal;
use keyaki_ir::{Pattern, date};

use super::{Dice, Statement, Text};

/// What requests are put together from.
#[derive(Clone, Debug)]
pub struct Pools {
    statements: Vec<Pool>,
    all: Pool,
    keys: BTreeMap<String, Domain>,
}

/// The texts of one statement, or of all of them.
#[derive(Clone, Debug, Default)]
struct Pool {
    actions: Vec<String>,
    resources: Vec<String>,
    values: BTreeMap<String, Vec<String>>,
}

/// What a key can hold.
#[derive(Clone, Copy, Debug)]
struct Domain {
    key_type: Option<KeyType>,
    many: bool,
    always: bool,
}

/// The keys that policies ask for.
pub fn keys_of(policies: &[&Policies]) -> AskedKeys {
    let each: Vec<AskedKeys> = policies.iter().map(|p| AskedKeys::of(p)).collect();
    AskedKeys::union(&each)
}

impl Pools {
    /// The pools of policies that ask for these keys.
    pub fn new(texts: &[&Text], asked: &AskedKeys, catalog: &Catalog) -> Pools {
        let statements: Vec<&Statement> = texts.iter().flat_map(|t| &t.statements).collect();
        let expects_many = |key: &str| {
            let mut conditions = statements.iter().flat_map(|s| &s.conditions);
            conditions.any(|(op, k, _)| k.eq_ignore_ascii_case(key) && op.starts_with("For"))
        };
        let keys = asked.iter().map(|k| (k.to_owned(), Domain::of(k, expects_many(k), catalog)));
        let mut all = Pool {
            actions: ["s3:GetObject", "x:y", "other:Thing", "s3:Other", "s3:GetOther"]
                .map(str::to_owned)
                .to_vec(),
            resources: ["*", "foo", "arn:aws:s3:::z", "arn:o:o:o:o:o/o"]
                .map(str::to_owned)
                .to_vec(),
            values: BTreeMap::new(),
        };
        let pools: Vec<Pool> = statements.iter().map(|s| Pool::of(s)).collect();
        for pool in &pools {
            all.actions.extend(pool.actions.iter().cloned());
            all.resources.extend(pool.resources.iter().cloned());
            for (key, values) in &pool.values {
                all.values.entry(key.clone()).or_default().extend(values.iter().cloned());
            }
        }
        Pools { statements: pools, all, keys: keys.collect() }
    }

    /// A request of a caller; most of it comes from one statement.
    pub fn request<'p>(&'p self, caller: &Caller, dice: &mut Dice<'_>) -> Request {
        let all = &self.all;
        let own = dice.choose(&self.statements).unwrap_or(all);
        let pick = |own: &[String], all: &[String], dice: &mut Dice<'_>| {
            let from = if own.is_empty() || dice.one_in(5) { all } else { own };
            dice.choose(from).cloned().unwrap_or_default()
        };
        let action = pick(&own.actions, &all.actions, dice);
        let resource = pick(&own.resources, &all.resources, dice);
        let mut context = Context::new();
        for (key, domain) in &self.keys {
            let values = |pool: &'p Pool| pool.values.get(key).map_or(&[][..], Vec::as_slice);
            let (own, all) = (values(own), values(all));
            let one = |dice: &mut Dice<'_>| domain.value(own, all, dice);
            if let Some(values) = domain.state(one, dice) {
                context.set(key, values);
            }
        }
        let resource_account = caller.account().map(str::to_owned);
        Request { caller: caller.clone(), action, resource, resource_account, context }
    }
}

impl Domain {
    fn of(key: &str, expects_many: bool, catalog: &Catalog) -> Domain {
        let key_type = catalog.key(key).key_type();
        let always = [
            "aws:currenttime",
            "aws:epochtime",
            "aws:securetransport",
            "aws:requestedregion",
            "aws:viaawsservice",
        ];
        let many = key_type.map_or(expects_many, KeyType::is_multivalued);
        Domain { key_type, many, always: always.contains(&key) }
    }

    /// What the key holds; none where it is absent.
    fn state(self, one: impl Fn(&mut Dice<'_>) -> String, dice: &mut Dice<'_>) -> Option<Values> {
        match dice.below(if self.many { 10 } else { 5 }) {
            0 if !self.always => None,
            n @ 5..=8 => Some(Values::List((5..n).map(|_| one(dice)).collect())),
            _ => Some(Values::One(one(dice))),
        }
    }

    /// A value of the key's type.
    fn value(self, own: &[String], all: &[String], dice: &mut Dice<'_>) -> String {
        const OTHERS: [&str; 10] =
            ["", "zz", "a", "b", "A", "ab", "true", "0", "10.9.9.9", "arn:aws:s3:::q"];
        for _ in 0..8 {
            let value = match dice.below(8) {
                0 => dice.pick(&OTHERS).to_owned(),
                1 | 2 => dice.choose(all).cloned().unwrap_or_default(),
                _ => dice.choose(own).or(dice.choose(all)).cloned().unwrap_or_default(),
            };
            if self.holds(&value) {
                return value;
            }
        }
        let usual = match self.key_type {
            Some(KeyType::Bool | KeyType::ArrayOfBool) => "true",
            Some(KeyType::Numeric) => "3",
            Some(KeyType::Date) => "2021-05-05T00:00:00Z",
            Some(KeyType::IpAddress) => "10.1.2.3",
            Some(
                KeyType::String
                | KeyType::Arn
                | KeyType::Binary
                | KeyType::ArrayOfString
                | KeyType::ArrayOfArn,
            )
            | None => "a",
        };
        usual.to_owned()
    }

    /// Whether a value is of the key's type.
    fn holds(self, value: &str) -> bool {
        match self.key_type {
            Some(KeyType::Bool | KeyType::ArrayOfBool) => matches!(value, "true" | "false"),
            Some(KeyType::Numeric) => Decimal::parse(value).is_some(),
            Some(KeyType::Date) => date::parse(value).is_some(),
            Some(KeyType::IpAddress) => !value.contains('/') && Cidr::parse(value).is_some(),
            Some(
                KeyType::String
                | KeyType::Arn
                | KeyType::Binary
                | KeyType::ArrayOfString
                | KeyType::ArrayOfArn,
            )
            | None => true,
        }
    }
}

impl Pool {
    fn of(statement: &Statement) -> Pool {
        let mut pool = Pool::default();
        for action in &statement.actions {
            let made = ["", "x", "Get", "ex:y"].map(|fill| filled(action, fill, 'q'));
            pool.actions.extend(made.into_iter().filter(|a| is_action(a)));
        }
        for resource in &statement.resources {
            pool.resources.extend(members(resource));
        }
        for (_, key, values) in &statement.conditions {
            let made = values.iter().flat_map(|v| members(v).into_iter().chain(neighbours(v)));
            pool.values.entry(key.to_ascii_lowercase()).or_default().extend(made);
        }
        pool
    }
}

fn is_action(text: &str) -> bool {
    text.split_once(':').is_some_and(|(service, name)| {
        !service.is_empty() && !name.is_empty() && !name.contains(':')
    })
}

/// Texts that a pattern matches, and some that it just does not.
fn members(pattern: &str) -> Vec<String> {
    let plain = plain(pattern);
    let mut all = vec![pattern.to_owned()];
    for fill in ["", "a", "b", "ab", "x/y", "a:b"] {
        all.push(filled(&plain, fill, 'a'));
        all.push(filled(&substituted(pattern, fill), fill, 'b'));
    }
    if let Some(short) = plain.strip_prefix("arn:") {
        let missing = 5usize.saturating_sub(short.split(':').count());
        all.push(format!("{}{}", filled(&plain, "", 'a'), ":".repeat(missing)));
        all.push(format!("{}{}", filled(&plain, "a", 'a'), ":a".repeat(missing)));
    }
    all
}

/// The pattern with its escapes resolved and its variables as stars.
fn plain(pattern: &str) -> String {
    substituted(pattern, "*")
}

fn substituted(pattern: &str, value: &str) -> String {
    let parsed = Pattern::new(pattern);
    let mut out = String::new();
    let mut at = 0;
    for variable in parsed.variables() {
        out.push_str(pattern.get(at..variable.range.start).unwrap_or(""));
        match variable.escape {
            Some(c) => out.push(c),
            None => out.push_str(value),
        }
        at = variable.range.end;
    }
    out.push_str(pattern.get(at..).unwrap_or(""));
    out
}

/// The pattern with each star and each question mark replaced.
fn filled(pattern: &str, star: &str, any: char) -> String {
    let mut out = String::new();
    for c in pattern.chars() {
        match c {
            '*' => out.push_str(star),
            '?' => out.push(any),
            c => out.push(c),
        }
    }
    out
}

/// Texts that differ a little from a value.
fn neighbours(value: &str) -> Vec<String> {
    let mut all = vec![
        value.to_uppercase(),
        value.to_lowercase(),
        format!("{value}a"),
        format!("a{value}"),
        value.chars().skip(1).collect(),
    ];
    if Decimal::parse(value).is_some() {
        all.extend(["-1", "0.1", "5", "1.25"].map(str::to_owned));
        all.extend([format!("{value}1"), format!("-{value}")]);
    }
    if let Some((instant, _)) = date::parse(value) {
        for nanos in [-1_000_000_000, 1_000_000_000, 500_000_000, 1] {
            all.extend(date::Instant(instant.0 + nanos).calendar());
            all.push((instant.0 + nanos).div_euclid(1_000_000_000).to_string());
        }
        all.push(value.replace('Z', ".25Z"));
    }
    if let Some(range) = Cidr::parse(value) {
        let text = |n: u128| match range.is_v6() {
            true => std::net::Ipv6Addr::from(n).to_string(),
            false => std::net::Ipv4Addr::from(n as u32).to_string(),
        };
        let (first, last) = (range.first(), range.last());
        all.extend([first, last, first.wrapping_sub(1), last.wrapping_add(1)].map(text));
    }
    all
}
