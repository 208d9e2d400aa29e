//! `services/<prefix>.txt`: what one service defines.
//!
//! ```text
//! service  s3  Amazon S3  storage
//! action  GetObject  Read
//!   keys  s3:authType s3:signatureAge
//!   on  object  required
//!   needs  kms:Decrypt
//! type  object
//!   arn  arn:${Partition}:s3:::${BucketName}/${ObjectName}
//! key  s3:authType  String
//! ```
//!
//! An action that lacks the word `permission-only` is not permission-only, unless it has the word
//! `newer-than-overlay`: then neither that nor its dependent actions are known.

use super::super::facts::{ActionFacts, KeyFacts, RowFacts, ServiceFacts, TypeFacts};
use super::super::kinds::{AccessLevel, Date, KeyType};
use super::{GENERATED, Line, TextError, lines, push_line};
use std::fmt::Write as _;

const PERMISSION_ONLY: &str = "permission-only";
const NOT_KNOWN: &str = "newer-than-overlay";

/// Reads one service file.
pub(crate) fn read_service(file: &str, text: &str) -> Result<ServiceFacts, TextError> {
    let mut lines = lines(file, text);
    let missing = || TextError { file: file.to_owned(), line: 1, message: "empty file".to_owned() };
    let first = lines.next().ok_or_else(missing)?;
    if first.field(0)? != "service" {
        return Err(first.error("the first line must be that of the service"));
    }
    let mut service = ServiceFacts {
        name: first.field(2)?.to_owned(),
        category: first.field(3)?.to_owned(),
        ..ServiceFacts::named(first.field(1)?)
    };
    let mut last = "service";
    for line in lines {
        match (line.field(0)?, last, line.indented) {
            ("action", _, false) => service.actions.push(read_action(&line)?),
            ("type", _, false) => service.resource_types.push(read_type(&line)?),
            ("key", _, false) => service.condition_keys.push(read_key(&line)?),
            (word, "action", true) => extend_action(service.actions.last_mut(), word, &line)?,
            (word, "type", true) => extend_type(service.resource_types.last_mut(), word, &line)?,
            _ => return Err(line.error("this line does not belong here")),
        }
        if !line.indented {
            last = line.field(0)?;
        }
    }
    Ok(service)
}

fn read_action(line: &Line<'_>) -> Result<ActionFacts, TextError> {
    let mut action = ActionFacts {
        access: Some(line.parse(2, "an access level", AccessLevel::parse)?),
        permission_only: Some(false),
        ..ActionFacts::named(line.field(1)?)
    };
    for field in line.fields.iter().skip(3) {
        match *field {
            PERMISSION_ONLY => action.permission_only = Some(true),
            NOT_KNOWN => action.permission_only = None,
            other => action.first_seen = Some(read_since(line, other)?),
        }
    }
    Ok(action)
}

fn read_since(line: &Line<'_>, field: &str) -> Result<Date, TextError> {
    let date = field.strip_prefix("since ").and_then(Date::parse);
    date.ok_or_else(|| line.error(format!("`{field}` is not known")))
}

fn read_type(line: &Line<'_>) -> Result<TypeFacts, TextError> {
    let name = line.field(1)?.to_owned();
    Ok(TypeFacts { name, arns: Vec::new(), condition_keys: Vec::new() })
}

fn read_key(line: &Line<'_>) -> Result<KeyFacts, TextError> {
    let key_type = line.parse(2, "a key type", KeyType::parse)?;
    Ok(KeyFacts { name: line.field(1)?.to_owned(), key_type })
}

fn extend_action(
    action: Option<&mut ActionFacts>,
    word: &str,
    line: &Line<'_>,
) -> Result<(), TextError> {
    let action = action.ok_or_else(|| line.error("no action above"))?;
    match word {
        "keys" => action.condition_keys = line.list(1),
        "needs" => action.dependent_actions = line.list(1),
        "on" => action.resources.push(read_row(line)?),
        other => return Err(line.error(format!("`{other}` is not known"))),
    }
    Ok(())
}

fn read_row(line: &Line<'_>) -> Result<RowFacts, TextError> {
    let required = line.parse(2, "`required` or `optional`", |word| match word {
        "required" => Some(true),
        "optional" => Some(false),
        _ => None,
    })?;
    let resource_type = line.field(1)?.to_owned();
    Ok(RowFacts { resource_type, required, condition_keys: line.list(3) })
}

fn extend_type(
    resource_type: Option<&mut TypeFacts>,
    word: &str,
    line: &Line<'_>,
) -> Result<(), TextError> {
    let resource_type = resource_type.ok_or_else(|| line.error("no resource type above"))?;
    match word {
        "arn" => resource_type.arns.push(line.field(1)?.to_owned()),
        "keys" => resource_type.condition_keys = line.list(1),
        other => return Err(line.error(format!("`{other}` is not known"))),
    }
    Ok(())
}

/// Writes one service file.
#[allow(dead_code, reason = "only the generator writes")]
pub(crate) fn write_service(service: &ServiceFacts) -> String {
    let mut out = GENERATED.to_owned();
    push_line(&mut out, &["service", &service.prefix, &service.name, &service.category]);
    for action in &service.actions {
        write_action(&mut out, action);
    }
    for resource_type in &service.resource_types {
        push_line(&mut out, &["type", &resource_type.name]);
        for arn in &resource_type.arns {
            push_line(&mut out, &["  arn", arn]);
        }
        write_list(&mut out, "  keys", &resource_type.condition_keys);
    }
    for key in &service.condition_keys {
        push_line(&mut out, &["key", &key.name, key.key_type.as_str()]);
    }
    out
}

fn write_action(out: &mut String, action: &ActionFacts) {
    let access = action.access.map(AccessLevel::as_str).unwrap_or_default();
    let _ = write!(out, "action\t{}\t{access}", action.name);
    match action.permission_only {
        Some(true) => out.extend(["\t", PERMISSION_ONLY]),
        Some(false) => {}
        None => out.extend(["\t", NOT_KNOWN]),
    }
    if let Some(date) = action.first_seen {
        let _ = write!(out, "\tsince {date}");
    }
    out.push('\n');
    write_list(out, "  keys", &action.condition_keys);
    for row in &action.resources {
        write_row(out, row);
    }
    write_list(out, "  needs", &action.dependent_actions);
}

fn write_row(out: &mut String, row: &RowFacts) {
    let required = if row.required { "required" } else { "optional" };
    let keys = row.condition_keys.join(" ");
    let fields = ["  on", &row.resource_type, required, &keys];
    push_line(out, if keys.is_empty() { &fields[..3] } else { &fields });
}

fn write_list(out: &mut String, word: &str, list: &[String]) {
    if !list.is_empty() {
        push_line(out, &[word, &list.join(" ")]);
    }
}
