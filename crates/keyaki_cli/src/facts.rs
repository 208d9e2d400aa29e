//! Entries of the catalogue as text.

use std::collections::BTreeMap;
use std::fmt::Write;

use keyaki_catalog::{
    AccessLevel, Action, ActionResource, ActionSet, Catalog, ConditionKey, KeyLookup, KeyType,
    ManagedPolicy, ResourceType, Service,
};

/// Of more actions than this, a pattern shows the numbers alone.
const MOST_MATCHED: usize = 2000;

/// Of more actions than this, a condition key shows their number alone.
const MOST_USERS: usize = 200;

/// What the catalogue knows under that name: an action, a condition key, a resource type
/// (`s3/bucket`), a service, a managed policy.
pub(crate) fn entry(catalog: &Catalog, name: &str) -> Option<String> {
    if let Some(found) = catalog.action(name) {
        return Some(action(found));
    }
    if let Some(text) = key(catalog, name) {
        return Some(text);
    }
    if let Some(found) = resource_type_named(catalog, name) {
        return Some(resource_type(found));
    }
    if let Some(found) = catalog.service(name) {
        return Some(service(found));
    }
    catalog.managed_policy(name).map(managed_policy)
}

/// What was probably meant by a name that the catalogue does not know.
pub(crate) fn suggestion(catalog: &Catalog, name: &str) -> Option<String> {
    match name.split_once(':') {
        Some((prefix, rest)) => {
            catalog.suggest_action(prefix, rest).or_else(|| catalog.suggest_key(name))
        }
        None => catalog.suggest_service(name),
    }
}

fn action(action: Action<'_>) -> String {
    let mut text = format!("{}\n", action.full_name());
    line(&mut text, "service", &display_name(action.service()));
    if let Some(level) = action.access_level() {
        line(&mut text, "access level", level.as_str());
    }
    if let Some(retired) = action.retired() {
        line(&mut text, "retired", &format!("last listed {}", retired.last_seen));
    }
    if let Some(date) = action.first_seen() {
        line(&mut text, "first seen", &date.to_string());
    }
    if action.permission_only() == Some(true) {
        line(&mut text, "permission only", "there is no operation of that name");
    }
    list(&mut text, "resource types", action.resources().map(resource_row), "* only");
    list(&mut text, "condition keys", action.all_condition_keys().map(key_row), "global keys only");
    let dependent: Vec<_> = action.dependent_actions().map(|a| a.full_name()).collect();
    if !dependent.is_empty() {
        list(&mut text, "also needs", dependent.into_iter(), "");
    }
    text
}

fn resource_row(row: ActionResource<'_>) -> String {
    let required = if row.is_required() { " (required)" } else { "" };
    let resource_type = row.resource_type();
    format!("{}{required}  {}", resource_type.name(), resource_type.arn())
}

fn key_row(key: ConditionKey<'_>) -> String {
    format!("{}  {}", key.name(), key.key_type())
}

fn key(catalog: &Catalog, name: &str) -> Option<String> {
    let (found, kind, about) = match catalog.key(name) {
        KeyLookup::Global(key) => {
            (key.name(), key.key_type(), format!("all services, about the {}", key.category()))
        }
        KeyLookup::Service { service, key } => (key.name(), key.key_type(), display_name(service)),
        KeyLookup::Federated(Some(key)) => {
            (key.name(), key.key_type(), "claim of an identity provider".to_owned())
        }
        KeyLookup::Federated(None)
        | KeyLookup::UnknownGlobal
        | KeyLookup::UnknownInService(_)
        | KeyLookup::UnknownService => return None,
    };
    let mut text = format!("{found}\n");
    line(&mut text, "condition key", &about);
    line(&mut text, "type", kind.element().as_str());
    line(&mut text, "values", values(kind));
    let users = actions_with(catalog, found);
    match users.len() {
        0 => {}
        1..=MOST_USERS => {
            list(&mut text, &format!("actions ({})", users.len()), users.into_iter(), "")
        }
        number => line(&mut text, "actions", &format!("{number} list it")),
    }
    Some(text)
}

fn values(kind: KeyType) -> &'static str {
    if kind.is_multivalued() {
        "several in a request; a condition needs ForAllValues or ForAnyValue"
    } else {
        "one in a request"
    }
}

