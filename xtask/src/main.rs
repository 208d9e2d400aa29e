//! Project automation: `cargo xtask <task>`.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "tasks talk to the person at the desk"
)]

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

mod bench;
mod book;
mod catalog;
mod codegen;
mod compare;
mod compare_accounts;
mod compare_linters;
mod compare_servers;
mod config_schema;
mod dist;
mod editor;
mod editors;
mod escalation;
mod layers;
mod licences;
mod packages;
mod platform;
mod program;
mod protocol;
mod python;
mod report;
mod rule_docs;
mod sarif;
mod sbom;
mod spark;
mod test;
mod vscode_settings;
mod z3;
mod zip;

/// What a task gives back: nothing, or the reason why it failed.
type Outcome = Result<(), Box<dyn std::error::Error>>;

const USAGE: &str = "\
usage: cargo xtask <task>

tasks:
  test [ARG…]        run all tests, with Z3; arguments go to the test runner
  test-editor        run the VS Code extension in a real workbench
  test-editors       the same, and the tests in Neovim and Emacs, which it installs
  test-protocol      run the language server under pytest-lsp, which it installs
  test-sarif         hold what is written as SARIF to its schema, which it fetches
  book               build the documentation as a book by mdBook, which it installs
  test-report        look at the HTML report in Chromium, driven by playwright-core
  package-editor [--target T --program P]
                     pack the VS Code extension, for one platform with the program in it
  dist [--target TRIPLE] [--profile NAME]
                     build a release for a platform: archive, wheel and npm packages
  test-packages [--target TRIPLE] [--profile NAME]
                     pack a program, else this machine's, install each package and run it, and
                     run the GitHub Action's script and the pre-commit hooks
  test-spark         spread an analysis over the workers of PySpark, which it installs
  z3                 bring the Z3 that the solver tests use, and print where it is
  codegen [--check]  write the generated files, or only say which are stale
  catalog build      regenerate the catalogue's text files from a released data set
  catalog managed    fetch AWS's managed policies and regenerate their block
  escalation build   regenerate the list of ways to more permissions from pathfinding.cloud
  compare-simulate [--cases N] [--seed S]
                     decide seeded requests with iam-simulate too, and sort the differences
  compare-linters [DIR]
                     measure this linter and others on a folder of policies
  compare-servers    measure this language server and those for JSON and YAML
  compare-accounts [FILE]
                     ask cloudsplaining about its example account and iam-simulate who can do
                     something, and sort what they say otherwise than ours";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    let outcome = match words.as_slice() {
        ["test", rest @ ..] => test::run(&workspace_root(), rest),
        ["test-editor"] => editor::test_in_workbench(&workspace_root()),
        ["test-sarif"] => sarif::test(&workspace_root()),
        ["book"] => book::build(&workspace_root()),
        ["test-report"] => report::test(&workspace_root()),
        ["test-editors"] => editors::test(&workspace_root()),
        ["test-protocol"] => protocol::test(&workspace_root()),
        ["package-editor", rest @ ..] => editor::package(&workspace_root(), rest),
        ["dist", rest @ ..] => dist::run_task(&workspace_root(), rest),
        ["test-spark"] => spark::test(&workspace_root()),
        ["test-packages", rest @ ..] => packages::test(&workspace_root(), rest),
        ["z3"] => z3::run(),
        ["codegen"] => codegen::run(&workspace_root(), false),
        ["codegen", "--check"] => codegen::run(&workspace_root(), true),
        ["escalation", rest @ ..] => escalation::run(rest),
        ["compare-simulate", rest @ ..] => compare::run(&workspace_root(), rest),
        ["compare-linters", rest @ ..] => compare_linters::run(&workspace_root(), rest),
        ["compare-servers"] => compare_servers::compare(&workspace_root()),
        ["compare-accounts", rest @ ..] => compare_accounts::run(&workspace_root(), rest),
        ["catalog", rest @ ..] => catalog::run(rest),
        _ => Err(USAGE.into()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// Cargo in the workspace, as a person would call it: some build scripts run anew where they see
/// what cargo told this program about itself, and what needs their crates is built anew, too.
fn cargo(root: &Path) -> Command {
    let mut cargo = Command::new("cargo");
    cargo.current_dir(root);
    for (name, _) in std::env::vars_os() {
        let told = ["CARGO_PKG_", "CARGO_MANIFEST_"];
        if name.to_str().is_some_and(|name| told.iter().any(|head| name.starts_with(head))) {
            cargo.env_remove(name);
        }
    }
    cargo
}

/// The folder that holds the workspace's manifest.
fn workspace_root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_owned()
}
