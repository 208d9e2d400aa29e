//! `keyaki simulate`: one request over given policies, or many.

pub(crate) mod batch;
mod request;
pub(crate) mod view;

use keyaki_eval::{Evaluator, Verdict, complete};

use crate::command::policies;
use crate::command::profile::ProfileArguments;
use crate::console::Console;
use crate::exit::{Exit, Failure};

/// Decide a request over given policies, and say why
///
/// Exits with 0 if the request is allowed, 1 if it is refused, 2 if it cannot be decided for want
/// of good input.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    policies: policies::PolicyArguments,
    #[command(flatten)]
    request: request::RequestArguments,
    /// Read requests from standard input, one JSON object a line, and write one decision a line
    #[arg(long, conflicts_with_all = ["request", "principal", "action"])]
    batch: bool,
    /// Leave out the condition keys that follow from principal and resource
    #[arg(long)]
    bare: bool,
    #[command(flatten)]
    profile: ProfileArguments,
    /// The form of the output
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// A tree of layers, and the deciding statements in their source.
    #[default]
    Text,
    /// JSON, version 1.
    Json,
}

pub(crate) fn run(arguments: &Arguments, console: &mut Console) -> Result<Exit, Failure> {
    let loaded = policies::load(&arguments.policies)?;
    let profile = arguments.profile.read()?;
    let catalog = keyaki_catalog::embedded();
    let evaluator = Evaluator::new(&loaded.policies, &profile, catalog);
    if arguments.batch {
        return batch::run(&loaded, &evaluator, arguments.bare, console);
    }
    let (asked, mut notes) = request::read(&arguments.request, catalog)?;
    let mut request = asked.request;
    if !arguments.bare {
        let completed = complete(&request).map_err(|c| Failure::new(c.to_string()))?;
        notes.extend(assumed(&completed.assumed));
        request = completed.request;
    }
    asked.absent.iter().for_each(|key| request.context.remove(key));
    let outcome = evaluator.decide(&request);
    let simulation = view::view(&evaluator, &loaded, &request, &outcome, notes);
    let color = console.has_color();
    console.write(|out| match arguments.format {
        Format::Text => keyaki_report::simulation::write_text(&simulation, color, out),
        Format::Json => writeln!(out, "{:#}", keyaki_report::simulation::to_json(&simulation)),
    })?;
    Ok(if outcome.verdict == Verdict::Allow { Exit::Clean } else { Exit::Findings })
}

fn assumed(keys: &[&str]) -> Option<String> {
    let keys: Vec<_> = keys.iter().map(|k| format!("`{k}`")).collect();
    (!keys.is_empty()).then(|| format!("assumed usual values for {}", keys.join(", ")))
}
