//! The conditions of one statement, to be found by what they test.
//!
//! Rules that compare a test with the others of its statement ask here, so that a statement with
//! any number of tests takes a time in proportion to that number.

use std::collections::{HashMap, HashSet};

use keyaki_ir::{ConditionBlock, Operator, Statement};
use keyaki_syntax::NodeId;

use crate::presence::{Presence, demand};

/// What a statement tests, by operator and by key.
pub(crate) struct ConditionIndex<'a> {
    /// The statement.
    pub(crate) origin: NodeId,
    blocks: HashMap<Operator, &'a ConditionBlock>,
    /// Keys in lower case, each with an operator's block that has it.
    keys: HashSet<(NodeId, String)>,
    demands: HashSet<(String, Presence)>,
}

impl<'a> ConditionIndex<'a> {
    pub(crate) fn new(statement: &'a Statement) -> Self {
        let (blocks, keys, demands) = Default::default();
        let mut index = Self { origin: statement.origin, blocks, keys, demands };
        for block in statement.condition.iter().flat_map(|c| &c.blocks) {
            if let Some(operator) = block.operator.operator {
                index.blocks.entry(operator).or_insert(block);
            }
        }
        for (block, entry) in statement.condition_entries() {
            let key = entry.key.value.to_ascii_lowercase();
            if let Some(demand) = demand(block.operator.operator, entry) {
                index.demands.insert((key.clone(), demand));
            }
            index.keys.insert((block.origin, key));
        }
        index
    }

    /// The first block of an operator.
    pub(crate) fn block(&self, operator: Operator) -> Option<&'a ConditionBlock> {
        self.blocks.get(&operator).copied()
    }

    /// Whether a block tests a key, in any letter case.
    pub(crate) fn has_key(&self, block: &ConditionBlock, key: &str) -> bool {
        self.keys.contains(&(block.origin, key.to_ascii_lowercase()))
    }

    /// Whether some test of a key demands this of its presence.
    pub(crate) fn demands(&self, key: &str, presence: Presence) -> bool {
        self.demands.contains(&(key.to_ascii_lowercase(), presence))
    }
}
