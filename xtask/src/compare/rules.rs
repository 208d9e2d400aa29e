//! The differences that are the peer's: each a class with a reason, told by what the minimal case
//! looks like. The table with AWS's text for each is `docs/rulings.md`.

use keyaki_eval::Verdict;
use serde_json::{Map, Value};

/// A class of differences that no contested point explains.
pub(crate) struct Rule {
    /// The name, as in `docs/rulings.md`.
    pub(crate) name: &'static str,
    /// Whether a minimal case with these verdicts, ours and theirs, is of the class.
    pub(crate) holds: fn(&Shown<'_>) -> bool,
}

/// A minimal case and what both sides say to it.
pub(crate) struct Shown<'c> {
    pub(crate) case: &'c Map<String, Value>,
    pub(crate) ours: Verdict,
    pub(crate) theirs: Verdict,
}

/// The class of a case; the first that holds.
pub(crate) fn class(shown: &Shown<'_>) -> Option<&'static str> {
    RULES.iter().find(|r| (r.holds)(shown)).map(|r| r.name)
}

pub(crate) const RULES: &[Rule] = &[];

/// One operator of one statement asking about one key.
pub(crate) struct Asked {
    pub(crate) operator: String,
    pub(crate) key: String,
    pub(crate) values: Vec<String>,
}

/// All statements of a case, with the names of their layers.
pub(crate) fn statements(case: &Map<String, Value>) -> Vec<(&str, &Map<String, Value>)> {
    let layers = case.iter().filter(|(name, _)| name.as_str() != "context");
    layers
        .flat_map(|(layer, value)| {
            let mut found = Vec::new();
            collect(value, &mut found);
            found.into_iter().map(|s| (layer.as_str(), s))
        })
        .collect()
}

/// Policies stand in lists, and in lists of lists.
fn collect<'c>(value: &'c Value, found: &mut Vec<&'c Map<String, Value>>) {
    if let Some(policies) = value.as_array() {
        policies.iter().for_each(|p| collect(p, found));
    }
    found.extend(one_or_many(&value["Statement"]).filter_map(Value::as_object));
}

fn one_or_many(value: &Value) -> impl Iterator<Item = &Value> {
    let many = value.as_array().map_or(&[][..], Vec::as_slice);
    let one = (!value.is_array() && !value.is_null()).then_some(value);
    one.into_iter().chain(many)
}

/// The texts of a value, be it one or a list.
pub(crate) fn texts(value: &Value) -> Vec<String> {
    one_or_many(value).filter_map(|v| v.as_str().map(str::to_owned)).collect()
}

/// All conditions of a case.
pub(crate) fn conditions(case: &Map<String, Value>) -> Vec<Asked> {
    let mut asked = Vec::new();
    for (_, statement) in statements(case) {
        let blocks = statement.get("Condition").and_then(Value::as_object);
        for (operator, keys) in blocks.into_iter().flatten() {
            for (key, values) in keys.as_object().into_iter().flatten() {
                let (operator, key) = (operator.clone(), key.clone());
                asked.push(Asked { operator, key, values: texts(values) });
            }
        }
    }
    asked
}
