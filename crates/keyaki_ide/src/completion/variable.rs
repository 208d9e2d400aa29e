//! Policy variables inside of strings.

use keyaki_diag::TextRange;

use super::{CompletionKind, Insertion, Sink};
use crate::facts::Topic;

/// Offers variables where one has been begun; whether that is so.
pub(super) fn variables(sink: &mut Sink<'_>) -> bool {
    let Some(typed) = sink.cursor.typed else { return false };
    let Some((head, name)) = typed.before.rsplit_once("${") else { return false };
    if name.contains('}') {
        return false;
    }
    let start = typed.inner.start + head.len() as u32;
    let replace = TextRange::new(start, end(sink, typed.inner.end));
    for key in sink.document.catalog().global_keys() {
        // Several values cannot stand in for one text.
        if key.key_type().is_multivalued() {
            continue;
        }
        let label = format!("${{{}}}", key.name().replace("${TagKey}", "TagKey"));
        let text = match key.name().strip_suffix("${TagKey}") {
            Some(stem) => Insertion::text(format!("${{{stem}")).stop("TagKey").then("}"),
            None => Insertion::text(&*label),
        };
        let item = sink.raw(CompletionKind::Variable, &label, text.clone(), label.clone());
        item.replace = replace;
        item.insertion = text;
        item.filter.clone_from(&item.label);
        item.also = None;
        item.detail = key.key_type().to_string();
        item.topic = Some(Topic::Key(key.name().to_owned()));
    }
    true
}

/// Where the variable ends: past its brace, if it has one before anything else begins.
fn end(sink: &Sink<'_>, string_end: u32) -> u32 {
    let offset = sink.cursor.offset;
    let rest = TextRange::new(offset, string_end).slice(sink.document.text());
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, ':' | '-' | '/' | '_' | '.');
    let length = rest.find(|c| !is_name(c)).unwrap_or(rest.len());
    let closed = rest.get(length..).is_some_and(|rest| rest.starts_with('}'));
    if closed { offset + length as u32 + 1 } else { offset }
}
