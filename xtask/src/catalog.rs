//! `cargo xtask catalog`: regenerates the data of `keyaki_catalog`.
//!
//! The formats of the text files are those of the library itself, whose `source` directory is
//! included by path, so that the task runs even where the library's data is broken.

mod build;
mod iamdata;
mod managed;

#[allow(dead_code, unused_imports, unreachable_pub, reason = "shared with the library")]
#[path = "../../crates/keyaki_catalog/src/source/mod.rs"]
mod source;

use crate::Outcome;
use std::path::PathBuf;

/// Runs the task that `args` name.
pub(crate) fn run(args: &[&str]) -> Outcome {
    match args {
        ["build", options @ ..] => build::run(options),
        ["managed", options @ ..] => managed::run(options),
        _ => Err(format!("{}\n\n{}", build::USAGE, managed::USAGE).into()),
    }
}

/// Where the data lies in the repository.
fn data_directory() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../crates/keyaki_catalog/data")
}
