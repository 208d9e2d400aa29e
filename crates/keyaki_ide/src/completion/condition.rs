//! Conditions: operators that fit the keys, keys that the chosen actions carry.

use std::collections::BTreeMap;

use keyaki_catalog::{Action, KeyType};
use keyaki_ir::{BaseOperator, Family, Operator, SetOperator};

use super::{CompletionKind, Insertion, Sink};
use crate::facts::{self, Topic};

/// Of a statement with more actions than this, only the global keys are offered.
const MOST_ACTIONS: usize = 3000;

/// The whole value of `Condition`.
pub(super) fn blocks(sink: &mut Sink<'_>) {
    let text = Insertion::template("{ \"⟨StringEquals⟩\": { \"⟨⟩\": \"⟨⟩\" } }");
    sink.raw(CompletionKind::Snippet, "{ … }", text, "{".to_owned());
}

/// The whole value of an operator.
pub(super) fn block(sink: &mut Sink<'_>) {
    let text = Insertion::template("{ \"⟨⟩\": \"⟨⟩\" }");
    sink.raw(CompletionKind::Snippet, "{ … }", text, "{".to_owned());
}

pub(super) fn operators(sink: &mut Sink<'_>) {
    let wanted = wanted_type(sink);
    for (rank, &base) in BaseOperator::ALL.iter().enumerate() {
        for (set, if_exists) in FORMS {
            let is_plain = set.is_none() && !if_exists;
            if base == BaseOperator::Null && !is_plain {
                continue;
            }
            let name = Operator { set, base, if_exists }.name();
            if sink.has(&name) {
                continue;
            }
            let value = Insertion::template("{ \"⟨⟩\": \"⟨⟩\" }");
            let item = sink.member(CompletionKind::Operator, &name, value);
            item.topic = Some(Topic::Operator(name));
            item.rank = rank as u32 + if is_plain { 0 } else { 100 };
            item.rank += match wanted {
                Some(kind) if !fits(kind, base.family()) => 500,
                Some(kind) if kind.is_multivalued() == set.is_none() => 200,
                Some(_) | None => 0,
            };
        }
    }
}

const FORMS: [(Option<SetOperator>, bool); 4] = [
    (None, false),
    (None, true),
    (Some(SetOperator::ForAllValues), false),
    (Some(SetOperator::ForAnyValue), false),
];

/// The type of the key that stands below the operator at the cursor already.
fn wanted_type(sink: &Sink<'_>) -> Option<KeyType> {
    let typed = sink.cursor.typed?;
    let blocks = sink.statement?.condition.iter().flat_map(|c| &c.blocks);
    let mut here = blocks.filter(|b| sink.document.range(b.operator.origin) == typed.outer);
    let key = here.next()?.entries.first()?;
    facts::key_type(sink.document.catalog(), &key.key.value)
}

/// Whether an operator of that family compares values of that type. ARNs are texts, too.
fn fits(kind: KeyType, family: Family) -> bool {
    match family {
        Family::Null => true,
        Family::String => matches!(kind.element(), KeyType::String | KeyType::Arn),
        Family::Arn => kind.element() == KeyType::Arn,
        Family::Numeric => kind == KeyType::Numeric,
        Family::Date => kind == KeyType::Date,
        Family::Bool => kind.element() == KeyType::Bool,
        Family::Binary => kind == KeyType::Binary,
        Family::IpAddress => kind == KeyType::IpAddress,
    }
}

pub(super) fn keys(sink: &mut Sink<'_>, operator: &str) {
    let operator = Operator::parse(operator);
    for (name, (kind, carried)) in candidates(sink) {
        let stem = name.split_once("${").map_or(&*name, |(stem, _)| stem);
        if sink.has(&name) {
            continue;
        }
        let label = name.clone();
        let text = Insertion::of_holes(&name, str::to_owned);
        let starts_value = operator.is_some_and(|o| o.base.family() == Family::Null);
        let value = if starts_value { "\"⟨true⟩\"" } else { "\"⟨⟩\"" };
        let has_hole = stem.len() < name.len();
        let item = sink.named(CompletionKind::Key, &label, text, Insertion::template(value));
        item.detail = kind.to_string();
        item.topic = Some(Topic::Key(name.clone()));
        item.continues = !has_hole;
        let off = match operator {
            Some(o) if !fits(kind, o.base.family()) => 100,
            Some(o) if o.set.is_some() != kind.is_multivalued() => 30,
            Some(_) | None => 0,
        };
        item.rank = off + if carried { 10 } else { 20 };
    }
}

/// The keys that may be asked for, by name: with their type and whether an action carries them.
fn candidates(sink: &Sink<'_>) -> BTreeMap<String, (KeyType, bool)> {
    let catalog = sink.document.catalog();
    let mut found = BTreeMap::new();
    for key in catalog.global_keys() {
        found.insert(key.name().to_owned(), (key.key_type(), false));
    }
    let Some(statement) = sink.statement else { return found };
    let set = facts::actions(catalog, statement);
    if set.len() > MOST_ACTIONS {
        return found;
    }
    let actions = set.iter().filter_map(|id| catalog.action_by_id(id));
    for key in actions.flat_map(Action::all_condition_keys) {
        found.insert(key.name().to_owned(), (key.key_type(), true));
    }
    found
}
