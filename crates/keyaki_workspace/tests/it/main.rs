//! Policies in templates and plans.
#![expect(clippy::expect_used, clippy::panic, reason = "a test stops at what it did not expect")]

mod bad_templates;
mod corpus;
mod templates;

use std::path::{Path, PathBuf};

use keyaki_lint::{Linter, Selection};
use keyaki_workspace::Options;

/// A folder, by its path from the top of the repository.
fn folder(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)
}

fn options(selection: &Selection) -> Options<'static> {
    Options {
        kind: None,
        resource_type: None,
        linter: Linter::new(selection),
        catalog: keyaki_catalog::embedded(),
        jobs: None,
        config: None,
    }
}
