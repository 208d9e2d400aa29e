//! `cargo xtask compare-accounts`: whole accounts, asked of this program and of others in one run.
//!
//! cloudsplaining, from PyPI, tells which users and roles have ways to more permissions, of the
//! account that its repository has as an example. iam-simulate, from npm, decides the requests of
//! which `keyaki who-can` tells who can make them, in an organisation that is made up. Each runs as
//! a program of its own; what they say otherwise than ours is sorted by its reason, and the task
//! fails where none is known.

use std::path::{Path, PathBuf};

use crate::Outcome;
use crate::bench::{Bench, Took};

mod escalations;
mod requests;

/// Installs, asks, sorts and prints.
///
/// # Errors
/// Wrong arguments, a program that cannot be installed or run, or an answer that nothing explains.
pub(crate) fn run(root: &Path, arguments: &[&str]) -> Outcome {
    let sample = match arguments {
        [] => root.join("../shared/data/snapshots/authz/cloudsplaining-example.json"),
        [file] => PathBuf::from(file),
        _ => return Err("usage: cargo xtask compare-accounts [FILE]".into()),
    };
    if !sample.is_file() {
        let needs = "the example of cloudsplaining's repository, examples/files/example.json";
        return Err(format!("{}: no such file; it takes {needs}", sample.display()).into());
    }
    let bench = Bench::prepare(root, "accounts", &[escalations::PACKAGE])?;
    escalations::compare(&bench, &sample)?;
    requests::compare(&bench, root)
}

/// The codes that say that something was found, or was not judged.
const CODES: [&str; 2] = ["1", "3"];

fn print(took: &Took, name: &str, ours: &Took) {
    println!(
        "| {name} | {:.2} s | {:.1} | {:.0} MiB |",
        took.seconds,
        took.seconds / ours.seconds,
        took.kilobytes / 1024.0,
    );
}
