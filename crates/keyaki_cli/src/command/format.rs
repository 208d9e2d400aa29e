//! `keyaki format`: lay out policies evenly.

use std::fs;
use std::path::PathBuf;

use keyaki_diag::LineIndex;
use keyaki_report::unified_diff;
use keyaki_syntax::{FormatOptions, Tree};
use keyaki_workspace::{Content, Source};

use crate::console::Console;
use crate::exit::{Exit, Failure};

/// Lay out policies evenly, without changing what they mean
///
/// Files that are named are formatted whatever JSON they hold; folders are searched for policies.
/// Text from standard input (`-`) is written to standard output.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Files, folders, patterns, or `-`
    #[arg(value_name = "PATH", default_value = ".")]
    paths: Vec<PathBuf>,
    /// Pass over named files that hold no policy, as is done in folders
    #[arg(long)]
    policies_only: bool,
    /// Change nothing; exit with 1 if something is to be changed
    #[arg(long)]
    check: bool,
    /// Show what is to be changed, and change nothing
    #[arg(long)]
    diff: bool,
    /// Bring the elements of policies and statements into the order of AWS's grammar
    #[arg(long)]
    canonical_order: bool,
    /// The name of the text on standard input
    #[arg(long, value_name = "PATH")]
    stdin_filename: Option<PathBuf>,
}

/// What came of a source.
enum Outcome {
    /// It is no policy.
    Passed,
    Unchanged,
    Changed,
    Failed,
}

pub(crate) fn run(arguments: Arguments, console: &mut Console) -> Result<Exit, Failure> {
    let sources = super::sources(
        &arguments.paths,
        arguments.stdin_filename.as_deref(),
        arguments.policies_only,
        false,
    )?;
    let (mut changed, mut unchanged, mut failed) = (0, 0, 0);
    for source in &sources {
        match arguments.format(source, console)? {
            Outcome::Passed => {}
            Outcome::Unchanged => unchanged += 1,
            Outcome::Changed => changed += 1,
            Outcome::Failed => failed += 1,
        }
    }
    let only_shows = arguments.check || arguments.diff;
    let verb = if only_shows { "to be formatted" } else { "formatted" };
    console.remark(&format!("{changed} {verb}, {unchanged} left as they are"));
    Ok(match () {
        () if failed > 0 => Exit::Failure,
        () if only_shows && changed > 0 => Exit::Findings,
        () => Exit::Clean,
    })
}

impl Arguments {
    fn format(&self, source: &Source, console: &mut Console) -> Result<Outcome, Failure> {
        let path = source.path.display();
        let text = match read(source) {
            Ok(bytes) => bytes,
            Err(reason) => {
                console.remark(&format!("error: {path}: {reason}"));
                return Ok(Outcome::Failed);
            }
        };
        let tree = Tree::parse_bytes(&text);
        if matches!(source.content, Content::Found) && !keyaki_workspace::is_policy(&tree) {
            return Ok(Outcome::Passed);
        }
        let formatted = match self.layout(&tree) {
            Ok(formatted) => formatted,
            Err(error) => {
                let at = LineIndex::new(tree.source())
                    .line_column(tree.source(), error.error.range.start);
                console.remark(&format!("error: {path}:{}:{}: {error}", at.line, at.column));
                return Ok(Outcome::Failed);
            }
        };
        let is_changed = formatted != tree.source();
        if let Err(failure) = self.deliver(source, tree.source(), &formatted, console) {
            console.remark(&format!("error: {failure}"));
            return Ok(Outcome::Failed);
        }
        Ok(if is_changed { Outcome::Changed } else { Outcome::Unchanged })
    }

    fn layout(&self, tree: &Tree) -> Result<String, keyaki_syntax::NotFormattable> {
        let order: &keyaki_syntax::MemberOrder<'_> = &keyaki_workspace::canonical_order;
        let member_order = self.canonical_order.then_some(order);
        keyaki_syntax::format(tree, &FormatOptions { member_order, ..FormatOptions::default() })
    }

    /// Writes, shows or names what was formatted.
    fn deliver(
        &self,
        source: &Source,
        old: &str,
        new: &str,
        console: &mut Console,
    ) -> Result<(), Failure> {
        let path = &source.path;
        if self.diff {
            let diff = unified_diff(&path.to_string_lossy(), old, new);
            return console.write(|out| out.write_all(diff.as_bytes()));
        }
        if self.check {
            let name = || format!("{}\n", path.display());
            return console
                .write(|out| if old == new { Ok(()) } else { out.write_all(name().as_bytes()) });
        }
        match source.content {
            Content::Text(_) => console.write(|out| out.write_all(new.as_bytes())),
            Content::Named | Content::Found | Content::Unreadable(_) if old != new => {
                fs::write(path, new).map_err(|e| super::file_failure(path, &e))
            }
            Content::Named | Content::Found | Content::Unreadable(_) => Ok(()),
        }
    }
}

fn read(source: &Source) -> Result<Vec<u8>, String> {
    match &source.content {
        Content::Named | Content::Found => keyaki_workspace::read(&source.path),
        Content::Text(bytes) => Ok(bytes.clone()),
        Content::Unreadable(reason) => Err(reason.clone()),
    }
}
