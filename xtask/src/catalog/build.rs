//! `cargo xtask catalog build`: from released JSON to the text files.

use super::iamdata::{self, Sources};
use super::source::facts::{Facts, ServiceFacts};
use super::source::text::{self, Retirement, Snapshot};
use crate::Outcome;
use std::fs;
use std::path::{Path, PathBuf};

pub(crate) const USAGE: &str = "usage: cargo xtask catalog build --from FILE [--overlay FILE] \
[--global-keys FILE] [--extras FILE] [--history FILE] [--origin TEXT] [--to DIRECTORY]

The other files default to those beside FILE: `overlay-*.json` (the newest),
`global-condition-keys.json`, `extras.json` and `action-history.json`.";

/// Reads the sources and rewrites every generated text file.
pub(super) fn run(options: &[&str]) -> Outcome {
    let options = Options::parse(options)?;
    let sources = options.read()?;
    let generated = iamdata::read(&sources, options.origin.as_deref())?;
    write(&options.to, &generated)?;
    let count = |f: fn(&ServiceFacts) -> usize| generated.services.iter().map(f).sum::<usize>();
    println!(
        "{} services, {} actions, {} resource types, {} retired actions",
        generated.services.len(),
        count(|s| s.actions.len()),
        count(|s| s.resource_types.len()),
        generated.retired.len(),
    );
    Ok(())
}

struct Options {
    from: PathBuf,
    overlay: PathBuf,
    global_keys: PathBuf,
    extras: PathBuf,
    history: PathBuf,
    origin: Option<String>,
    to: PathBuf,
}

impl Options {
    fn parse(words: &[&str]) -> Result<Options, Box<dyn std::error::Error>> {
        let (mut pairs, rest) = (words.chunks_exact(2), words.len() % 2);
        let known = |name: &str| {
            let names = [
                "--from",
                "--overlay",
                "--global-keys",
                "--extras",
                "--history",
                "--origin",
                "--to",
            ];
            names.contains(&name)
        };
        if rest != 0 || !pairs.all(|pair| known(pair[0])) {
            return Err(USAGE.into());
        }
        let value = |name: &str| words.chunks(2).find(|pair| pair[0] == name).map(|pair| pair[1]);
        let from = PathBuf::from(value("--from").ok_or(USAGE)?);
        let beside = |option: &str, name: &str| match value(option) {
            Some(path) => PathBuf::from(path),
            None => from.with_file_name(name),
        };
        let overlay = newest_overlay(&from);
        Ok(Options {
            overlay: beside("--overlay", &overlay),
            global_keys: beside("--global-keys", "global-condition-keys.json"),
            extras: beside("--extras", "extras.json"),
            history: beside("--history", "action-history.json"),
            origin: value("--origin").map(str::to_owned),
            to: value("--to").map_or_else(super::data_directory, PathBuf::from),
            from,
        })
    }

    fn read(&self) -> Result<Sources, Box<dyn std::error::Error>> {
        Ok(Sources {
            actions: read_json(&self.from)?,
            overlay: read_json(&self.overlay)?,
            global_keys: read_json(&self.global_keys)?,
            extras: read_json(&self.extras)?,
            history: read_json(&self.history)?,
        })
    }
}

/// The name of the newest overlay beside `from`.
fn newest_overlay(from: &Path) -> String {
    let directory = from.parent().unwrap_or(Path::new("."));
    let entries = fs::read_dir(directory).into_iter().flatten().flatten();
    let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
    names.filter(|n| n.starts_with("overlay-") && n.ends_with(".json")).max().unwrap_or_default()
}

fn read_json(path: &Path) -> Result<serde_json::Value, Box<dyn std::error::Error>> {
    let error = |e: &dyn std::fmt::Display| format!("{}: {e}", path.display());
    let bytes = fs::read(path).map_err(|e| error(&e))?;
    Ok(serde_json::from_slice(&bytes).map_err(|e| error(&e))?)
}

/// What the sources say, before the corrections by hand.
pub(super) struct Generated {
    pub(super) snapshot: Snapshot,
    pub(super) services: Vec<ServiceFacts>,
    pub(super) retired: Vec<Retirement>,
    pub(super) global_keys: Vec<super::source::facts::GlobalKeyFacts>,
    pub(super) patterns: Vec<text::KeyPattern>,
    pub(super) foreign_prefixes: Vec<super::source::facts::ForeignPrefix>,
    pub(super) rcp_services: Vec<String>,
}

fn write(to: &Path, generated: &Generated) -> Outcome {
    let services = to.join("services");
    if services.exists() {
        fs::remove_dir_all(&services)?;
    }
    fs::create_dir_all(&services)?;
    for service in &generated.services {
        let file = services.join(format!("{}.txt", service.prefix));
        fs::write(file, text::write_service(service))?;
    }
    let keys = text::write_key_patterns(&generated.patterns, &generated.foreign_prefixes);
    let rcp = text::write_rcp_services(&generated.rcp_services, &generated.snapshot.origin);
    fs::write(to.join("key-patterns.txt"), keys)?;
    fs::write(to.join("rcp-services.txt"), rcp)?;
    fs::write(to.join("retired.txt"), text::write_retired(&generated.retired))?;
    fs::write(to.join("global-keys.txt"), text::write_global_keys(&generated.global_keys))?;
    fs::write(to.join("snapshot.toml"), text::write_snapshot(&generated.snapshot))?;
    check(to)
}

/// Reads the directory back as the library's build will.
fn check(directory: &Path) -> Outcome {
    let mut files = text::Files::new();
    for entry in fs::read_dir(directory.join("services"))? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        files.insert(format!("services/{name}"), fs::read_to_string(&path)?);
    }
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if name.ends_with(".txt") || name.ends_with(".toml") {
            files.insert(name, fs::read_to_string(&path)?);
        }
    }
    let _: Facts = text::read_all(&files)?;
    Ok(())
}
