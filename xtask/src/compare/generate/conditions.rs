//! Conditions, and contexts that turn on them.

use serde_json::{Map, Value, json};

use crate::compare::case::Case;
use crate::compare::random::Random;
use crate::compare::vocabulary::{KEYS, Key, Kind};

/// A condition with one or two operators.
pub(super) fn condition(random: &mut Random) -> Value {
    let mut blocks = Map::new();
    for _ in 0..1 + random.below(2) {
        let key = &KEYS[random.below(KEYS.len())];
        let operator = operator(key, random);
        let values = policy_values(key, &operator, random);
        let name = if random.percent(5) { key.name.to_uppercase() } else { key.name.to_owned() };
        let block = blocks.entry(operator).or_insert_with(|| json!({}));
        block[name] = values;
    }
    Value::Object(blocks)
}

fn operator(key: &Key, random: &mut Random) -> String {
    let prefix = match random.below(100) {
        0..=39 if key.is_multivalued => "ForAnyValue:",
        40..=84 if key.is_multivalued => "ForAllValues:",
        0..=3 => "ForAnyValue:",
        4..=7 => "ForAllValues:",
        _ => "",
    };
    if random.percent(8) {
        let prefix = if random.percent(10) { prefix } else { "" };
        return format!("{prefix}Null");
    }
    let kind = match random.percent(5) {
        true => Kind::ALL[random.below(Kind::ALL.len())],
        false => key.kind,
    };
    let suffix = if random.percent(20) { "IfExists" } else { "" };
    format!("{prefix}{}{suffix}", random.pick(kind.operators()))
}

fn policy_values(key: &Key, operator: &str, random: &mut Random) -> Value {
    let pool = if operator.ends_with("Null") { &["true", "false"] } else { key.in_policies };
    let one = |random: &mut Random| random.pick(pool).to_owned();
    match random.below(3) {
        0 => json!([one(random), one(random)]),
        1 => json!([one(random)]),
        _ => json!(one(random)),
    }
}

/// Values for the keys that a case's policies ask about: absent, or out of their own texts, or
/// near to them.
pub(super) fn context(case: &Value, random: &mut Random) -> Map<String, Value> {
    let mut context = Map::new();
    let asked = Case(case).conditions();
    for key in KEYS {
        let texts: Vec<&str> = (asked.iter().filter(|c| c.key.eq_ignore_ascii_case(key.name)))
            .flat_map(|c| c.values.iter().map(String::as_str))
            .collect();
        let chance = if texts.is_empty() { 15 } else { 80 };
        if random.percent(chance) {
            context.insert(key.name.to_owned(), request_value(key, &texts, random));
        }
    }
    context
}

fn request_value(key: &Key, texts: &[&str], random: &mut Random) -> Value {
    let one = |random: &mut Random| match random.percent(60) && !texts.is_empty() {
        true => near(random.pick(texts), random),
        false => random.pick(key.in_requests).to_owned(),
    };
    if !key.is_multivalued {
        return json!(one(random));
    }
    let count = [0, 1, 1, 2, 3][random.below(5)];
    json!((0..count).map(|_| one(random)).collect::<Vec<_>>())
}

/// A text that a pattern matches, or nearly.
fn near(pattern: &str, random: &mut Random) -> String {
    let text = pattern.replace('*', random.pick(&["", "x", "a/b"])).replace('?', "b");
    match random.below(12) {
        0 => format!("{text}x"),
        1 => text.to_uppercase(),
        2 => text.chars().skip(1).collect(),
        _ => text,
    }
}
