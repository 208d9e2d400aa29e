//! The request of a simulation: from flags, from a JSON file, or from a line of a batch.

use std::path::PathBuf;

use keyaki_catalog::{Catalog, KeyLookup, KeyType};
use keyaki_eval::{Caller, Context, Request, Values};
use keyaki_ir::ip::Cidr;
use keyaki_ir::number::Decimal;
use keyaki_ir::{Arn, date};
use serde_json::Value;

use crate::exit::Failure;

#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Request")]
pub(crate) struct RequestArguments {
    /// A JSON file with `principal`, `action`, `resource` and `context`; flags override it
    #[arg(long, value_name = "FILE")]
    request: Option<PathBuf>,
    /// Who: an ARN, an account id for its root user, a service principal, or `anonymous`
    #[arg(long, value_name = "PRINCIPAL")]
    principal: Option<String>,
    /// What: `s3:GetObject`
    #[arg(long, value_name = "ACTION")]
    action: Option<String>,
    /// On what: an ARN, or `*` for an action that works on no resource
    #[arg(long, value_name = "ARN")]
    resource: Option<String>,
    /// The account that owns the resource, where its ARN does not tell
    #[arg(long, value_name = "ACCOUNT")]
    resource_account: Option<String>,
    /// A condition key; given twice, or with `[…]`, it has several values
    #[arg(long, value_name = "KEY=VALUE", num_args = 1..)]
    context: Vec<String>,
}

/// A request as asked for.
#[derive(Debug)]
pub(crate) struct Asked {
    pub(crate) request: Request,
    /// Keys that the request must not have.
    pub(crate) absent: Vec<String>,
    pub(crate) notes: Vec<String>,
}

pub(crate) fn read(arguments: &RequestArguments, catalog: &Catalog) -> Result<Asked, Failure> {
    let mut value = match &arguments.request {
        None => Value::Object(serde_json::Map::new()),
        Some(file) => {
            let name = file.display();
            let bytes = keyaki_workspace::read(file)
                .map_err(|reason| Failure::new(format!("{name}: {reason}")))?;
            serde_json::from_slice(&bytes).map_err(|e| Failure::new(format!("{name}: {e}")))?
        }
    };
    let given = [
        ("principal", &arguments.principal),
        ("action", &arguments.action),
        ("resource", &arguments.resource),
        ("resource_account", &arguments.resource_account),
    ];
    if !value.is_object() {
        return Err(Failure::new("the request is not a JSON object"));
    }
    for (key, text) in given {
        if let Some(text) = text {
            value[key] = Value::String(text.clone());
        }
    }
    let mut asked = from_json(&value).map_err(Failure::new)?;
    for text in &arguments.context {
        let (key, value) = text
            .split_once('=')
            .ok_or_else(|| Failure::new(format!("`{text}` is no KEY=VALUE")))?;
        add(&mut asked.request.context, key, value);
    }
    asked.notes = check(&asked.request, catalog).map_err(Failure::new)?;
    Ok(asked)
}

/// Adds a value to a key: a second value makes a list.
fn add(context: &mut Context, key: &str, text: &str) {
    let list = serde_json::from_str::<Vec<String>>(text).ok().filter(|_| text.starts_with('['));
    let values = match (list, context.get(key)) {
        (Some(list), _) => Values::List(list),
        (None, None) => Values::One(text.to_owned()),
        (None, Some(before)) => {
            let mut values = before.as_slice().to_vec();
            values.push(text.to_owned());
            Values::List(values)
        }
    };
    context.set(key, values);
}

/// A request as a JSON object: what `prove` prints as a witness, this reads.
pub(crate) fn from_json(value: &Value) -> Result<Asked, String> {
    let text = |key: &str| value.get(key).and_then(Value::as_str);
    let required = |key: &str| text(key).ok_or(format!("the request has no `{key}`"));
    let mut caller = Caller::parse(required("principal")?).map_err(|e| e.to_string())?;
    if let (Caller::FederatedUser { user, .. }, Some(by)) = (&mut caller, text("federated_by")) {
        *user = Some(by.to_owned());
    }
    let mut context = Context::new();
    if let Some(keys) = value.get("context") {
        let keys = keys.as_object().ok_or("`context` is no object of condition keys")?;
        for (key, value) in keys {
            context.set(key, values(key, value)?);
        }
    }
    let absent = value.get("absent").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    Ok(Asked {
        request: Request {
            caller,
            action: required("action")?.to_owned(),
            resource: text("resource").unwrap_or("*").to_owned(),
            resource_account: text("resource_account").map(str::to_owned),
            context,
        },
        absent: absent.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        notes: Vec::new(),
    })
}

fn values(key: &str, value: &Value) -> Result<Values, String> {
    let one = |value: &Value| match value {
        Value::String(text) => Ok(text.clone()),
        Value::Number(number) => Ok(number.to_string()),
        Value::Bool(value) => Ok(value.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => {
            Err(format!("the value of `{key}` is neither a text nor a list of texts"))
        }
    };
    match value.as_array() {
        Some(list) => Ok(Values::List(list.iter().map(one).collect::<Result<_, _>>()?)),
        None => one(value).map(Values::One),
    }
}

/// Refuses what cannot be a request, and notes what is odd.
pub(crate) fn check(request: &Request, catalog: &Catalog) -> Result<Vec<String>, String> {
    check_action(&request.action, catalog)?;
    check_resource(&request.resource)?;
    let mut notes = Vec::new();
    for (key, values) in request.context.iter() {
        match key_type(catalog, key) {
            None => notes.push(format!("the catalogue knows no condition key `{key}`")),
            Some(key_type) => {
                if let Some(bad) = values.as_slice().iter().find(|v| !fits(key_type, v)) {
                    let what = phrase(key_type);
                    return Err(format!("`{bad}` is not {what}, as `{key}` needs"));
                }
            }
        }
    }
    Ok(notes)
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
    if Arn::parse(resource).is_none() {
        return Err(format!("`{resource}` is neither an ARN nor `*`"));
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
        KeyType::Arn | KeyType::ArrayOfArn => Arn::parse(value).is_some(),
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
