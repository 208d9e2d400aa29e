//! `keyaki snapshot`: what a folder tells about accounts, and what it does not.

use std::path::{Path, PathBuf};

use keyaki_account::{Format, Fragment, Remark, Snapshot, coverage};
use serde_json::{Value, json};

use crate::console::Console;
use crate::exit::{Exit, Failure};

/// Read a snapshot of accounts
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Tell what was found, what is missing for which question, and what was not understood
    Info(Info),
}

#[derive(Debug, clap::Args)]
pub(crate) struct Info {
    /// The folder; docs/snapshots.md tells what may be in it
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// The form of the output
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: OutputFormat,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum OutputFormat {
    /// For people.
    #[default]
    Text,
    /// JSON, version 1.
    Json,
}

/// A snapshot, with how many files were of each format.
pub(crate) struct Loaded {
    pub(crate) snapshot: Snapshot,
    pub(crate) formats: Vec<(&'static str, usize)>,
}

/// Reads all files below a folder.
pub(crate) fn load(folder: &Path, console: &mut Console) -> Result<Loaded, Failure> {
    if !folder.exists() {
        return Err(Failure::new(format!("{}: no such file", folder.display())));
    }
    let (files, unreadable) = keyaki_workspace::files_below(folder);
    let jobs = keyaki_workspace::default_jobs(files.len());
    let read = |path: &PathBuf| {
        let shown = path.to_string_lossy().replace('\\', "/");
        let bytes = keyaki_workspace::read(path);
        bytes.map(|bytes| keyaki_account::read(&shown, bytes)).map_err(|why| (shown, why))
    };
    let results = keyaki_workspace::map(&files, jobs, read);
    let mut fragments: Vec<Fragment> = Vec::new();
    let mut remarks: Vec<Remark> = Vec::new();
    let mut cannot = |about: &str, why: &str| {
        let message = format!("cannot be read: {why}");
        remarks.push(Remark::new(about, message, "what it holds"));
    };
    for result in results {
        match result {
            Ok(fragment) => fragments.push(fragment),
            Err((path, why)) => cannot(&path, &why),
        }
    }
    unreadable.iter().for_each(|(path, why)| cannot(&path.to_string_lossy(), why));
    let mut formats: Vec<Format> = fragments.iter().map(|f| f.format).collect();
    formats.sort_unstable();
    let counted =
        formats.chunk_by(|a, b| a == b).filter_map(|c| Some((c.first()?.name(), c.len())));
    let formats = counted.collect();
    let mut snapshot = keyaki_account::assemble(fragments, console.catalog());
    snapshot.remarks.extend(remarks);
    snapshot.remarks.sort();
    Ok(Loaded { snapshot, formats })
}

pub(crate) fn run(command: &Command, console: &mut Console) -> Result<Exit, Failure> {
    let Command::Info(arguments) = command;
    let loaded = load(&arguments.folder, console)?;
    console.write(|out| match arguments.format {
        OutputFormat::Text => out.write_all(text(&loaded).as_bytes()),
        OutputFormat::Json => writeln!(out, "{:#}", to_json(&loaded)),
    })?;
    let is_empty = loaded.snapshot.accounts.is_empty() && loaded.snapshot.organizations.is_empty();
    Ok(if is_empty { Exit::Findings } else { Exit::Clean })
}

fn text(loaded: &Loaded) -> String {
    let coverage = coverage(&loaded.snapshot);
    let mut text = String::from("found\n");
    let mut line = |indent: &str, name: &str, value: &str| {
        text.push_str(&format!("{indent}{name}  {value}\n"));
    };
    for ([one, many], number) in coverage.counts.iter().filter(|(_, n)| *n > 0) {
        let name = if *number == 1 { one } else { many };
        line("  ", &format!("{number:>6}"), name);
    }
    for (kind, (all, with_policy)) in &coverage.resources {
        line("    ", &format!("{all:>6}"), &format!("{kind}, {with_policy} with a policy"));
    }
    let accounts: Vec<&str> = loaded.snapshot.accounts.keys().map(String::as_str).collect();
    if !accounts.is_empty() {
        text.push_str(&format!("accounts\n  {}\n", accounts.join(" ")));
    }
    text.push_str("files\n");
    for (name, number) in &loaded.formats {
        text.push_str(&format!("  {number:>6}  {name}\n"));
    }
    if !coverage.missing.is_empty() {
        text.push_str("missing\n");
    }
    for missing in &coverage.missing {
        text.push_str(&format!("  for {}: {}\n", missing.question, missing.what));
    }
    let (weighty, others) = loaded.snapshot.remarks_by_weight();
    for (title, remarks) in [("not understood or not there", weighty), ("not used", others)] {
        if !remarks.is_empty() {
            text.push_str(&format!("{title}\n"));
        }
        for remark in remarks {
            let weakens = match remark.weakens {
                "" => String::new(),
                weakens => format!(" (weakens: {weakens})"),
            };
            text.push_str(&format!("  {}: {}{weakens}\n", remark.about, remark.message));
        }
    }
    printable(&text)
}

/// What an answer to a question lacks: what is not in the snapshot, and what was not understood of
/// it. Who was last used when, and what runs with which role, is not asked here.
pub(crate) fn weaknesses(snapshot: &Snapshot, question: &str) -> Vec<String> {
    let coverage = coverage(snapshot);
    let missing = coverage.missing.into_iter().filter(|m| [question, "all"].contains(&m.question));
    let missing = missing.map(|m| format!("not in the snapshot: {}", m.what));
    let (weighty, _) = snapshot.remarks_by_weight();
    let bears = |r: &&Remark| r.weakens != "escalation" && !r.weakens.starts_with("unused");
    let remarks = weighty.into_iter().filter(bears);
    let remarks = remarks.map(|r| format!("{}: {} (weakens: {})", r.about, r.message, r.weakens));
    missing.chain(remarks).map(|text| printable(&text)).collect()
}

/// Without characters that would steer a terminal.
fn printable(text: &str) -> String {
    let show = |c: char| if c.is_control() && c != '\n' { '\u{FFFD}' } else { c };
    text.chars().map(show).collect()
}

fn to_json(loaded: &Loaded) -> Value {
    let coverage = coverage(&loaded.snapshot);
    let counts: serde_json::Map<String, Value> =
        coverage.counts.iter().map(|([_, many], n)| ((*many).to_owned(), json!(n))).collect();
    let resources: Vec<Value> = coverage
        .resources
        .iter()
        .map(|(kind, (all, with))| json!({"kind": kind, "number": all, "with_policy": with}))
        .collect();
    let files: serde_json::Map<String, Value> =
        loaded.formats.iter().map(|(name, n)| ((*name).to_owned(), json!(n))).collect();
    let missing: Vec<Value> =
        coverage.missing.iter().map(|m| json!({"question": m.question, "what": m.what})).collect();
    let remarks: Vec<Value> = loaded
        .snapshot
        .remarks
        .iter()
        .map(|r| json!({"about": r.about, "message": r.message, "weakens": r.weakens}))
        .collect();
    json!({
        "version": 1,
        "accounts": loaded.snapshot.accounts.keys().collect::<Vec<_>>(),
        "counts": counts,
        "resources": resources,
        "files": files,
        "missing": missing,
        "not_understood": remarks,
    })
}
