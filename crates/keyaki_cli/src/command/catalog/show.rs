//! `keyaki catalog show`: one entry, or how old and how large the catalogue is.

use keyaki_catalog::Catalog;

use crate::console::Console;
use crate::exit::{Exit, Failure};
use crate::facts;

/// Show an entry; without a name, the age and size of the catalogue
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Such as s3, s3:GetObject, s3:prefix, s3/bucket or ReadOnlyAccess
    name: Option<String>,
}

pub(crate) fn run(arguments: &Arguments, console: &mut Console) -> Result<Exit, Failure> {
    let catalog = console.catalog();
    let text = match &arguments.name {
        None => snapshot(catalog),
        Some(name) => match facts::entry(catalog, name) {
            Some(text) => text,
            None => return Err(unknown(catalog, name)),
        },
    };
    console.write(|out| out.write_all(text.as_bytes()))?;
    Ok(Exit::Clean)
}

fn unknown(catalog: &Catalog, name: &str) -> Failure {
    let message = format!("the catalogue of {} has no `{name}`", catalog.snapshot().date);
    match facts::suggestion(catalog, name) {
        Some(meant) => Failure::new(format!("{message}; did you mean `{meant}`?")),
        None => Failure::new(message),
    }
}

fn snapshot(catalog: &Catalog) -> String {
    let of = catalog.snapshot();
    let rows = [
        ("date", of.date.to_string()),
        ("origin", of.origin.to_owned()),
        ("permission-only and dependent actions", format!("known up to {}", of.overlay)),
        ("services", of.services.to_string()),
        ("actions", of.actions.to_string()),
        ("retired actions", of.retired_actions.to_string()),
        ("resource types", of.resource_types.to_string()),
        ("condition keys", of.condition_keys.to_string()),
        ("global condition keys", of.global_keys.to_string()),
    ];
    rows.map(|(name, value)| format!("{name}: {value}\n")).concat()
}
