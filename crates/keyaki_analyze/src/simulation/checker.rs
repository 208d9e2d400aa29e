//! Whether a request can be: its action, its resource, the values of its condition keys.

use std::collections::HashMap;

use keyaki_catalog::{Catalog, KeyLookup, KeyType};
use keyaki_eval::Request;
use keyaki_ir::arn::is_account_id;
use keyaki_ir::ip::Cidr;
use keyaki_ir::number::Decimal;
use keyaki_ir::{Arn, date};

use crate::Access;

/// So many names are remembered; a batch has few, and an endless one must not fill the memory.
const REMEMBERED: usize = 10_000;

/// Asks the catalogue about the names in requests, each name once.
#[derive(Debug)]
pub struct Checker<'c> {
    catalog: &'c Catalog,
    /// Actions that there are.
    actions: HashMap<String, ()>,
    keys: HashMap<String, Option<KeyType>>,
}

impl<'c> Checker<'c> {
    /// One that has asked nothing yet.
    pub fn new(catalog: &'c Catalog) -> Self {
        Self { catalog, actions: HashMap::new(), keys: HashMap::new() }
    }

    /// Refuses what cannot be a request.
    ///
    /// # Errors
    /// What cannot be.
    pub fn check(&mut self, request: &Request) -> Result<(), String> {
        if !self.actions.contains_key(&request.action) {
            check_action(&request.action, self.catalog)?;
            remember(&mut self.actions, &request.action, ());
        }
        check_resource(&request.resource)?;
        check_account(request.resource_account.as_deref())?;
        for (key, values) in request.context.iter() {
            let Some(key_type) = self.key_type(key) else { continue };
            if let Some(bad) = values.as_slice().iter().find(|v| !fits(key_type, v)) {
                let what = phrase(key_type);
                return Err(format!("`{bad}` is not {what}, as `{key}` needs"));
            }
        }
        Ok(())
    }

    /// What is odd about a request that can be.
    pub fn odd(&mut self, request: &Request) -> Vec<String> {
        let keys = request.context.iter().map(|(key, _)| key);
        let unknown = keys.filter(|key| self.key_type(key).is_none());
        unknown.map(|key| format!("the catalogue knows no condition key `{key}`")).collect()
    }

    /// The type of a condition key; none for one that the catalogue does not know.
    fn key_type(&mut self, key: &str) -> Option<KeyType> {
        match self.keys.get(key) {
            Some(known) => *known,
            None => {
                let found = key_type(self.catalog, key);
                remember(&mut self.keys, key, found);
                found
            }
        }
    }
}

/// Refuses access that no request is for; actions and resources may be patterns.
///
/// # Errors
/// What no request has.
pub fn check_access(access: &Access, catalog: &Catalog) -> Result<(), String> {
    access.actions.iter().try_for_each(|action| check_actions(action, catalog))?;
    access.resources.iter().try_for_each(|resource| check_resources(resource))
}

fn check_actions(pattern: &str, catalog: &Catalog) -> Result<(), String> {
    match pattern.contains(['*', '?']) {
        false => check_action(pattern, catalog),
        true if pattern == "*" || catalog.matches_any(pattern) => Ok(()),
        true => Err(format!("`{pattern}` matches no action")),
    }
}

fn check_resources(pattern: &str) -> Result<(), String> {
    match pattern == "*" || Arn::parse(pattern).is_some() {
        true => Ok(()),
        false => Err(not_a_resource(pattern)),
    }
}

fn not_a_resource(text: &str) -> String {
    let remedy = text.strip_prefix("execute-api:/").map_or_else(String::new, |path| {
        format!("; a request has the whole ARN: `arn:aws:execute-api:REGION:ACCOUNT:API/{path}`")
    });
    format!("`{text}` is neither an ARN nor `*`{remedy}")
}

fn remember<T>(names: &mut HashMap<String, T>, name: &str, value: T) {
    if names.len() < REMEMBERED {
        names.insert(name.to_owned(), value);
    }
}

fn check_account(account: Option<&str>) -> Result<(), String> {
    match account {
        Some(account) if !is_account_id(account) => {
            Err(format!("`{account}` is no account id: expected twelve digits"))
        }
        Some(_) | None => Ok(()),
    }
}

fn check_action(action: &str, catalog: &Catalog) -> Result<(), String> {
    let Some((prefix, name)) = action.split_once(':') else {
        return Err(format!("`{action}` is no action: expected `service:Name`"));
    };
    if action.contains(['*', '?']) {
        return Err(format!("a request has one action; `{action}` is a pattern"));
    }
    let Some(service) = catalog.service(prefix) else {
        let meant = catalog.suggest_service(prefix);
        let meant = meant.map_or(String::new(), |m| format!("; did you mean `{m}`?"));
        return Err(format!("there is no service `{prefix}`{meant}"));
    };
    if service.action(name).is_none() {
        let meant = catalog.suggest_action(prefix, name);
        let meant = meant.map_or(String::new(), |m| format!("; did you mean `{m}`?"));
        return Err(format!("`{prefix}` defines no action `{name}`{meant}"));
    }
    Ok(())
}

fn check_resource(resource: &str) -> Result<(), String> {
    if resource == "*" {
        return Ok(());
    }
    if Arn::plain(resource).is_none() {
        return Err(not_a_resource(resource));
    }
    Ok(())
}

fn key_type(catalog: &Catalog, key: &str) -> Option<KeyType> {
    match catalog.key(key) {
        KeyLookup::Global(global) => Some(global.key_type()),
        KeyLookup::Service { key, .. } => Some(key.key_type()),
        KeyLookup::Federated(key) => Some(key.map_or(KeyType::String, |k| k.key_type())),
        KeyLookup::UnknownGlobal | KeyLookup::UnknownInService(_) | KeyLookup::UnknownService => {
            None
        }
    }
}

fn fits(key_type: KeyType, value: &str) -> bool {
    match key_type {
        KeyType::Bool | KeyType::ArrayOfBool => {
            value.eq_ignore_ascii_case("true") || value.eq_ignore_ascii_case("false")
        }
        KeyType::Numeric => Decimal::parse(value).is_some(),
        KeyType::Date => date::parse(value).is_some(),
        KeyType::IpAddress => Cidr::parse(value).is_some(),
        KeyType::Arn | KeyType::ArrayOfArn => Arn::plain(value).is_some(),
        KeyType::String | KeyType::ArrayOfString | KeyType::Binary => true,
    }
}

fn phrase(key_type: KeyType) -> &'static str {
    match key_type {
        KeyType::Bool | KeyType::ArrayOfBool => "`true` or `false`",
        KeyType::Numeric => "a number",
        KeyType::Date => "a date",
        KeyType::IpAddress => "an IP address",
        KeyType::Arn | KeyType::ArrayOfArn => "an ARN",
        KeyType::String | KeyType::ArrayOfString => "a text",
        KeyType::Binary => "base64",
    }
}
