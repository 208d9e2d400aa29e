//! `keyaki diff`: what access is gained and lost between two revisions of policies.

mod revision;

use std::path::{Path, PathBuf};
use std::time::Duration;

use keyaki_analyze::{Asker, Class, Difference, difference_open};
use keyaki_report::comparison::{self, Access, Comparison};
use keyaki_symbolic::{Actions, Budget};

use crate::command::diff::revision::Pair;
use crate::command::policies::Loaded;
use crate::command::profile::ProfileArguments;
use crate::command::prove::engine::{self, Chosen};
use crate::command::prove::witness;
use crate::console::Console;
use crate::exit::{Exit, Failure};

/// Show what access is gained and lost between two revisions of policies
///
/// Both are files, or directories whose files are paired by name, or `git:REVISION:PATH`. In
/// templates and plans, roles with all that they have and policies of resources are paired by
/// logical id or address.
///
/// Exits with 0 if both allow the same, 1 if they differ, 2 for want of good input, 3 if something
/// is undecided and nothing differs.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// What was there
    old: PathBuf,
    /// What is to replace it
    new: PathBuf,
    #[command(flatten)]
    profile: ProfileArguments,
    /// How many steps each query may take
    #[arg(long, default_value_t = Budget::DEFAULT_STEPS, value_name = "STEPS")]
    budget: u64,
    /// What answers
    #[arg(long, value_enum, default_value_t, value_name = "ENGINE")]
    engine: engine::Which,
    /// How long a solver may take for each case of callers
    #[arg(long, default_value_t = 10, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=86_400))]
    solver_time: u64,
    /// The form of the output
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// Classes of requests in words, with an example each.
    #[default]
    Text,
    /// JSON, version 1.
    Json,
    /// Tables, for a comment on a pull request.
    Markdown,
}

pub(crate) fn run(arguments: &Arguments, console: &mut Console) -> Result<Exit, Failure> {
    let profile = arguments.profile.read()?;
    let catalog = console.catalog();
    let asker = Asker::new(catalog, &profile, Actions::Any, arguments.budget);
    let pairs = revision::pairs(&arguments.old, &arguments.new)?;
    let chosen = Chosen::new(arguments.engine, Duration::from_secs(arguments.solver_time));
    let compare = |pair: &Pair| match &chosen {
        _ if pair.is_same => Difference::default(),
        Ok(chosen) => {
            let asker = Asker { decider: chosen.decider(), ..asker };
            difference_open(&pair.old.open(), &pair.new.open(), &asker)
        }
        Err(missing) => Difference { undecided: vec![missing.clone()], ..Difference::default() },
    };
    let comparisons: Vec<Comparison<'_>> = pairs
        .iter()
        .map(|pair| {
            let found = compare(pair);
            let gained = found.gained.iter().map(|c| access(c, [&pair.new, &pair.old]));
            let lost = found.lost.iter().map(|c| access(c, [&pair.old, &pair.new]));
            Comparison {
                name: pair.name.clone(),
                gained: gained.collect(),
                lost: lost.collect(),
                undecided: found.undecided,
            }
        })
        .collect();
    for note in chosen.as_ref().map_or(Ok(Vec::new()), Chosen::notes)? {
        console.remark(&format!("note: {note}"));
    }
    for pair in pairs.iter().filter(|pair| pair.is_by_text) {
        console.remark(&format!(
            "note: {}: the text is the same; what macros and values from elsewhere make of it is \
             taken to be the same, too",
            pair.name
        ));
    }
    if pairs.iter().any(|pair| pair.is_of_template) {
        console.remark(
            "note: roles, users and groups outside of templates are compared by what these attach \
             to them",
        );
    }
    if pairs.iter().any(|pair| is_of_module(&pair.name)) {
        console.remark(
            "note: variables of a module of Terraform are taken to be given the same by those who \
             call it",
        );
    }
    let color = console.has_color();
    console.write(|out| match arguments.format {
        Format::Text => comparison::write_text(&comparisons, color, out),
        Format::Json => writeln!(out, "{:#}", comparison::to_json(&comparisons)),
        Format::Markdown => comparison::write_markdown(&comparisons, out),
    })?;
    let differ = |c: &Comparison<'_>| !c.gained.is_empty() || !c.lost.is_empty();
    Ok(match comparisons.iter().any(differ) {
        true => Exit::Findings,
        false if comparisons.iter().any(|c| !c.undecided.is_empty()) => Exit::Undecided,
        false => Exit::Clean,
    })
}

/// Whether a pair is of Terraform's language: of a file, or of a folder.
fn is_of_module(name: &str) -> bool {
    let file = name.split('#').next().unwrap_or(name);
    file.ends_with('/') || keyaki_workspace::language(Path::new(file), b"").is_terraform()
}

fn access<'l>(class: &Class, sides: [&'l Loaded; 2]) -> Access<'l> {
    let statement = sides[0].statement(class.at);
    Access {
        file: statement.as_ref().map_or_else(String::new, |s| s.file.to_owned()),
        statement: statement.as_ref().map_or(class.at.statement, |s| s.index),
        sid: statement.and_then(|s| s.sid),
        who: class.who.clone(),
        actions: class.actions.clone(),
        resources: class.resources.clone(),
        when: class.when.clone(),
        unless: class.unless.clone(),
        is_partial: class.is_partial,
        example: witness(&class.example, &sides),
    }
}
