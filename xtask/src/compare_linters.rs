//! `cargo xtask compare-linters`: time and memory of this linter and of others, on one folder.
//!
//! The others come from PyPI into a virtual environment under `target/`. Those that need a
//! catalogue from outside get ours. What is measured is the CPU time of the whole process, which
//! other work on the machine disturbs less than the time on the clock.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Outcome;

mod service_reference;

/// The packages, pinned. The last is what the first needs and does not name.
const PACKAGES: [&str; 4] =
    ["parliament==1.6.4", "iam-policy-validator==1.31.4", "cloudsplaining==0.9.1", "setuptools<81"];

const MEASURE: &str = include_str!("compare_linters/measure.py");
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
    let bench = Bench::prepare(root)?;
    let tools = bench.tools(&folder);
    let rows = tools.iter().map(|tool| bench.measure(tool)).collect::<Result<Vec<_>, _>>()?;
    print(&rows, files);
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

/// Where the tools are.
struct Bench {
    folder: PathBuf,
    keyaki: PathBuf,
}

/// A tool with the command that checks a folder.
struct Tool {
    name: String,
    command: Vec<String>,
}

/// What a tool took.
struct Row {
    name: String,
    seconds: f64,
    kilobytes: f64,
}

impl Bench {
    fn prepare(root: &Path) -> Result<Self, Box<dyn std::error::Error>> {
        let target =
            std::env::var_os("CARGO_TARGET_DIR").map_or(root.join("target"), PathBuf::from);
        let bench = Self { folder: target.join("linters"), keyaki: target.join("release/keyaki") };
        std::fs::create_dir_all(&bench.folder)?;
        std::fs::write(bench.folder.join("measure.py"), MEASURE)?;
        std::fs::write(bench.folder.join("parliament_driver.py"), PARLIAMENT)?;
        std::fs::write(bench.folder.join("cloudsplaining_driver.py"), CLOUDSPLAINING)?;
        service_reference::write(&bench.folder.join("services"))?;
        let cargo = ["build", "--release", "--quiet", "--package", "keyaki_cli"];
        succeed(crate::cargo(root).args(cargo))?;
        if !bench.python().exists() {
            succeed(Command::new("python3").args(["-m", "venv"]).arg(bench.folder.join("venv")))?;
        }
        let install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
        succeed(Command::new(bench.python()).args(install).args(PACKAGES))?;
        Ok(bench)
    }

    fn python(&self) -> PathBuf {
        self.folder.join("venv/bin/python")
    }

    fn tools(&self, folder: &Path) -> Vec<Tool> {
        let text = |path: PathBuf| path.display().to_string();
        let folder = folder.display().to_string();
        let words = |words: &[&str]| words.iter().map(|&w| w.to_owned()).collect::<Vec<_>>();
        let ours = text(self.keyaki.clone());
        let python = text(self.python());
        let driver = text(self.folder.join("parliament_driver.py"));
        let cloudsplaining = text(self.folder.join("cloudsplaining_driver.py"));
        let validator = text(self.folder.join("venv/bin/iam-validator"));
        let services = text(self.folder.join("services"));
        let report = text(self.folder.join("report.json"));
        let check = [&ours, "check", "--kind", "identity", "--jobs", "1", "--format", "concise"];
        let keyaki = |what: &str, more: &[&str]| Tool {
            name: format!("keyaki {}{what}", env!("CARGO_PKG_VERSION")),
            command: words(&[&check[..], more, &[&folder]].concat()),
        };
        vec![
            keyaki("", &[]),
            keyaki(", all personas, with proofs", &["--persona", "auditor"]),
            Tool {
                name: PACKAGES[0].replace("==", " "),
                command: words(&[&python, &driver, &folder]),
            },
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

    fn measure(&self, tool: &Tool) -> Result<Row, Box<dyn std::error::Error>> {
        let mut best = self.once(tool)?;
        for _ in 1..RUNS {
            if best.seconds > LONG {
                break;
            }
            let next = self.once(tool)?;
            if next.seconds < best.seconds {
                best = next;
            }
        }
        Ok(best)
    }

    fn once(&self, tool: &Tool) -> Result<Row, Box<dyn std::error::Error>> {
        let output = Command::new(self.python())
            .arg(self.folder.join("measure.py"))
            .args(&tool.command)
            .env("XDG_CACHE_HOME", self.folder.join("cache"))
            .output()?;
        let text = String::from_utf8_lossy(&output.stdout);
        let mut fields = text.trim_end().splitn(4, '\t');
        let mut field = || fields.next().ok_or_else(|| format!("{} cannot be run", tool.name));
        let exit: i32 = field()?.parse()?;
        if !(0..=1).contains(&exit) {
            return Err(format!("{} ends with {exit}: {text}", tool.name).into());
        }
        let (seconds, kilobytes) = (field()?.parse()?, field()?.parse()?);
        Ok(Row { name: tool.name.clone(), seconds, kilobytes })
    }
}

fn succeed(command: &mut Command) -> Outcome {
    match command.status()? {
        status if status.success() => Ok(()),
        status => Err(format!("{command:?} failed: {status}").into()),
    }
}

fn print(rows: &[Row], files: usize) {
    let ours = rows.first().map_or(1.0, |row| row.seconds);
    println!("{files} policies\n");
    println!("| tool | CPU | per policy | times ours | peak memory |");
    println!("|---|---|---|---|---|");
    for row in rows {
        println!(
            "| {} | {:.3} s | {:.3} ms | {:.0} | {:.0} MiB |",
            row.name,
            row.seconds,
            row.seconds * 1e3 / files.max(1) as f64,
            row.seconds / ours,
            row.kilobytes / 1024.0,
        );
    }
}
