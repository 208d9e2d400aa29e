//! `cargo xtask compare-servers`: what an editor waits for, with this language server and with those
//! for JSON and YAML, on the same texts in one run.
//!
//! The others come from npm into a folder under `target/`. They know nothing of policies: what they
//! do here is to read the text, and that is what ours is measured against.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::Outcome;
use crate::editor::run;

/// The packages, pinned, each with the script that is its server.
const SERVERS: [(&str, &str); 2] = [
    ("vscode-langservers-extracted@4.10.0", "bin/vscode-json-language-server"),
    ("yaml-language-server@2.0.0", "bin/yaml-language-server"),
];

/// Servers that take a second for each change are measured to the end.
const PATIENCE: Duration = Duration::from_secs(20 * 60);

/// Installs, measures and prints a Markdown table.
///
/// # Errors
/// A server cannot be installed, or ours cannot be measured.
pub(crate) fn compare(root: &Path) -> Outcome {
    let folder = root.join("target/servers");
    fs::create_dir_all(&folder)?;
    fs::write(folder.join("package.json"), "{ \"private\": true }")?;
    let quiet = ["install", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
    let packages = SERVERS.map(|(package, _)| package);
    run(Command::new("npm").args(quiet).args(packages).current_dir(&folder), PATIENCE)?;
    let build = ["build", "--release", "--quiet", "-p", "keyaki_cli", "-p", "keyaki_bench"];
    let targets = ["--bin", "keyaki", "--example", "editor_session"];
    run(crate::cargo(root).args(build).args(targets), PATIENCE)?;
    let ours = format!("keyaki {}={}", env!("CARGO_PKG_VERSION"), "target/release/keyaki lsp");
    let others = SERVERS.map(|(package, script)| {
        let name = package.split('@').next().unwrap_or_default();
        format!("{package}=node target/servers/node_modules/{name}/{script} --stdio")
    });
    let mut session = Command::new(root.join("target/release/examples/editor_session"));
    run(session.arg(ours).args(others).current_dir(root), PATIENCE)
}