fn actions_with(catalog: &Catalog, key: &str) -> Vec<String> {
    let has = |action: &Action<'_>| action.all_condition_keys().any(|k| k.name() == key);
    catalog.actions().filter(has).map(|action| action.full_name()).collect()
}

/// The resource type called `service/name`.
fn resource_type_named<'c>(catalog: &'c Catalog, name: &str) -> Option<ResourceType<'c>> {
    let (prefix, name) = name.split_once('/')?;
    let mut types = catalog.service(prefix)?.resource_types();
    types.find(|t| t.name().eq_ignore_ascii_case(name))
}

fn resource_type(found: ResourceType<'_>) -> String {
    let mut text = format!("{}/{}\n", found.service().prefix(), found.name());
    line(&mut text, "service", &display_name(found.service()));
    list(&mut text, "ARN", found.arns().map(|arn| arn.template().to_owned()), "");
    list(&mut text, "condition keys", found.condition_keys().map(key_row), "none of its own");
    let takes = |action: &Action<'_>| {
        action.resources().any(|row| row.resource_type().name() == found.name())
    };
    let actions: Vec<_> = found.service().actions().filter(takes).map(|a| a.full_name()).collect();
    list(&mut text, &format!("actions ({})", actions.len()), actions.into_iter(), "none");
    text
}

fn service(service: Service<'_>) -> String {
    let mut text = format!("{}\n", service.prefix());
    line(&mut text, "service", &display_name(service));
    if !service.is_live() {
        line(&mut text, "standing", service.standing().as_str());
    }
    let types = service.resource_types().map(|t| format!("{}  {}", t.name(), t.arn()));
    list(&mut text, "resource types", types, "none");
    list(&mut text, "condition keys", service.condition_keys().map(key_row), "none of its own");
    text + &by_level(service.actions())
}

fn managed_policy(policy: &ManagedPolicy) -> String {
    let mut text = format!("{}\n", policy.name);
    line(&mut text, "ARN", policy.arn);
    line(&mut text, "version", &format!("{} of {}", policy.version, policy.created));
    let tree = keyaki_syntax::Tree::parse(policy.document);
    let document = keyaki_syntax::format(&tree, &keyaki_syntax::FormatOptions::default());
    let _ = writeln!(text, "\n{}", document.as_deref().unwrap_or(policy.document).trim_end());
    text
}

/// What a pattern of actions matches, by access level.
pub(crate) fn expansion(catalog: &Catalog, pattern: &str, set: &ActionSet) -> String {
    let actions = || set.iter().filter_map(|id| catalog.action_by_id(id));
    let mut services: Vec<&str> = actions().map(|a| a.service().prefix()).collect();
    services.dedup();
    let (actions_of, services_of) =
        (count(set.len(), "action", "actions"), count(services.len(), "service", "services"));
    let mut text = format!("{pattern} matches {actions_of} of {services_of}\n");
    if set.len() > MOST_MATCHED {
        let mut levels: BTreeMap<AccessLevel, usize> = BTreeMap::new();
        actions().filter_map(Action::access_level).for_each(|l| *levels.entry(l).or_default() += 1);
        for (level, number) in levels {
            let _ = writeln!(text, "  {number:6}  {level}");
        }
        return text;
    }
    text + &by_level(actions())
}

fn by_level<'c>(actions: impl Iterator<Item = Action<'c>>) -> String {
    let mut levels: BTreeMap<Option<AccessLevel>, Vec<String>> = BTreeMap::new();
    for action in actions {
        levels.entry(action.access_level()).or_default().push(action.full_name());
    }
    let mut text = String::new();
    for (level, names) in levels {
        let level = level.map_or("access level not known", AccessLevel::as_str);
        list(&mut text, &format!("\n{level} ({})", names.len()), names.into_iter(), "");
    }
    text
}

fn display_name(service: Service<'_>) -> String {
    match service.name() {
        "" => service.prefix().to_owned(),
        name => format!("{} ({name})", service.prefix()),
    }
}

fn line(text: &mut String, name: &str, value: &str) {
    let _ = writeln!(text, "{name}: {value}");
}

fn list(text: &mut String, name: &str, items: impl Iterator<Item = String>, none: &str) {
    let mut items = items.peekable();
    if items.peek().is_none() {
        return line(text, name, none);
    }
    let _ = writeln!(text, "{name}:");
    items.for_each(|item| {
        let _ = writeln!(text, "  {item}");
    });
}

/// A number and its noun.
pub(crate) fn count(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}
