//! Edits of condition blocks: take a test out, or put it under another operator.

use keyaki_diag::{Edit, TextRange};
use keyaki_ir::{ConditionBlock, ConditionEntry, Operator, Statement};

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

/// Puts a test under another operator, with `value` as the JSON text of its values.
/// None where that operator tests the key already.
pub(crate) fn move_entry(
    cx: &Context<'_>,
    site: ConditionSite<'_>,
    to: Operator,
    value: &str,
) -> Option<Vec<Edit>> {
    let key = cx.text(site.entry.key.origin);
    let Some(block) = block_of(site.statement, to) else {
        return Some(match site.block.entries.len() {
            1 => rename(cx, site, to, value),
            _ => {
                let end = cx.range(site.block.origin).end;
                let insertion = format!(", {}: {{{key}: {value}}}", quoted(&to.name()));
                vec![remove_entry(cx, site)?, insert(end, insertion)]
            }
        });
    };
    if !block.is_object || block.entries.iter().any(|e| e.is(&site.entry.key.value)) {
        return None;
    }
    let comma = if block.entries.is_empty() { "" } else { ", " };
    let start = cx.range(block.origin).start + 1;
    Some(vec![remove_entry(cx, site)?, insert(start, format!("{key}: {value}{comma}"))])
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

fn block_of(statement: &Statement, operator: Operator) -> Option<&ConditionBlock> {
    let mut blocks = statement.condition.iter().flat_map(|c| &c.blocks);
    blocks.find(|b| b.operator.operator == Some(operator))
}

/// The other tests of the same key in the same statement.
pub(crate) fn others<'p>(
    site: ConditionSite<'p>,
) -> impl Iterator<Item = (&'p ConditionBlock, &'p ConditionEntry)> {
    let mine = site.entry;
    let same = move |e: &ConditionEntry| e.is(&mine.key.value) && e.key.origin != mine.key.origin;
    site.statement.condition_entries().filter(move |(_, e)| same(e))
}
