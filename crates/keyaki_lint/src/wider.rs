//! A cheap test before a proof: whether other statements could cover one, as their texts tell.

use keyaki_ir::glob::{self, Case};
use keyaki_ir::{
    ActionPattern, BaseOperator, ConditionBlock, ConditionEntry, ResourcePattern, Statement,
};

/// Whether each action and each resource of a statement could be within those of some others.
pub(crate) fn could_cover<'s>(
    others: impl Iterator<Item = &'s Statement> + Clone,
    statement: &Statement,
) -> bool {
    let Some(actions) = &statement.action else { return others.clone().any(is_open) };
    let Some(resources) = statement.resource.as_ref() else { return others.clone().any(is_open) };
    actions.entries.iter().all(|a| others.clone().any(|o| has_action(o, a)))
        && resources.entries.iter().all(|r| others.clone().any(|o| has_resource(o, r)))
}

/// Whether a statement is about more than it lists.
fn is_open(statement: &Statement) -> bool {
    statement.not_action.is_some()
        || statement.action.iter().flat_map(|e| &e.entries).any(|e| e.is_star())
}

/// Whether a statement could be about all that an entry names.
fn has_action(statement: &Statement, entry: &ActionPattern) -> bool {
    has_action_but(statement, entry, |_| false)
}

/// The same without some of the statement's entries.
pub(crate) fn has_action_but(
    statement: &Statement,
    entry: &ActionPattern,
    is_out: impl Fn(&ActionPattern) -> bool,
) -> bool {
    let mut entries = statement.action.iter().flat_map(|e| &e.entries);
    statement.not_action.is_some()
        || entries.any(|e| glob::includes(&e.text, &entry.text, Case::Insensitive) && !is_out(e))
}

/// Whether a statement could be on all that an entry names.
pub(crate) fn has_resource(statement: &Statement, entry: &ResourcePattern) -> bool {
    let mut entries = statement.resource.iter().flat_map(|e| &e.entries);
    // Variables are left to the proof.
    statement.not_resource.is_some()
        || entries.any(|e| {
            e.text() == entry.text()
                || glob::includes(&e.pattern.widened(), &entry.pattern.widened(), Case::Sensitive)
        })
}

/// Whether some key is tested more than once.
pub(crate) fn repeats_a_key(statement: &Statement) -> bool {
    let Some(condition) = &statement.condition else { return false };
    if condition.blocks.len() < 2 {
        return false;
    }
    let mut keys: Vec<String> =
        statement.condition_entries().map(|(_, e)| e.key.value.to_ascii_lowercase()).collect();
    keys.sort_unstable();
    keys.windows(2).any(|pair| pair[0] == pair[1])
}

/// Whether tests of one key could exclude each other: there are two of them beside one that only
/// asks that the key be there, which no other test excludes but one that asks that it be absent.
pub(crate) fn could_contradict(statement: &Statement) -> bool {
    let blocks = statement.condition.iter().flat_map(|c| &c.blocks);
    if blocks.count() < 2 {
        return false;
    }
    let tests = || statement.condition_entries().filter(|(b, e)| !asks_for_presence(b, e));
    tests()
        .enumerate()
        .any(|(i, (_, entry))| tests().skip(i + 1).any(|(_, other)| other.is(&entry.key.value)))
}

/// Whether a test is `Null` with `false` alone.
fn asks_for_presence(block: &ConditionBlock, entry: &ConditionEntry) -> bool {
    let is_null = block.operator.operator.is_some_and(|o| o.base == BaseOperator::Null);
    is_null && entry.values.iter().all(|v| v.text().eq_ignore_ascii_case("false"))
}
