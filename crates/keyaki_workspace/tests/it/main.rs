//! Tests of fixes and of shorter policies from outside: what is proved of them, on real policies.

#![expect(
    clippy::panic,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test stops at what it did not expect, and tells what it read or had to skip"
)]

mod bad_templates;
mod fixes;
mod holders;
mod loops;
mod modules;
mod public_templates;
mod revisions;
mod shrinking;
mod suppressions;
mod templates;
mod terraform;
mod terraform_json;
mod twins;

use std::path::{Path, PathBuf};

use keyaki_diag::Persona;
use keyaki_ir::PolicyKind;
use keyaki_lint::{Linter, Selection};
use keyaki_workspace::Options;

/// All rules, for everybody.
fn options(kind: Option<PolicyKind>) -> Options<'static> {
    let selection = Selection::new(Persona::Auditor, &[], &[]).expect("all rules");
    Options {
        kind,
        resource_type: None,
        linter: Linter::new(&selection),
        catalog: keyaki_catalog::embedded(),
        jobs: Some(1),
        config: None,
    }
}

/// The collected policies, which lie in `shared/data` beside the repository where they are at
/// hand.
fn corpus() -> Option<PathBuf> {
    let ancestors = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors();
    ancestors.map(|folder| folder.join("shared/data/corpus")).find(|folder| folder.is_dir())
}

/// Some of the collected policies, spread over all of them; all with `KEYAKI_WHOLE_CORPUS`.
fn sample(folders: &[&str], every: usize) -> Vec<PathBuf> {
    let Some(corpus) = corpus() else {
        println!("skipped: no shared/data beside the repository");
        return Vec::new();
    };
    let every = if std::env::var_os("KEYAKI_WHOLE_CORPUS").is_some() { 1 } else { every };
    let mut files = Vec::new();
    let mut open: Vec<PathBuf> = folders.iter().map(|folder| corpus.join(folder)).collect();
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(&folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() { open.push(path) } else { files.push(path) }
        }
    }
    files.sort();
    files.into_iter().step_by(every).collect()
}
