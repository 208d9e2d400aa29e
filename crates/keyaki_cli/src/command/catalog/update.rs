//! `keyaki catalog update`: a fresher catalogue, from AWS's service reference.

use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

use keyaki_catalog::Date;
use keyaki_workspace::catalog_update::{self, Source, Updated};

use crate::console::Console;
use crate::exit::{Exit, Failure};

/// Fetch what AWS has published since the catalogue was made
///
/// Later runs use the result; `--catalog embedded` makes them use what was compiled in instead.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Read the files of the service reference from a folder instead of the network
    #[arg(long, value_name = "DIR")]
    from: Option<PathBuf>,
    /// A mirror of the service reference
    #[arg(long, hide = true, default_value = catalog_update::SERVICE_REFERENCE)]
    url: String,
}

pub(crate) fn run(arguments: Arguments, console: &mut Console) -> Result<Exit, Failure> {
    let Some(folder) = catalog_update::default_folder(|name| std::env::var_os(name)) else {
        return Err(Failure::new("no folder for the result: set KEYAKI_CACHE_DIR"));
    };
    let base = keyaki_catalog::embedded();
    let updated = match &arguments.from {
        Some(directory) => catalog_update::from_directory(base, directory, &folder, today()),
        None => {
            let source = Source { url: arguments.url, ..Source::default() };
            catalog_update::from_network(base, &source, &folder, today())
        }
    };
    let updated = updated.map_err(|error| Failure::new(error.to_string()))?;
    for (service, reason) in &updated.skipped {
        console.remark(&format!("warning: `{service}` stays as it was: {reason}"));
    }
    let new = catalog_update::load(&folder).map_err(|error| Failure::new(error.to_string()))?;
    let actions = new.map_or(0, |catalog| catalog.snapshot().actions);
    let text = summary(&updated, base.snapshot().actions, actions);
    console.write(|out| out.write_all(text.as_bytes()))?;
    Ok(Exit::Clean)
}

fn summary(updated: &Updated, before: usize, after: usize) -> String {
    let Updated { read, unchanged, skipped, path } = updated;
    let more = after.saturating_sub(before);
    let skipped = skipped.len();
    format!(
        "services: {read} read, {unchanged} unchanged, {skipped} skipped\n\
         actions: {after}, {more} more than were compiled in\n\
         written to: {}\n",
        path.display()
    )
}

/// The day by the system's clock, in UTC.
fn today() -> Date {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_secs());
    let oldest = keyaki_catalog::embedded().snapshot().date;
    Date::parse(&calendar(since / 86_400)).unwrap_or(oldest)
}

/// The date of a day, counted from 1970-01-01.
///
/// Years are taken to start in March, so that the leap day is the last of its year; 400 of them
/// have 146,097 days.
fn calendar(day: u64) -> String {
    let day = day + 719_468;
    let (era, in_era) = (day / 146_097, day % 146_097);
    let year = (in_era - in_era / 1_460 + in_era / 36_524 - in_era / 146_096) / 365;
    let in_year = in_era - (365 * year + year / 4 - year / 100);
    let from_march = (5 * in_year + 2) / 153;
    let day = in_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    let year = era * 400 + year + u64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_have_their_dates() {
        let dates = [0, 58, 59, 11_016, 11_017, 19_782, 20_778, 47_540].map(calendar);
        let expected = [
            "1970-01-01",
            "1970-02-28",
            "1970-03-01",
            "2000-02-29",
            "2000-03-01",
            "2024-02-29",
            "2026-11-21",
            "2100-02-28",
        ];
        assert_eq!(dates, expected);
    }
}
