//! Resources: the ARN templates of the chosen actions, and the segments of an ARN.

use std::collections::BTreeMap;

use keyaki_catalog::Action;
use keyaki_diag::TextRange;

use super::{CompletionKind, Insertion, Sink, fit, variable};
use crate::facts::actions;
use crate::seen;

/// Of a statement with more actions than this, the resource types are no help.
const MOST_ACTIONS: usize = 2000;

pub(super) fn resources(sink: &mut Sink<'_>) {
    if variable::variables(sink) || segments(sink) {
        return;
    }
    let item = sink.string(CompletionKind::Resource, "*");
    item.detail = "every resource".to_owned();
    item.rank = 60;
    for (template, (detail, rank)) in templates(sink) {
        let insertion = Insertion::of_holes(&template, first_value(sink));
        let item = sink.text(CompletionKind::Resource, &template, insertion);
        item.detail = detail;
        item.rank = rank;
    }
}

/// The ARN templates of the statement's actions, each with its type and rank: required types first.
fn templates(sink: &Sink<'_>) -> BTreeMap<String, (String, u32)> {
    let mut found = BTreeMap::new();
    let catalog = sink.document.catalog();
    let Some(statement) = sink.statement else { return found };
    let set = actions(catalog, statement);
    if set.len() > MOST_ACTIONS {
        return found;
    }
    let chosen = set.iter().filter_map(|id| catalog.action_by_id(id));
    for row in chosen.flat_map(Action::resources) {
        let kind = row.resource_type();
        let detail = format!("{}/{}", kind.service().prefix(), kind.name());
        let rank = if row.is_required() { 10 } else { 20 };
        for arn in kind.arns() {
            // Of several types, the one with the shortest ARN is the plainest.
            let rank = rank + arn.template().len() as u32 / 8;
            let entry = found.entry(arn.template().to_owned());
            let entry = entry.or_insert((detail.clone(), rank));
            entry.1 = entry.1.min(rank);
        }
    }
    found
}

/// What stands in a hole of a template at first: an account that the document names, where it names
/// one alone.
pub(super) fn first_value(sink: &Sink<'_>) -> impl Fn(&str) -> String + use<> {
    let accounts = seen::accounts(sink.document);
    let mut accounts = accounts.iter();
    let account = accounts.next().filter(|_| accounts.next().is_none()).map(|a| a.to_string());
    move |name| match name {
        "Partition" => "aws".to_owned(),
        "Region" => "*".to_owned(),
        "Account" => account.clone().unwrap_or_else(|| "Account".to_owned()),
        name => name.to_owned(),
    }
}

/// Values for the segment of an ARN that the cursor is in; whether it is in one.
pub(super) fn segments(sink: &mut Sink<'_>) -> bool {
    let Some(typed) = sink.cursor.typed else { return false };
    let Some(rest) = typed.before.strip_prefix("arn:") else { return false };
    let colons = rest.matches(':').count();
    let start = typed.inner.start + rest.rfind(':').map_or(4, |at| at as u32 + 5);
    let end = segment_end(sink, start);
    let catalog = sink.document.catalog();
    let values: Vec<(String, String)> = match colons {
        0 => {
            catalog.partitions().map(|p| (p.name().to_owned(), p.dns_suffix().to_owned())).collect()
        }
        1 => catalog.services().map(|s| (s.prefix().to_owned(), s.name().to_owned())).collect(),
        2 => regions(sink, rest),
        3 => {
            let accounts = sink.accounts().into_iter();
            accounts.map(|(account, seen)| (account.to_owned(), seen.to_owned())).collect()
        }
        _ => return false,
    };
    let before = TextRange::new(start, sink.cursor.offset.max(start));
    let before = before.slice(sink.document.text());
    for (value, detail) in values {
        let Some(rank) = fit(&value, before) else { continue };
        let insertion = Insertion::text(&*value);
        let item = sink.raw(CompletionKind::Value, &value, insertion, value.clone());
        (item.replace.start, item.replace.end) = (start, end);
        item.filter = value;
        item.insertion = Insertion::text(&*item.label);
        item.also = None;
        item.rank = rank;
        item.detail = detail;
    }
    true
}

/// Where the segment ends that begins at `start`: at the next colon, or at the end of the string.
fn segment_end(sink: &Sink<'_>, start: u32) -> u32 {
    let Some(typed) = sink.cursor.typed else { return start };
    let inner = TextRange::new(start, typed.inner.end);
    let rest = inner.slice(sink.document.text());
    rest.find(':').map_or(inner.end, |at| start + at as u32)
}

/// The regions of the partition that the ARN names.
fn regions(sink: &Sink<'_>, rest: &str) -> Vec<(String, String)> {
    let named = rest.split(':').next().unwrap_or_default();
    let partitions = sink.document.catalog().partitions();
    let of = partitions.filter(|p| p.name() == named || named.is_empty() || named.contains('*'));
    of.flat_map(|p| p.regions().map(move |r| (r.to_owned(), p.name().to_owned()))).collect()
}
