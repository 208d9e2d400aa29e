//! Growing a selection: string, value, member, object, and so on outwards.

use keyaki_diag::TextRange;
use keyaki_syntax::Value;

use crate::Document;

/// A policy has some sixteen levels; deeper nesting is a mistake, and answers that nest too deeply
/// are more than some editors can read.
const MOST_RANGES: usize = 48;

/// The ranges around an offset, each within the next.
pub fn selection(document: &Document, offset: u32) -> Vec<TextRange> {
    let mut ranges: Vec<TextRange> = Vec::new();
    let mut push = |range: TextRange| {
        let grows = ranges.last().is_none_or(|last| range.contains(*last) && range != *last);
        if grows && range.contains(TextRange::empty(offset)) {
            ranges.push(range);
        }
    };
    let innermost = document.tree.node_at(offset);
    if let Some(text) = innermost.filter(|value| value.as_str().is_some()) {
        push(document.inside(text.id()));
    }
    let outwards = std::iter::successors(innermost, |value| value.parent());
    outwards.take(MOST_RANGES).map(Value::range).for_each(&mut push);
    push(TextRange::new(0, document.text().len() as u32));
    ranges
}
