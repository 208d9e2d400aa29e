//! Blocks as values: their attributes, and the blocks in them as lists.

use hcl_edit::Span as _;
use hcl_edit::structure::{Block, Body, Structure};
use keyaki_diag::TextRange;

use super::attached::{is_dynamic, range};
use super::evaluate::{Bound, Evaluator, MAX_DEPTH, Scope, pairs};
use super::turn::certain;
use crate::host::value::{Kind, Value};

impl Evaluator<'_> {
    /// The arguments of a block: its attributes, and its blocks as lists under their names.
    pub(super) fn block(&self, block: &Block, scope: Scope<'_>) -> Value {
        let range = range(block.span());
        if scope.depth >= MAX_DEPTH || !self.take(1) {
            return self.unknown(range, scope);
        }
        Value::new(range, Kind::Map(self.body(&block.body, scope.deeper())))
    }

    fn body(&self, body: &Body, scope: Scope<'_>) -> Vec<(Value, Value)> {
        let mut entries: Vec<(Value, Value)> = Vec::new();
        let mut lists: Vec<(&str, TextRange, Vec<Value>)> = Vec::new();
        for structure in body.iter() {
            let block = match structure {
                Structure::Attribute(attribute) => {
                    let name = Value::made(attribute.key.as_str(), range(attribute.key.span()));
                    entries.push((name, self.value(&attribute.value, scope)));
                    continue;
                }
                Structure::Block(block) => block,
            };
            let dynamic = block.labels.first().filter(|label| is_dynamic(block, label.as_str()));
            let name = dynamic.map_or(block.ident.as_str(), |label| label.as_str());
            let at = lists.iter().position(|(own, ..)| *own == name);
            let at = at.unwrap_or_else(|| {
                lists.push((name, range(block.ident.span()), Vec::new()));
                lists.len() - 1
            });
            let list = &mut lists[at].2;
            match dynamic {
                None => list.push(self.block(block, scope)),
                Some(_) => list.extend(self.dynamic(block, name, scope)),
            }
        }
        entries.extend(lists.into_iter().map(|(name, at, items)| {
            let range = items.iter().map(|item| item.range).reduce(TextRange::cover).unwrap_or(at);
            (Value::made(name, at), Value::new(range, Kind::List(items)))
        }));
        entries
    }

    /// The blocks that a dynamic block makes; where it is not known how many, the content once for
    /// any number of them, or a hole.
    fn dynamic(&self, block: &Block, name: &str, scope: Scope<'_>) -> Vec<Value> {
        let range = range(block.span());
        let made = || {
            let collection = self.value(&block.body.get_attribute("for_each")?.value, scope);
            let content = block.body.get_blocks("content").next()?;
            let iterator = block.body.get_attribute("iterator").map(|a| a.value.as_variable());
            let name = iterator.map_or(Some(name), |name| name.map(|name| name.as_str()))?;
            let key_of = |item: &Value| self.key_of(item);
            let (known, is_all) = match pairs(&collection, key_of) {
                Some(known) => (known, true),
                None => (certain(&collection, key_of)?, false),
            };
            let mut blocks = Vec::new();
            for (key, value) in known {
                self.take(value.size()).then_some(())?;
                blocks.push(self.content(content, name, [key, value.clone()], "", scope));
            }
            if !is_all {
                let turns = self.any_loop("", range, scope)?;
                let own = [format!("{name}.key"), format!("{name}.value")];
                let own = own.map(|name| self.in_any_turn(&name, &turns, scope));
                let one = || self.content(content, name, own, &turns.text, scope);
                blocks.push(self.any_number(&turns, scope, one));
            }
            Some(blocks)
        };
        made().unwrap_or_else(|| vec![self.unknown(range, scope)])
    }

    /// The content of a dynamic block in a turn.
    fn content(
        &self,
        content: &Block,
        name: &str,
        [key, value]: [Value; 2],
        any_of: &str,
        scope: Scope<'_>,
    ) -> Value {
        let at = value.range;
        let entries = vec![(Value::made("key", at), key), (Value::made("value", at), value)];
        let each = Value::new(at, Kind::Map(entries));
        let bound = Bound { name, value: &each, outer: scope.bound, any_of };
        self.block(content, Scope { bound: Some(&bound), ..scope })
    }
}
