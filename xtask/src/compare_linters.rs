//! `cargo xtask compare-linters`: time and memory of this linter and of others, on one folder.
//!
//! The others come from PyPI into a virtual environment under `target/`. Those that need a
//! catalogue from outside get ours. What is measured is the CPU time of the whole process, which
//! other work on the machine disturbs less than the time on the clock.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Outcome;
use crate::bench::{Bench, Took};

mod service_reference;

/// The packages, pinned. The last is what the first needs and does not name.
const PACKAGES: [&str; 4] =
    ["parliament==1.6.4", "iam-policy-validator==1.31.4", "cloudsplaining==0.9.1", "setuptools<81"];

const PARLIAMENT: &str = include_str!("compare_linters/parliament_driver.py");
const CLOUDSPLAINING: &str = include_str!("compare_linters/cloudsplaining_driver.py");

/// A tool is run so often, the least time counts; one that takes long, once.
const RUNS: usize = 5;
const LONG: f64 = 5.0;

/// Installs, measures and prints a Markdown table.
///
/// # Errors
/// Wrong arguments, or a tool that cannot be installed or run.
pub(crate) fn run(root: &Path, arguments: &[&str]) -> Outcome {
    let folder = match arguments {
        [] => default_folder(root),
        [folder] => PathBuf::from(folder),
        _ => return Err("usage: cargo xtask compare-linters [DIR]".into()),
    };
    let folder = folder.canonicalize()?;
    let files = files(&folder)?;
    let bench = prepare(root)?;
    let tools = tools(&bench, &folder);
    let took = tools.iter().map(|tool| measure(&bench, tool)).collect::<Result<Vec<_>, _>>()?;
    print(&tools, &took, files);
    Ok(())
}

/// AWS's managed policies, where they stand beside the repository.
fn default_folder(root: &Path) -> PathBuf {
    let managed = root.join("../shared/data/corpus/managed");
    if managed.is_dir() { managed } else { root.join("testdata/policies") }
}

/// How many policies there are in a folder.
fn files(folder: &Path) -> std::io::Result<usize> {
    let mut count = 0;
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        count += match path.is_dir() {
            true => files(&path)?,
            false => usize::from(path.extension().is_some_and(|e| e == "json")),
        };
    }
    Ok(count)
}

/// A tool with the command that checks a folder.
struct Tool {
    name: String,
    command: Vec<String>,
}

/// Writes what the tools need beside their packages.
fn prepare(root: &Path) -> Result<Bench, Box<dyn std::error::Error>> {
    let bench = Bench::prepare(root, "linters", &PACKAGES)?;
    std::fs::write(bench.folder.join("parliament_driver.py"), PARLIAMENT)?;
    std::fs::write(bench.folder.join("cloudsplaining_driver.py"), CLOUDSPLAINING)?;
    service_reference::write(&bench.folder.join("services"))?;
    Ok(bench)
}

fn tools(bench: &Bench, folder: &Path) -> Vec<Tool> {
    let text = |path: PathBuf| path.display().to_string();
    let folder = folder.display().to_string();
    let words = |words: &[&str]| words.iter().map(|&w| w.to_owned()).collect::<Vec<_>>();
    let ours = text(bench.keyaki.clone());
    let python = text(bench.venv.python());
    let driver = text(bench.folder.join("parliament_driver.py"));
    let cloudsplaining = text(bench.folder.join("cloudsplaining_driver.py"));
    let validator = text(bench.folder.join("venv/bin/iam-validator"));
    let services = text(bench.folder.join("services"));
    let report = text(bench.folder.join("report.json"));
    let check = [&ours, "check", "--kind", "identity", "--jobs", "1", "--format", "concise"];
    let keyaki = |what: &str, more: &[&str]| Tool {
        name: format!("keyaki {}{what}", env!("CARGO_PKG_VERSION")),
        command: words(&[&check[..], more, &[&folder]].concat()),
    };
    vec![
        keyaki("", &[]),
        keyaki(", all personas, with proofs", &["--persona", "auditor"]),
        Tool { name: PACKAGES[0].replace("==", " "), command: words(&[&python, &driver, &folder]) },
        Tool {
            name: PACKAGES[0].replace("==", " ") + " with community auditors",
            command: words(&[&python, &driver, &folder, "community"]),
        },
        Tool {
            name: PACKAGES[2].replace("==", " "),
            command: words(&[&python, &cloudsplaining, &folder]),
        },
        Tool {
            name: PACKAGES[1].replace("==", " "),
            command: words(&[
                &validator,
                "validate",
                "--policy-type",
                "IDENTITY_POLICY",
                "--format",
                "json",
                "--output",
                &report,
                "--aws-services-dir",
                &services,
                "--path",
                &folder,
            ]),
        },
    ]
}

/// The least that it took.
fn measure(bench: &Bench, tool: &Tool) -> Result<Took, Box<dyn std::error::Error>> {
    let [program, words @ ..] = tool.command.as_slice() else {
        return Err(format!("{} has no command", tool.name).into());
    };
    let mut command = Command::new(program);
    command.args(words).env("XDG_CACHE_HOME", bench.folder.join("cache"));
    let mut best = bench.measure(&command, &["1"])?;
    for _ in 1..RUNS {
        if best.seconds > LONG {
            break;
        }
        let next = bench.measure(&command, &["1"])?;
        if next.seconds < best.seconds {
            best = next;
        }
    }
    Ok(best)
}

fn print(tools: &[Tool], took: &[Took], files: usize) {
    let ours = took.first().map_or(1.0, |took| took.seconds);
    println!("{files} policies\n");
    println!("| tool | CPU | per policy | times ours | peak memory |");
    println!("|---|---|---|---|---|");
    for (tool, took) in tools.iter().zip(took) {
        println!(
            "| {} | {:.3} s | {:.3} ms | {:.0} | {:.0} MiB |",
            tool.name,
            took.seconds,
            took.seconds * 1e3 / files.max(1) as f64,
            took.seconds / ours,
            took.kilobytes / 1024.0,
        );
    }
}
