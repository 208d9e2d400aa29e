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

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests fail by panic")]
mod tests {
    use super::*;

    /// The reference data beside the repository, where there is any.
    fn reference_data() -> Option<PathBuf> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).canonicalize().ok()?;
        let places = root.ancestors().map(|place| place.join("shared/data/catalog"));
        places.into_iter().find(|place| place.is_dir())
    }

    /// All files below a directory by their relative path.
    fn files(directory: &Path) -> text::Files {
        let mut files = text::Files::new();
        for under in ["", "services/"] {
            for entry in fs::read_dir(directory.join(under)).unwrap() {
                let entry = entry.unwrap();
                if let Ok(text) = fs::read_to_string(entry.path()) {
                    files.insert(format!("{under}{}", entry.file_name().display()), text);
                }
            }
        }
        files
    }

    #[test]
    fn the_committed_text_is_what_the_generator_writes() {
        let Some(data) = reference_data() else {
            println!("skipped: no reference data beside the repository");
            return;
        };
        let committed = files(&super::super::data_directory());
        let origin = text::read_snapshot(&committed["snapshot.toml"]).unwrap().origin;
        let from = data.join("aws-actions-2026-10-27.json");
        let to = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/catalog-again");
        let (from, to_text) = (from.display().to_string(), to.display().to_string());
        run(&["--from", &from, "--origin", &origin, "--to", &to_text]).unwrap();
        let written = files(&to);
        assert!(written.len() > 460);
        for (name, text) in &written {
            assert!(Some(text) == committed.get(name), "{name} differs");
        }
        let of_services = |files: &text::Files| {
            files.keys().filter(|name| name.starts_with("services/")).cloned().collect::<Vec<_>>()
        };
        assert_eq!(of_services(&written), of_services(&committed));
    }

    #[test]
    fn options_come_in_pairs_and_are_known() {
        for words in [&["--from"][..], &["--form", "x"], &[], &["--extras", "x"]] {
            assert!(Options::parse(words).is_err(), "{words:?}");
        }
        let options = Options::parse(&["--from", "dir/a.json", "--extras", "e"]).unwrap();
        assert_eq!(options.history, Path::new("dir/action-history.json"));
        assert_eq!(options.extras, Path::new("e"));
    }
}
