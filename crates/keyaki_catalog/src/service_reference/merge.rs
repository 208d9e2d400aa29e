//! Lays the reference of a service over what is known about it.

use super::parse::{ActionReference, KeyReference, Reference, TypeReference};
use crate::source::facts::{
    ActionFacts, Facts, KeyFacts, RowFacts, ServiceFacts, TypeFacts, order,
};
use crate::source::kinds::{Date, KeyType, Standing};
use crate::source::layout::fill_holes;
use std::collections::BTreeMap;

/// Merges one service; names that are new get `date` as the day on which they were first seen.
pub(super) fn merge(facts: &mut Facts, reference: Reference, date: Date) {
    let service = service_entry(facts, &reference.prefix);
    service.standing = Standing::Live;
    service.accepted = None;
    for key in reference.condition_keys {
        merge_key(service, key);
    }
    for resource_type in reference.resource_types {
        merge_type(service, resource_type);
    }
    for action in reference.actions {
        merge_action(service, action, date);
    }
}

/// Restores catalogue order, and lists for each service the keys that its actions use.
pub(super) fn settle(facts: &mut Facts) {
    let types = key_types(facts);
    for service in &mut facts.services {
        declare_used_keys(service, &types);
        service.sort();
    }
    facts.services.sort_by_cached_key(|service| order(&service.prefix));
}

fn service_entry<'a>(facts: &'a mut Facts, prefix: &str) -> &'a mut ServiceFacts {
    let known = facts.services.iter().position(|service| service.prefix == prefix);
    let at = known.unwrap_or_else(|| {
        facts.services.push(ServiceFacts::named(prefix));
        facts.services.len() - 1
    });
    &mut facts.services[at]
}

/// Whether two keys are the same but for case and the names of their holes.
fn same_key(a: &str, b: &str) -> bool {
    fill_holes(a, "*").eq_ignore_ascii_case(&fill_holes(b, "*"))
}

fn merge_key(service: &mut ServiceFacts, key: KeyReference) {
    let known = service.condition_keys.iter_mut().find(|known| same_key(&known.name, &key.name));
    match (known, key.key_type) {
        // A key that may have several values keeps them: what holds for several holds for one.
        (Some(known), Some(key_type)) if is_list_of(known.key_type, key_type) => {}
        (Some(known), Some(key_type)) => known.key_type = key_type,
        (Some(_), None) => {}
        (None, key_type) => {
            let key_type = key_type.unwrap_or(KeyType::String);
            service.condition_keys.push(KeyFacts { name: key.name, key_type });
        }
    }
}

/// Whether a key of the one type holds several values of the other.
fn is_list_of(list: KeyType, one: KeyType) -> bool {
    list.is_multivalued() && !one.is_multivalued() && list.element() == one
}

fn merge_type(service: &mut ServiceFacts, reference: TypeReference) {
    let same = |known: &&mut TypeFacts| known.name.eq_ignore_ascii_case(&reference.name);
    if let Some(known) = service.resource_types.iter_mut().find(same) {
        for arn in reference.arns {
            if !known.arns.iter().any(|old| fill_holes(old, "*") == fill_holes(&arn, "*")) {
                known.arns.push(arn);
            }
        }
        add_keys(&mut known.condition_keys, &reference.condition_keys);
    } else if !reference.arns.is_empty() {
        service.resource_types.push(TypeFacts {
            name: reference.name,
            arns: reference.arns,
            condition_keys: reference.condition_keys,
        });
    }
}

fn merge_action(service: &mut ServiceFacts, reference: ActionReference, date: Date) {
    let ServiceFacts { actions, resource_types, .. } = service;
    let known = actions.iter().position(|known| known.name.eq_ignore_ascii_case(&reference.name));
    let at = known.unwrap_or_else(|| {
        actions.push(ActionFacts { first_seen: Some(date), ..ActionFacts::named(&reference.name) });
        actions.len() - 1
    });
    let action = &mut actions[at];
    action.last_seen = None;
    action.access = reference.access.or(action.access);
    add_action_keys(action, &reference.condition_keys);
    for name in reference.resource_types {
        let known = resource_types.iter().find(|known| known.name.eq_ignore_ascii_case(&name));
        if let Some(known) = known {
            add_row(action, &known.name);
        }
    }
}

/// Adds keys that neither the action nor one of its rows has; the reference does not tell these
/// apart.
fn add_action_keys(action: &mut ActionFacts, keys: &[String]) {
    let of_rows = || action.resources.iter().flat_map(|row| &row.condition_keys);
    let new = |key: &&String| !of_rows().any(|known| same_key(known, key));
    let keys: Vec<String> = keys.iter().filter(new).cloned().collect();
    add_keys(&mut action.condition_keys, &keys);
}

fn add_row(action: &mut ActionFacts, resource_type: &str) {
    if !action.resources.iter().any(|row| row.resource_type == resource_type) {
        action.resources.push(RowFacts {
            resource_type: resource_type.to_owned(),
            required: false,
            condition_keys: Vec::new(),
        });
    }
}

fn add_keys(known: &mut Vec<String>, keys: &[String]) {
    for key in keys {
        if !known.iter().any(|old| same_key(old, key)) {
            known.push(key.clone());
        }
    }
}

/// The types of all keys that some service lists, and of the global ones.
fn key_types(facts: &Facts) -> BTreeMap<String, (String, KeyType)> {
    let of_services = facts.services.iter().flat_map(|service| &service.condition_keys);
    let of_services = of_services.map(|key| (&key.name, key.key_type));
    let global = facts.global_keys.iter().map(|key| (&key.name, key.key_type));
    let all = global.chain(of_services);
    all.map(|(name, key_type)| (identity(name), (name.clone(), key_type))).collect()
}

/// What [`same_key`] compares.
fn identity(key: &str) -> String {
    fill_holes(key, "*").to_ascii_lowercase()
}

/// Lists keys that actions or types use although the service does not list them, with the type
/// that they have elsewhere, or else as text; and gives every use the listed spelling.
fn declare_used_keys(service: &mut ServiceFacts, types: &BTreeMap<String, (String, KeyType)>) {
    let ServiceFacts { actions, resource_types, condition_keys, .. } = service;
    let listed = condition_keys.iter().map(|key| (identity(&key.name), key.name.clone()));
    let mut listed: BTreeMap<String, String> = listed.collect();
    let of_types = resource_types.iter_mut().map(|t| &mut t.condition_keys);
    let of_actions = actions.iter_mut().flat_map(|action| {
        let rows = action.resources.iter_mut().map(|row| &mut row.condition_keys);
        rows.chain(std::iter::once(&mut action.condition_keys))
    });
    for used in of_types.chain(of_actions).flatten() {
        let spelling = listed.entry(identity(used)).or_insert_with(|| {
            let elsewhere = types.get(&identity(used)).cloned();
            let (name, key_type) = elsewhere.unwrap_or((used.clone(), KeyType::String));
            condition_keys.push(KeyFacts { name: name.clone(), key_type });
            name
        });
        used.clone_from(spelling);
    }
}
