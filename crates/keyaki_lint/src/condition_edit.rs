//! Edits of conditions: take a test out, add one, or put one under another operator.

use keyaki_diag::{Edit, TextRange};
use keyaki_ir::{Operator, Statement};

use crate::context::{Context, quoted, removal};
use crate::rule::ConditionSite;

/// Takes a test out, with its operator or the whole `Condition` where nothing else is in it.
pub(crate) fn remove_entry(cx: &Context<'_>, site: ConditionSite<'_>) -> Option<Edit> {
    let origins = [
        Some(site.entry.key.origin),
        Some(site.block.operator.origin),
        site.statement.condition.as_ref().map(|c| c.origin),
    ];
    let range = origins.into_iter().flatten().find_map(|origin| removal(cx.node(origin)))?;
    Some(Edit { range, replacement: String::new() })
}

/// Adds a test, with `value` as the JSON text of its values, to a statement with conditions.
/// None where the operator tests the key already.
pub(crate) fn add_entry(
    cx: &Context<'_>,
    statement: &Statement,
    operator: Operator,
    key: &str,
    value: &str,
) -> Option<Edit> {
    let blocks = &statement.condition.as_ref()?.blocks;
    let conditions = cx.conditions(statement)?;
    let key_text = quoted(key);
    let Some(block) = conditions.block(operator) else {
        let end = cx.range(blocks.last()?.origin).end;
        let operator = quoted(&operator.name());
        return Some(insert(end, format!(", {operator}: {{ {key_text}: {value} }}")));
    };
    if !block.is_object || conditions.has_key(block, key) {
        return None;
    }
    let comma = if block.entries.is_empty() { "" } else { "," };
    let start = cx.range(block.origin).start + 1;
    Some(insert(start, format!(" {key_text}: {value}{comma}")))
}

/// Puts a test under another operator, with `value` as the JSON text of its values.
/// None where that operator tests the key already.
pub(crate) fn move_entry(
    cx: &Context<'_>,
    site: ConditionSite<'_>,
    to: Operator,
    value: &str,
) -> Option<Vec<Edit>> {
    let is_taken = cx.conditions(site.statement)?.block(to).is_some();
    if site.block.entries.len() == 1 && !is_taken {
        return Some(rename(cx, site, to, value));
    }
    let added = add_entry(cx, site.statement, to, &site.entry.key.value, value)?;
    Some(vec![remove_entry(cx, site)?, added])
}

fn rename(cx: &Context<'_>, site: ConditionSite<'_>, to: Operator, value: &str) -> Vec<Edit> {
    let operator = cx.range(site.block.operator.origin);
    let mut edits = vec![Edit { range: operator, replacement: quoted(&to.name()) }];
    if cx.text(site.entry.origin) != value {
        let range = cx.range(site.entry.origin);
        edits.push(Edit { range, replacement: value.to_owned() });
    }
    edits
}

fn insert(at: u32, text: String) -> Edit {
    Edit { range: TextRange::empty(at), replacement: text }
}
