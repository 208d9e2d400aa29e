//! Members of JSON objects, as readers ask for them.

use keyaki_ir::date::{self, Instant};
use keyaki_syntax::{NodeKind, Value};

/// A text member.
pub(crate) fn text<'t>(object: Value<'t>, name: &str) -> Option<&'t str> {
    object.get(name)?.as_str()
}

/// The elements of a list member.
pub(crate) fn list<'t>(object: Value<'t>, name: &str) -> impl Iterator<Item = Value<'t>> {
    object.get(name).into_iter().flat_map(Value::elements)
}

/// The texts of a list.
pub(crate) fn texts(list: Value<'_>) -> Vec<String> {
    list.elements().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// A truth value.
pub(crate) fn truth(object: Value<'_>, name: &str) -> Option<bool> {
    let value = object.get(name)?;
    match (value.kind(), value.source()) {
        (NodeKind::Bool, text) => Some(text == "true"),
        _ => None,
    }
}

/// Whether an answer is a page after which more follow: by AWS's own words, or by the token that
/// the command line leaves with `--max-items`.
pub(crate) fn has_more(root: Value<'_>) -> bool {
    let token = |name: &str| text(root, name).is_some_and(|t| !t.is_empty());
    match truth(root, "IsTruncated") {
        Some(true) => true,
        Some(false) => token("NextToken"),
        None => ["NextToken", "nextToken", "NextMarker", "Marker"].into_iter().any(token),
    }
}

/// A point in time, as AWS's interfaces and their recordings write it.
pub(crate) fn time(object: Value<'_>, name: &str) -> Option<Instant> {
    let value = object.get(name)?;
    match value.as_str() {
        Some(text) => instant(text),
        None => instant(value.source()),
    }
}

/// A point in time.
pub(crate) fn instant(text: &str) -> Option<Instant> {
    let text = text.trim();
    let seconds = text.split_once('.').filter(|(whole, _)| whole.len() > 6);
    if let Some((whole, _)) = seconds.filter(|(w, _)| w.bytes().all(|b| b.is_ascii_digit())) {
        return date::parse(whole).map(|(instant, _)| instant);
    }
    date::parse(&text.replacen(' ', "T", 1)).map(|(instant, _)| instant)
}

/// Tags as AWS's interfaces write them, or as an object.
pub(crate) fn tags(value: Option<Value<'_>>) -> Vec<(String, String)> {
    let Some(value) = value else { return Vec::new() };
    let pair = |v: Value<'_>| Some((text(v, "Key")?.to_owned(), text(v, "Value")?.to_owned()));
    if value.kind() == NodeKind::Array {
        return value.elements().filter_map(pair).collect();
    }
    let member =
        |m: keyaki_syntax::Member<'_>| Some((m.name().to_owned(), m.value()?.as_str()?.to_owned()));
    value.members().filter_map(member).collect()
}
