//! The instances of a resource, by its `count` and `for_each`.

use hcl_edit::structure::Block;
use keyaki_diag::TextRange;

use super::evaluate::{Evaluator, Scope, pairs};
use super::label::on_one_line;
use crate::host::value::{Kind, Value};

/// How many instances are told apart.
const MOST: usize = 200;

/// The instances of a resource.
#[derive(Clone, Debug)]
pub(super) enum Instances {
    /// One, without an index.
    One,
    /// Those of these indices.
    Known(Vec<Instance>),
    /// Any number, by an expression that is written so.
    Any(String),
}

/// An instance.
#[derive(Clone, Debug)]
pub(super) struct Instance {
    /// Its index, as it is written in addresses.
    pub(super) index: String,
    /// `count` or `each`.
    pub(super) name: &'static str,
    /// What that is.
    pub(super) value: Value,
}

impl Evaluator<'_> {
    /// The instances of a resource.
    pub(super) fn instances(&self, block: &Block, scope: Scope<'_>) -> Instances {
        let attribute = |name| block.body.get_attribute(name).map(|own| &own.value);
        if let Some(count) = attribute("count") {
            let value = self.value(count, scope);
            return counted(&value).unwrap_or_else(|| any(count, scope));
        }
        if let Some(each) = attribute("for_each") {
            let value = self.value(each, scope);
            return keyed(&value).unwrap_or_else(|| any(each, scope));
        }
        Instances::One
    }
}

/// So many as something says.
fn any(expression: &hcl_edit::expr::Expression, scope: Scope<'_>) -> Instances {
    let text = super::attached::range_of(expression).slice(&scope.file.text);
    Instances::Any(on_one_line(text))
}

fn counted(value: &Value) -> Option<Instances> {
    // A text with a number in it is one.
    let text = value.plain();
    let number = if let Kind::Number(number) = &value.kind { number } else { text.as_ref()? };
    let count: usize = number.parse().ok().filter(|count| *count <= MOST)?;
    let one = |index: usize| {
        let own = Value::new(value.range, Kind::Number(index.to_string()));
        let value = entries(value.range, [("index", own)]);
        Instance { index: index.to_string(), name: "count", value }
    };
    Some(Instances::Known((0..count).map(one).collect()))
}

/// The instances of a map or a set of texts; none if not all its keys are known.
fn keyed(collection: &Value) -> Option<Instances> {
    // The key of an item of a set is the item.
    let pairs = pairs(collection, Value::clone).filter(|pairs| pairs.len() <= MOST)?;
    let one = |(key, value): (Value, &Value)| {
        let index = format!("\"{}\"", key.plain()?);
        let both = [("key", key), ("value", value.clone())];
        Some(Instance { index, name: "each", value: entries(value.range, both) })
    };
    pairs.into_iter().map(one).collect::<Option<_>>().map(Instances::Known)
}

fn entries<const N: usize>(range: TextRange, all: [(&str, Value); N]) -> Value {
    let entry = |(name, value)| (Value::made(name, range), value);
    Value::new(range, Kind::Map(all.into_iter().map(entry).collect()))
}
