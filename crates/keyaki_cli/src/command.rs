//! One file per command, and what several of them need.

pub(crate) mod analyze;
pub(crate) mod catalog;
pub(crate) mod check;
pub(crate) mod completions;
pub(crate) mod diff;
pub(crate) mod explain;
pub(crate) mod format;
pub(crate) mod generate;
pub(crate) mod lsp;
pub(crate) mod man;
pub(crate) mod migrate;
pub(crate) mod policies;
pub(crate) mod profile;
pub(crate) mod prove;
pub(crate) mod shrink;
pub(crate) mod simulate;
pub(crate) mod snapshot;
pub(crate) mod trail;
pub(crate) mod what_can;
pub(crate) mod who_can;

use std::io;
use std::path::{Path, PathBuf};

use keyaki_workspace::{Content, Source, discover, discover_with_markdown};

use crate::console;
use crate::exit::Failure;

/// The sources behind the paths of the command line; `-` is standard input. With `policies_only`,
/// named files count like those that were found.
fn sources(
    paths: &[PathBuf],
    stdin_name: Option<&Path>,
    policies_only: bool,
    markdown: bool,
) -> Result<Vec<Source>, Failure> {
    let mut sources = named_sources(paths, stdin_name, markdown)?;
    if policies_only {
        let named = sources.iter_mut().filter(|s| matches!(s.content, Content::Named));
        named.for_each(|source| source.content = Content::Found);
    }
    Ok(sources)
}

fn named_sources(
    paths: &[PathBuf],
    stdin_name: Option<&Path>,
    markdown: bool,
) -> Result<Vec<Source>, Failure> {
    let discover = |paths: &[PathBuf]| match markdown {
        true => discover_with_markdown(paths),
        false => discover(paths),
    };
    let is_input = |path: &Path| path.as_os_str() == "-";
    let Some(at) = paths.iter().position(|path| is_input(path)) else {
        return Ok(discover(paths));
    };
    let content = Content::Text(console::read_input()?);
    let path = stdin_name.unwrap_or(Path::new("-")).to_owned();
    let (before, after) = (&paths[..at], &paths[at + 1..]);
    let after: Vec<PathBuf> = after.iter().filter(|path| !is_input(path)).cloned().collect();
    let mut sources = discover(&[before, &after].concat());
    let place = discover(before).len().min(sources.len());
    sources.insert(place, Source { path, content });
    Ok(sources)
}

/// That a file cannot be read or written.
fn file_failure(path: &Path, error: &io::Error) -> Failure {
    Failure::new(format!("{}: {}", path.display(), error.kind()))
}
