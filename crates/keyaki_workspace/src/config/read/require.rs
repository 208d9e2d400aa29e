//! `[[require]]`: what a project asks of every grant of some actions.

use keyaki_lint::Requirement;
use keyaki_syntax::Tree;
use serde_json::{Map, Value, json};
use toml::de::DeValue;

use super::{Read, Spot, as_table, known, missing, text, texts};

pub(super) const REQUIRE: [&str; 3] = ["actions", "condition", "reason"];

/// A requirement: its violation is a policy that allows every request for the actions but those
/// that meet the condition.
pub(super) fn read(value: &Spot<'_>) -> Read<Requirement> {
    let table = as_table(value)?;
    known(table, &REQUIRE)?;
    let actions = table.get("actions").ok_or_else(|| missing(value, "actions"))?;
    let actions: Vec<String> =
        texts(actions)?.into_iter().map(|(action, _)| action.to_owned()).collect();
    let spot = table.get("condition").ok_or_else(|| missing(value, "condition"))?;
    as_table(spot)?;
    let policy = json!({ "Version": "2012-10-17", "Statement": [
        { "Effect": "Allow", "Principal": "*", "Action": actions, "Resource": "*" },
        { "Effect": "Deny", "Principal": "*", "Action": actions, "Resource": "*",
          "Condition": as_json(spot) },
    ] });
    let violation = keyaki_ir::lower(&Tree::parse(policy.to_string()));
    let blocks = || violation.statements.iter().flat_map(|s| &s.condition).flat_map(|c| &c.blocks);
    let is_known = blocks().all(|b| b.operator.operator.is_some() && !b.entries.is_empty());
    if !violation.defects.is_empty() || !is_known || blocks().next().is_none() {
        let message = "a condition is written as { StringEquals = { \"key\" = \"value\" } }";
        return Err((spot.span(), message.to_owned()));
    }
    let message = match table.get("reason") {
        Some(reason) => text(reason)?.trim_end_matches('.').to_owned(),
        None => "the project asks for a condition here".to_owned(),
    };
    Ok(Requirement { actions, violation, message })
}

/// A value of TOML as one of JSON. Tables of a configuration are not deep.
fn as_json(value: &Spot<'_>) -> Value {
    match value.get_ref() {
        DeValue::String(text) => json!(text),
        DeValue::Boolean(flag) => json!(flag.to_string()),
        DeValue::Integer(number) => json!(number.as_str()),
        DeValue::Float(number) => json!(number.as_str()),
        DeValue::Datetime(day) => json!(day.to_string()),
        DeValue::Array(list) => Value::Array(list.iter().map(as_json).collect()),
        DeValue::Table(table) => {
            let members = table.iter().map(|(name, v)| (name.get_ref().to_string(), as_json(v)));
            Value::Object(members.collect::<Map<_, _>>())
        }
    }
}
