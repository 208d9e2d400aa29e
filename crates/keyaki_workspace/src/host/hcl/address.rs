//! Resources and data sources whose addresses are taken: in their file, or in another one of their
//! module, all of which Terraform reads as one.
//!
//! Of two files, it is told in the one whose name comes later, whichever are checked.

use std::collections::{HashMap, HashSet};

use hcl_edit::Span as _;
use hcl_edit::structure::{Body, Structure};
use keyaki_diag::TextRange;

use super::attached::range;
use super::file::File;
use super::module::Module;
use crate::host::{Problem, taken};

/// The addresses of the resources and data sources of some files: for each, the files and the places
/// of its names.
pub(super) type Addresses = HashMap<String, Vec<(usize, TextRange)>>;

/// The addresses of some files.
pub(super) fn addresses(files: &[File]) -> Addresses {
    let mut all = Addresses::new();
    for (at, file) in files.iter().enumerate() {
        for (address, range) in of_body(&file.body) {
            all.entry(address).or_default().push((at, range));
        }
    }
    all
}

/// The resources and data sources of a file with an address that is taken.
pub(super) fn repeated(module: &Module<'_>) -> Vec<Problem> {
    let mut known = HashSet::new();
    let mut all = Vec::new();
    for (address, range) in of_body(&module.own.body) {
        let origin = module.own.origin(range);
        if let Some((file, at)) = module.before(&address) {
            all.push(elsewhere(&address, origin, file, at));
        } else if known.contains(&address) {
            all.push(taken(&address, origin));
        }
        known.insert(address);
    }
    all
}

fn elsewhere(address: &str, range: TextRange, file: &File, at: TextRange) -> Problem {
    let line = file.place(at).line;
    let message = format!("there is a resource `{address}` in `{}`, line {line}", file.name());
    Problem { message, range }
}

/// The addresses in a file, with the places of the names.
fn of_body(body: &Body) -> impl Iterator<Item = (String, TextRange)> {
    body.iter().filter_map(Structure::as_block).filter_map(|block| {
        let [kind, name] = &block.labels[..] else { return None };
        let start = match block.ident.as_str() {
            "resource" => "",
            "data" => "data.",
            _ => return None,
        };
        Some((format!("{start}{}.{}", kind.as_str(), name.as_str()), range(name.span())))
    })
}
