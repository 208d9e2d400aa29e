//! `keyaki catalog search`: entries by parts of their names.

use keyaki_catalog::Catalog;

use crate::console::Console;
use crate::exit::{Exit, Failure};

/// Find entries whose names hold all of the words
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Parts of names, in any letter case
    #[arg(required = true, value_name = "WORD")]
    words: Vec<String>,
}

pub(crate) fn run(arguments: &Arguments, console: &mut Console) -> Result<Exit, Failure> {
    let words: Vec<String> = arguments.words.iter().map(|w| w.to_ascii_lowercase()).collect();
    let catalog = console.catalog();
    let mut found = 0;
    console.write(|out| {
        for (kind, name, more) in entries(catalog) {
            let text = format!("{name} {more}").to_ascii_lowercase();
            if words.iter().all(|word| text.contains(word)) {
                found += 1;
                writeln!(out, "{kind:9} {name}  {more}")?;
            }
        }
        Ok(())
    })?;
    if found == 0 {
        console.remark("nothing found");
        return Ok(Exit::Findings);
    }
    Ok(Exit::Clean)
}

/// All entries: what each is, its name, and a word about it.
fn entries(catalog: &Catalog) -> impl Iterator<Item = (&'static str, String, String)> + '_ {
    let services = catalog.services();
    let services = services.map(|s| ("service", s.prefix().to_owned(), s.name().to_owned()));
    let actions = catalog.actions().map(|action| {
        let level = action.access_level().map_or("", |level| level.as_str());
        ("action", action.full_name(), level.to_owned())
    });
    let types = catalog.resource_types().map(|found| {
        let name = format!("{}/{}", found.service().prefix(), found.name());
        ("resource", name, found.arn().to_owned())
    });
    let keys = catalog.global_keys().map(|key| ("key", key.name(), key.key_type()));
    let keys = keys.chain(catalog.condition_keys().map(|k| ("key", k.name(), k.key_type())));
    let keys = keys.map(|(kind, name, value)| (kind, name.to_owned(), value.to_string()));
    services.chain(actions).chain(types).chain(keys)
}
