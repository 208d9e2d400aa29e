//! One file of the service reference as plain data.
//!
//! Unknown members are ignored and absent lists are empty, as AWS adds to the format.

use super::RefreshError;
use crate::source::kinds::{AccessLevel, KeyType};
use serde_json::Value;

/// A service as AWS's reference describes it.
#[derive(Debug, PartialEq)]
pub(super) struct Reference {
    pub(super) prefix: String,
    pub(super) actions: Vec<ActionReference>,
    pub(super) resource_types: Vec<TypeReference>,
    pub(super) condition_keys: Vec<KeyReference>,
}

#[derive(Debug, PartialEq)]
pub(super) struct ActionReference {
    pub(super) name: String,
    /// `None` where the file says nothing about it.
    pub(super) access: Option<AccessLevel>,
    pub(super) condition_keys: Vec<String>,
    pub(super) resource_types: Vec<String>,
}

#[derive(Debug, PartialEq)]
pub(super) struct TypeReference {
    pub(super) name: String,
    pub(super) arns: Vec<String>,
    pub(super) condition_keys: Vec<String>,
}

#[derive(Debug, PartialEq)]
pub(super) struct KeyReference {
    pub(super) name: String,
    /// `None` for a type that this version does not know.
    pub(super) key_type: Option<KeyType>,
}

/// Reads the file of the service that is listed as `prefix`.
pub(super) fn parse(prefix: &str, json: &[u8]) -> Result<Reference, RefreshError> {
    let value: Value = serde_json::from_slice(json)
        .map_err(|source| RefreshError::Json { service: prefix.to_owned(), source })?;
    let read = read(&value);
    read.map_err(|reason| RefreshError::Shape { service: prefix.to_owned(), reason })
}

fn read(value: &Value) -> Result<Reference, String> {
    let prefix = name(value)?.to_ascii_lowercase();
    if !prefix.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') {
        return Err(format!("`{prefix}` is not a service prefix"));
    }
    Ok(Reference {
        prefix,
        actions: list(value, "Actions", read_action)?,
        resource_types: list(value, "Resources", read_type)?,
        condition_keys: list(value, "ConditionKeys", read_key)?,
    })
}

fn read_action(value: &Value) -> Result<ActionReference, String> {
    let name = name(value)?;
    if name.contains(':') {
        return Err(format!("`{name}` is not the name of an action"));
    }
    Ok(ActionReference {
        name,
        access: access_level(&value["Annotations"]["Properties"]),
        condition_keys: list(value, "ActionConditionKeys", text)?,
        resource_types: list(value, "Resources", self::name)?,
    })
}

/// The flags are not exclusive: managing permissions and tagging are writing, too.
fn access_level(properties: &Value) -> Option<AccessLevel> {
    let properties = properties.as_object()?;
    let is = |flag: &str| properties.get(flag) == Some(&Value::Bool(true));
    let levels = [
        ("IsPermissionManagement", AccessLevel::PermissionsManagement),
        ("IsTaggingOnly", AccessLevel::Tagging),
        ("IsWrite", AccessLevel::Write),
        ("IsList", AccessLevel::List),
    ];
    let set = levels.into_iter().find(|(flag, _)| is(flag));
    Some(set.map_or(AccessLevel::Read, |(_, level)| level))
}

fn read_type(value: &Value) -> Result<TypeReference, String> {
    let arns = list(value, "ARNFormats", text)?;
    if let Some(bad) =
        arns.iter().find(|arn| !arn.starts_with("arn:") || arn.split(':').count() < 6)
    {
        return Err(format!("`{bad}` is not an ARN format"));
    }
    Ok(TypeReference {
        name: name(value)?,
        arns,
        condition_keys: list(value, "ConditionKeys", text)?,
    })
}

fn read_key(value: &Value) -> Result<KeyReference, String> {
    let types = list(value, "Types", text)?;
    let key_type = types.first().and_then(|name| KeyType::parse(name));
    Ok(KeyReference { name: name(value)?, key_type })
}

fn name(value: &Value) -> Result<String, String> {
    text(&value["Name"]).map_err(|_| "an entry has no `Name`".to_owned())
}

/// A text without control characters that says something.
fn text(value: &Value) -> Result<String, String> {
    let text = value.as_str().filter(|text| !text.trim().is_empty());
    let text = text.filter(|text| !text.contains(char::is_control));
    text.map(str::to_owned).ok_or_else(|| format!("`{value}` is not a name"))
}

/// The entries of a member that may be absent.
fn list<T>(
    value: &Value,
    member: &str,
    read: impl Fn(&Value) -> Result<T, String>,
) -> Result<Vec<T>, String> {
    match &value[member] {
        Value::Null => Ok(Vec::new()),
        Value::Array(entries) => entries.iter().map(read).collect(),
        Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => {
            Err(format!("`{member}` is not a list"))
        }
    }
}
