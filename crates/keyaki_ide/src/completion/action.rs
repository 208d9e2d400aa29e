//! Actions: services first, then the names of one service, and patterns of them.

use std::collections::BTreeMap;

use keyaki_catalog::{AccessLevel, Action, Service};
use keyaki_ir::glob;

use super::{CompletionKind, Insertion, Sink, fit};
use crate::facts::{Topic, count};

/// How many letters make a search over the actions of all services worth while.
const SEARCHED: usize = 3;

pub(super) fn actions(sink: &mut Sink<'_>) {
    let before = sink.cursor.before();
    match before.split_once(':') {
        Some((prefix, name)) => of_service(sink, prefix, name),
        None => {
            services(sink, before);
            everywhere(sink, before);
        }
    }
}

/// The names of one service that what is typed may become.
fn of_service(sink: &mut Sink<'_>, prefix: &str, typed: &str) {
    let Some(service) = sink.document.catalog().service(prefix) else { return };
    let is_pattern = glob::has_wildcard(typed);
    for action in service.actions() {
        let Some(rank) = fit(action.name(), typed) else { continue };
        let name = action.full_name();
        if sink.has(&name) {
            continue;
        }
        push(sink, action, &name, rank, is_pattern);
    }
    patterns(sink, service, typed);
    sink.is_incomplete |= is_pattern;
}

fn push(sink: &mut Sink<'_>, action: Action<'_>, name: &str, rank: u32, is_pattern: bool) {
    let typed = sink.cursor.before();
    let item = sink.string(CompletionKind::Action, name);
    item.detail = action.access_level().map_or("", AccessLevel::as_str).to_owned();
    item.topic = Some(Topic::Action(name.to_owned()));
    item.rank = rank;
    if is_pattern {
        // An editor would look for the wildcard's own character in the name.
        item.filter = format!("\"{typed}");
    }
}

/// `s3:*` and the patterns of the verbs that several of the service's actions begin with.
fn patterns(sink: &mut Sink<'_>, service: Service<'_>, typed: &str) {
    let mut verbs: BTreeMap<&str, usize> = BTreeMap::new();
    for action in service.actions() {
        *verbs.entry(verb(action.name())).or_default() += 1;
    }
    let mut patterns: Vec<String> = vec!["*".to_owned()];
    let common = verbs.into_iter().filter(|&(_, number)| number > 1);
    patterns.extend(common.map(|(verb, _)| format!("{verb}*")));
    if glob::has_wildcard(typed) && !typed.ends_with('*') {
        patterns.push(format!("{typed}*"));
    }
    for pattern in patterns {
        let fits = fit(&pattern, typed).is_some() || pattern == format!("{typed}*");
        if fits {
            pattern_item(sink, &format!("{}:{pattern}", service.prefix()));
        }
    }
}

fn pattern_item(sink: &mut Sink<'_>, pattern: &str) {
    let number = sink.document.catalog().expand(pattern).len();
    if number == 0 || sink.has(pattern) {
        return;
    }
    let item = sink.string(CompletionKind::Pattern, pattern);
    item.detail = format!("= {}", count(number, "action"));
    item.topic = Some(Topic::Actions(pattern.to_owned()));
    item.rank = 40;
}

/// The first word of a name: `Get` of `GetObject`.
fn verb(name: &str) -> &str {
    let mut capitals = name.char_indices().skip(1).filter(|(_, c)| c.is_ascii_uppercase());
    capitals.next().and_then(|(at, _)| name.get(..at)).unwrap_or(name)
}

fn services(sink: &mut Sink<'_>, typed: &str) {
    let typed = typed.to_ascii_lowercase();
    for service in sink.document.catalog().services() {
        let (prefix, name) = (service.prefix(), service.name());
        let by_name = !typed.is_empty() && name.to_ascii_lowercase().contains(&typed);
        let by_prefix = fit(prefix, &typed);
        let Some(rank) = by_prefix.or(by_name.then_some(25)) else { continue };
        let label = format!("{prefix}:");
        let text = Insertion::text(&*label).stop("");
        let item = sink.text(CompletionKind::Service, &label, text);
        item.detail = name.to_owned();
        item.topic = Some(Topic::Service(prefix.to_owned()));
        item.rank = rank;
        item.continues = true;
        if by_prefix.is_none() {
            item.filter = format!("\"{typed}");
        }
    }
    if typed.is_empty() {
        let item = sink.string(CompletionKind::Pattern, "*");
        item.rank = 60;
        item.topic = Some(Topic::Actions("*".to_owned()));
    }
    // With another letter, other actions are found.
    sink.is_incomplete = true;
}

/// Actions of any service whose name is typed without its prefix.
fn everywhere(sink: &mut Sink<'_>, typed: &str) {
    if typed.len() < SEARCHED || glob::has_wildcard(typed) {
        return;
    }
    let wanted = typed.to_ascii_lowercase();
    let found = |action: &Action<'_>| action.name().to_ascii_lowercase().contains(&wanted);
    let mut actions: Vec<_> = sink.document.catalog().actions().filter(found).collect();
    actions.sort_by_key(|action| (fit(action.name(), typed), action.id()));
    for action in actions.into_iter().take(100) {
        let name = action.full_name();
        let rank = 35 + fit(action.name(), typed).unwrap_or(30) / 10;
        push(sink, action, &name, rank, true);
    }
}
