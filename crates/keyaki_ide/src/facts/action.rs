//! Actions and patterns of actions.

use std::collections::BTreeMap;
use std::fmt::Write;

use keyaki_catalog::{AccessLevel, Action, ActionSet, Catalog};

use super::service::{display_name, reference_link};
use super::{count, names};

/// Of each access level, so many names are shown.
const MOST_NAMES: usize = 40;

/// All that is known of an action.
pub(crate) fn action(action: Action<'_>) -> String {
    let level = action.access_level().map_or("access level not known", AccessLevel::as_str);
    let service = display_name(action.service());
    let mut text = format!("**{}** — {level} — {service}\n", action.full_name());
    if let Some(retired) = action.retired() {
        let _ = writeln!(text, "\nRetired: AWS last listed it on {}.", retired.last_seen);
    }
    if action.permission_only() == Some(true) {
        text += "\nA permission only: there is no operation of that name.\n";
    }
    text += &resources(action);
    let keys: Vec<_> = action.all_condition_keys().map(|key| key.name()).collect();
    if !keys.is_empty() {
        let _ = writeln!(text, "\nCondition keys: {}.", names(&keys, MOST_NAMES));
    }
    let needs: Vec<_> = action.dependent_actions().map(|a| a.full_name()).collect();
    if !needs.is_empty() {
        let _ = writeln!(text, "\nAlso needs: {}.", names(&needs, MOST_NAMES));
    }
    if let Some(date) = action.first_seen() {
        let _ = writeln!(text, "\nFirst seen {date}.");
    }
    text + &reference_link(action.service())
}

fn resources(action: Action<'_>) -> String {
    let mut rows = action.resources().peekable();
    if rows.peek().is_none() {
        return "\nTakes no resource: `Resource` must be `*`.\n".to_owned();
    }
    let mut text = "\n| resource type | ARN |\n|---|---|\n".to_owned();
    for row in rows {
        let required = if row.is_required() { " (required)" } else { "" };
        let found = row.resource_type();
        let _ = writeln!(text, "| {}{required} | `{}` |", found.name(), found.arn());
    }
    text
}

/// What a pattern of actions matches: how many, and which by access level.
pub(crate) fn expansion(catalog: &Catalog, pattern: &str) -> String {
    let set = catalog.expand(pattern);
    let mut text = format!("`{pattern}` matches **{}**", count(set.len(), "action"));
    let mut services: Vec<_> = members(catalog, &set).map(|a| a.service().prefix()).collect();
    services.dedup();
    match services[..] {
        [] => text += " that AWS lists today",
        [only] => {
            let _ =
                write!(text, " of {}", catalog.service(only).map_or(only.to_owned(), display_name));
        }
        _ => {
            let _ = write!(text, " of {}", count(services.len(), "service"));
        }
    }
    text += ".\n";
    text + &by_level(catalog, &set)
}

/// The actions of a set by access level, the weightiest first.
pub(crate) fn by_level(catalog: &Catalog, set: &ActionSet) -> String {
    let mut levels: BTreeMap<Option<AccessLevel>, Vec<String>> = BTreeMap::new();
    for action in members(catalog, set) {
        levels.entry(action.access_level()).or_default().push(action.full_name());
    }
    let mut text = String::new();
    for (level, found) in levels.into_iter().rev() {
        let level = level.map_or("Access level not known", AccessLevel::as_str);
        let _ = writeln!(text, "\n{level} ({}): {}.", found.len(), names(&found, MOST_NAMES));
    }
    text
}

pub(crate) fn members<'c>(
    catalog: &'c Catalog,
    set: &ActionSet,
) -> impl Iterator<Item = Action<'c>> {
    set.iter().filter_map(|id| catalog.action_by_id(id))
}
