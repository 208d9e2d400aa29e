//! What the parts of the unknown request are called in a script.

use crate::claim::{Key, Slot};

/// Whether the request's action works on no resource.
pub(crate) const NO_RESOURCE: &str = "no-resource";

const SEGMENTS: [&str; 5] = ["partition", "service", "region", "account", "part"];

/// The text at a place; of a resource that is split, a term that puts it together.
pub(crate) fn text(slot: Slot) -> String {
    match slot {
        Slot::Action => "action".to_owned(),
        Slot::Resource => "resource".to_owned(),
        Slot::Segment(index) => SEGMENTS.get(index).copied().unwrap_or("part").to_owned(),
        Slot::Value(key, index) => format!("key{key}-{index}"),
    }
}

/// A segment of a text that is an ARN, where the text as a whole is encoded.
pub(crate) fn segment_of(slot: Slot, index: usize) -> String {
    format!("{}-{}", text(slot), SEGMENTS.get(index).copied().unwrap_or("part"))
}

/// Whether a text is an ARN.
pub(crate) fn is_arn(slot: Slot) -> String {
    format!("{}-is-arn", text(slot))
}

/// Which of the listed forms a text has.
pub(crate) fn form(slot: Slot) -> String {
    format!("{}-form", text(slot))
}

/// Whether a key has some value.
pub(crate) fn present(key: Key) -> String {
    format!("key{key}-present")
}

/// Whether a key has several values; only where it has some.
pub(crate) fn several(key: Key) -> String {
    format!("key{key}-several")
}

/// Whether a key has no value but empty ones.
pub(crate) fn null(key: Key) -> String {
    format!("key{key}-null")
}

/// Whether a statement matches.
pub(crate) fn statement(number: usize) -> String {
    format!("statement{number}")
}
