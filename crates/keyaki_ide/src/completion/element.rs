//! The elements of the language, and those of their values that are fixed.

use keyaki_ir::{Effect, PolicyKind, Version};

use super::{CompletionKind, Insertion, Sink};
use crate::facts::Topic;

pub(super) fn of_policy(sink: &mut Sink<'_>) {
    let elements = [
        ("Version", "\"⟨2012-10-17⟩\""),
        (
            "Statement",
            "[\n  {\n    \"Effect\": \"⟨Allow⟩\",\n    \"Action\": \"⟨⟩\",\n    \"Resource\": \"⟨*⟩\"\n  }\n]",
        ),
        ("Id", "\"⟨⟩\""),
    ];
    push(sink, &elements);
}

pub(super) fn of_statement(sink: &mut Sink<'_>) {
    let mut elements = vec![
        ("Sid", "\"⟨⟩\""),
        ("Effect", "\"⟨Allow⟩\""),
        ("Action", "\"⟨⟩\""),
        ("NotAction", "\"⟨⟩\""),
    ];
    if sink.kind.takes_principal() {
        elements.extend([("Principal", "{ \"⟨AWS⟩\": \"⟨⟩\" }")]);
        elements.extend([("NotPrincipal", "{ \"⟨AWS⟩\": \"⟨⟩\" }")]);
    }
    if sink.kind != PolicyKind::Trust {
        elements.extend([("Resource", "\"⟨*⟩\""), ("NotResource", "\"⟨⟩\"")]);
    }
    elements.push(("Condition", "{ \"⟨StringEquals⟩\": { \"⟨⟩\": \"⟨⟩\" } }"));
    elements.retain(|(name, _)| !is_excluded(sink, name));
    push(sink, &elements);
}

/// Whether the statement has the other form of an element already.
fn is_excluded(sink: &Sink<'_>, name: &str) -> bool {
    match name.strip_prefix("Not") {
        Some(positive) => sink.has(positive),
        None => sink.has(&format!("Not{name}")),
    }
}

fn push(sink: &mut Sink<'_>, elements: &[(&str, &str)]) {
    for (rank, (name, value)) in elements.iter().enumerate() {
        if sink.has(name) {
            continue;
        }
        let item = sink.member(CompletionKind::Element, name, Insertion::template(value));
        item.topic = Some(Topic::Element((*name).to_owned()));
        item.rank = rank as u32;
        // The stop of an empty value has more to choose from.
        item.continues = matches!(*name, "Action" | "NotAction");
    }
}

pub(super) fn versions(sink: &mut Sink<'_>) {
    for (rank, version) in [Version::V2012, Version::V2008].into_iter().enumerate() {
        let item = sink.string(CompletionKind::Value, version.name());
        item.rank = rank as u32;
        item.detail = match version {
            Version::V2012 => "the current language".to_owned(),
            Version::V2008 => "without policy variables".to_owned(),
        };
    }
}

pub(super) fn effects(sink: &mut Sink<'_>) {
    for effect in [Effect::Allow, Effect::Deny] {
        sink.string(CompletionKind::Value, effect.name());
    }
}
