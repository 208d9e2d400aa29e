//! A readable picture of a tree, for tests and for the curious.

use std::fmt::Write;

use crate::{NodeKind, Tree, Value};

impl Tree {
    /// One line per node, indented by depth: kind, range, and the source of a leaf.
    /// One line per error after that.
    pub fn dump(&self) -> String {
        let mut out = String::new();
        let mut ends = Vec::new();
        for value in self.values() {
            while ends.last().is_some_and(|&end| end <= value.id().0) {
                ends.pop();
            }
            // Writing to a string does not fail.
            let _ = writeln!(out, "{:depth$}{}", "", line(value), depth = 2 * ends.len());
            ends.push(self.nodes[value.id().0 as usize].end);
        }
        for error in self.errors() {
            let source = error.range.slice(self.source());
            let _ = writeln!(out, "! {:?} {:?} {source:?}", error.kind, error.range);
        }
        out
    }
}

fn line(value: Value<'_>) -> String {
    let (kind, range) = (value.kind(), value.range());
    match kind {
        NodeKind::Object | NodeKind::Array | NodeKind::Member => format!("{kind:?} {range:?}"),
        NodeKind::String | NodeKind::Number | NodeKind::Bool | NodeKind::Null => {
            format!("{kind:?} {range:?} {}", value.source())
        }
        // It may go over several lines.
        NodeKind::Error => format!("{kind:?} {range:?} {:?}", value.source()),
    }
}
