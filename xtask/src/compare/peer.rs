//! The other simulator: npm `@cloud-copilot/iam-simulate`, run as a program of its own.
//!
//! It is under the AGPL. Nothing of it is here or goes into what is built: it is installed into a
//! scratch folder below `target/` and spoken to by lines of JSON.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use keyaki_eval::Verdict;
use serde_json::Value;

const PACKAGE: &str = "@cloud-copilot/iam-simulate";
/// The release that `docs/rulings.md` is about.
const VERSION: &str = "0.1.173";
const DRIVER: &str = include_str!("driver.mjs");
const MANIFEST: &str = r#"{ "name": "compare-simulate", "private": true, "type": "module" }"#;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// What the peer says to a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// A decision, and the keys of the context that it left out because the action has no such
    /// keys.
    Decided(Verdict, Vec<String>),
    /// It refuses the case; with its reason.
    Refused(String),
}

/// A running peer.
pub(crate) struct Peer {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    folder: PathBuf,
    /// How many cases it has been asked about.
    pub(crate) asked: usize,
}

impl Peer {
    /// Installs the package where it is missing, and starts it.
    pub(crate) fn start(root: &Path) -> Result<Self> {
        let folder = root.join("target/compare-simulate");
        install(&folder)?;
        fs::write(folder.join("driver.mjs"), DRIVER)?;
        let mut child = Command::new("node")
            .arg("driver.mjs")
            .current_dir(&folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|e| format!("`node` cannot be started: {e}"))?;
        let input = child.stdin.take().ok_or("no way to write to `node`")?;
        let output = child.stdout.take().ok_or("no way to read from `node`")?;
        Ok(Self { child, input, output: BufReader::new(output), folder, asked: 0 })
    }

    /// The release that is asked.
    pub(crate) fn version() -> &'static str {
        VERSION
    }

    /// Where it is installed, with its driver.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Asks about several cases. They should be few: their answers have to fit into a pipe.
    pub(crate) fn ask(&mut self, cases: &[Value]) -> Result<Vec<Answer>> {
        for case in cases {
            writeln!(self.input, "{case}")?;
        }
        self.input.flush()?;
        self.asked += cases.len();
        cases.iter().map(|_| self.read()).collect()
    }

    fn read(&mut self) -> Result<Answer> {
        let mut line = String::new();
        if self.output.read_line(&mut line)? == 0 {
            return Err("the simulator ended".into());
        }
        answer(&serde_json::from_str(&line)?)
            .ok_or_else(|| format!("strange answer: {line}").into())
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        // It ends by itself when its input does; this only keeps it from staying on after an error.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn install(folder: &Path) -> Result<()> {
    let manifest = folder.join("node_modules").join(PACKAGE).join("package.json");
    let installed = fs::read_to_string(&manifest).ok();
    let installed = installed.and_then(|t| serde_json::from_str::<Value>(&t).ok());
    if installed.is_some_and(|m| m["version"] == VERSION) {
        return Ok(());
    }
    fs::create_dir_all(folder)?;
    fs::write(folder.join("package.json"), MANIFEST)?;
    let status = Command::new("npm")
        .args(["install", "--no-audit", "--no-fund", "--ignore-scripts", "--save-exact"])
        .arg(format!("{PACKAGE}@{VERSION}"))
        .current_dir(folder)
        .status()
        .map_err(|e| format!("`npm` cannot be started: {e}"))?;
    if status.success() { Ok(()) } else { Err(format!("{PACKAGE} cannot be installed").into()) }
}

fn answer(line: &Value) -> Option<Answer> {
    if let Some(error) = line["error"].as_str() {
        return Some(Answer::Refused(error.to_owned()));
    }
    let verdict = match line["verdict"].as_str()? {
        "Allowed" => Verdict::Allow,
        "ExplicitlyDenied" => Verdict::ExplicitDeny,
        "ImplicitlyDenied" => Verdict::ImplicitDeny,
        _ => return None,
    };
    let ignored = line["ignored"].as_array()?.iter().filter_map(Value::as_str);
    Some(Answer::Decided(verdict, ignored.map(str::to_owned).collect()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn answers_are_read() {
        let line = json!({ "verdict": "ImplicitlyDenied", "ignored": ["s3:prefix"] });
        let expected = Answer::Decided(Verdict::ImplicitDeny, vec!["s3:prefix".to_owned()]);
        assert_eq!(answer(&line), Some(expected));
        let line = json!({ "error": "invalid.action" });
        assert_eq!(answer(&line), Some(Answer::Refused("invalid.action".to_owned())));
        assert_eq!(answer(&json!({ "verdict": "Perhaps", "ignored": [] })), None);
    }
}
