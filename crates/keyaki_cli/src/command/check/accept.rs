//! `--add-suppressions`: findings that are accepted, for a reason.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use keyaki_workspace::{
    CONFIG_NAME, CheckedFile, Config, Entry, Options, accept, gap_before_entry, quoted,
    suppression_entry,
};

use super::mend::store;
use crate::command::file_failure;
use crate::console::Console;
use crate::exit::Failure;
use crate::facts;

/// Writes comments into the files whose language has them, entries of the configuration for all
/// others, and takes the findings out of `files`.
pub(super) fn accept_all(
    reason: &str,
    files: &mut [CheckedFile],
    options: &Options<'_>,
    given: Option<&Path>,
    console: &mut Console,
) -> Result<(), Failure> {
    let config = given.map(Path::to_owned).or_else(|| Config::find(Path::new(".")));
    let config = config.unwrap_or_else(|| PathBuf::from(CONFIG_NAME));
    let (mut count, mut entries) = (0, String::new());
    for file in files {
        let accepted = accept(file, reason, options);
        if let Some(text) = &accepted.text {
            store(Path::new(&file.path), &file.text, text)?;
        }
        entries += &entries_of(file, &accepted.entries, reason, &config)?;
        count += accepted.count;
        let is_left = |finding: &keyaki_diag::Finding| {
            keyaki_workspace::ABOUT_FILES.iter().any(|rule| rule.name == finding.rule.name)
        };
        file.documents.iter_mut().for_each(|d| d.findings.retain(is_left));
    }
    if !entries.is_empty() {
        let before = if config.exists() {
            fs::read_to_string(&config).map_err(|e| file_failure(&config, &e))?
        } else {
            String::new()
        };
        let text = format!("{before}{}{}", gap_before_entry(&before), entries.trim_start());
        fs::write(&config, text).map_err(|e| file_failure(&config, &e))?;
    }
    console.remark(&format!("accepted {}", facts::count(count, "finding", "findings")));
    Ok(())
}

/// The entries of the configuration for a file.
fn entries_of(
    file: &CheckedFile,
    entries: &BTreeSet<Entry>,
    reason: &str,
    config: &Path,
) -> Result<String, Failure> {
    if entries.is_empty() {
        return Ok(String::new());
    }
    let absolute = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let (path, config) = (absolute(Path::new(&file.path)), absolute(config));
    let inside = config.parent().and_then(|folder| path.strip_prefix(folder).ok());
    let outside = || Failure::new(format!("{} is not below {}", file.path, config.display()));
    let inside = inside.ok_or_else(outside)?.to_string_lossy().replace('\\', "/");
    let line = |name: &str, at: &str| match at {
        "" => String::new(),
        at => format!("{name} = {}\n", quoted(at)),
    };
    let entry = |Entry { rule, policy, at }: &Entry| {
        let place = line("policy", policy) + &line("at", at);
        format!("\n{}", suppression_entry(rule, &inside, &place, reason))
    };
    Ok(entries.iter().map(entry).collect())
}
