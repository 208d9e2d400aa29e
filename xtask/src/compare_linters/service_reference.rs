//! The catalogue in the format of AWS's service reference, one file for each service, so that
//! other tools judge by the same facts as we do.

use std::path::Path;
use std::{fs, io};

use keyaki_catalog::{AccessLevel, Action, Service};
use serde_json::{Value, json};

/// Writes the files into a folder, with `_services.json` as their list.
///
/// # Errors
/// When a file cannot be written.
pub(super) fn write(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let mut list = Vec::new();
    for service in keyaki_catalog::embedded().services() {
        let prefix = service.prefix();
        // The address is never asked: the files are local.
        list.push(json!({"service": prefix, "url": format!("https://localhost/{prefix}.json")}));
        fs::write(folder.join(format!("{prefix}.json")), reference(service).to_string())?;
    }
    fs::write(folder.join("_services.json"), Value::Array(list).to_string())
}

fn reference(service: Service<'_>) -> Value {
    let types = service.resource_types().map(|t| {
        let arns: Vec<_> = t.arns().map(|arn| arn.template()).collect();
        let keys: Vec<_> = t.condition_keys().map(|key| key.name()).collect();
        json!({"Name": t.name(), "ARNFormats": arns, "ConditionKeys": keys})
    });
    let keys = service
        .condition_keys()
        .map(|key| json!({"Name": key.name(), "Types": [key.key_type().as_str()]}));
    json!({
        "Name": service.prefix(),
        "Version": "v1.4",
        "Actions": service.actions().map(action).collect::<Vec<_>>(),
        "Resources": types.collect::<Vec<_>>(),
        "ConditionKeys": keys.collect::<Vec<_>>(),
    })
}

fn action(action: Action<'_>) -> Value {
    let keys: Vec<_> = action.all_condition_keys().map(|key| key.name()).collect();
    let resources = action.resources().map(|row| json!({"Name": row.resource_type().name()}));
    let level = action.access_level();
    let is = |of: AccessLevel| level == Some(of);
    json!({
        "Name": action.name(),
        "ActionConditionKeys": keys,
        "Resources": resources.collect::<Vec<_>>(),
        "Annotations": {"Properties": {
            "IsList": is(AccessLevel::List),
            "IsPermissionManagement": is(AccessLevel::PermissionsManagement),
            "IsTaggingOnly": is(AccessLevel::Tagging),
            "IsWrite": is(AccessLevel::Write),
        }},
    })
}
