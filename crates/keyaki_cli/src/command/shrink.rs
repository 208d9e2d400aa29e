//! `keyaki shrink`: a shorter policy that provably grants the same, or several.

use std::path::PathBuf;

use keyaki_analyze::Answer;
use keyaki_analyze::words::in_words;
use keyaki_ir::PolicyKind;
use keyaki_syntax::Tree;
use keyaki_workspace::{Shrunk, Wanted, shrink};
use serde_json::json;

use crate::command::check::parse;
use crate::console::Console;
use crate::exit::{Exit, Failure};

/// Look for a shorter policy that grants and denies the same, with the proof
///
/// Statements are merged and what changes nothing is dropped. With --wildcards, lists of actions
/// give way to wildcards that match no other action of the catalogue; with --split, a policy that
/// is still too long is spread over several, which are to be attached together.
///
/// Exits with 0 if every policy is within the limit and the proof holds, 1 if one is too long, 2
/// for want of good input, 3 if it was not proved.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The policy
    policy: PathBuf,
    /// The most characters without white space [default: 6144, as for managed policies]
    #[arg(long, value_name = "NUMBER", default_value_t = MANAGED, hide_default_value = true)]
    limit: usize,
    /// The kind of the policy [default: told from its shape]
    #[arg(long, value_parser = parse::kind)]
    kind: Option<PolicyKind>,
    /// Let wildcards stand for lists of actions; actions that AWS adds later may be within
    #[arg(long)]
    wildcards: bool,
    /// Spread a policy that is still too long over several
    #[arg(long)]
    split: bool,
    /// The form of the output
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,
}

/// The quota of a managed policy.
const MANAGED: usize = 6_144;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// The policies; what was proved goes to standard error.
    #[default]
    Text,
    /// JSON, version 1.
    Json,
}

pub(crate) fn run(arguments: &Arguments, console: &mut Console) -> Result<Exit, Failure> {
    let text = std::fs::read_to_string(&arguments.policy)
        .map_err(|e| super::file_failure(&arguments.policy, &e))?;
    let detected = || keyaki_ir::detect(&keyaki_ir::lower(&Tree::parse(text.as_str()))).kind;
    let wanted = Wanted {
        limit: arguments.limit,
        kind: arguments.kind.unwrap_or_else(detected),
        wildcards: arguments.wildcards,
        split: arguments.split,
    };
    let catalog = console.catalog();
    let date = catalog.snapshot().date.to_string();
    let mut progress = None;
    let mut told = |done: usize, of: usize| {
        if done == 1 {
            progress = Some(console.progress("statements", of));
        }
        progress.iter_mut().for_each(|p| p.step(1));
    };
    let shrunk = shrink(&text, wanted, catalog, &mut told)
        .map_err(|reason| Failure::new(format!("{}: {reason}", arguments.policy.display())))?;
    drop(progress);
    let proof = in_a_sentence(&shrunk.proof, arguments.wildcards, &date);
    match arguments.format {
        Format::Json => {
            console.write(|out| writeln!(out, "{:#}", as_json(&shrunk, wanted, &proof)))?
        }
        Format::Text => {
            for policy in &shrunk.policies {
                console.write(|out| writeln!(out, "{policy:#}"))?;
            }
            let after: Vec<String> = shrunk.after.iter().map(usize::to_string).collect();
            let (before, after) = (shrunk.before, after.join(" + "));
            console.remark(&format!(
                "{before} characters, now {after}; the limit is {}",
                wanted.limit
            ));
            console.remark(&proof);
            if shrunk.not_judged > 0 {
                console.remark(&not_judged(shrunk.not_judged));
            }
        }
    }
    let is_long = shrunk.after.iter().any(|length| *length > wanted.limit);
    Ok(match shrunk.proof {
        Answer::Undecided(_) | Answer::Refuted(_) => Exit::Undecided,
        Answer::Proved { .. } if is_long => Exit::Findings,
        Answer::Proved { .. } => Exit::Clean,
    })
}

fn not_judged(statements: usize) -> String {
    format!(
        "not judged: whether {statements} statements can go without any difference; there are too many"
    )
}

fn in_a_sentence(proof: &Answer, wildcards: bool, date: &str) -> String {
    match proof {
        Answer::Proved { .. } if wildcards => format!(
            "proved: the same requests are granted and denied, for the actions of the catalogue of \
             {date}; what AWS adds later may be within the wildcards"
        ),
        Answer::Proved { .. } => {
            "proved: the same requests are granted and denied, also for actions that AWS adds later"
                .to_owned()
        }
        Answer::Refuted(witness) => format!("not the same: {}", in_words(witness)),
        Answer::Undecided(reason) => format!("not proved: {reason}"),
    }
}

fn as_json(shrunk: &Shrunk, wanted: Wanted, proof: &str) -> serde_json::Value {
    let approximations = match &shrunk.proof {
        Answer::Proved { approximations, .. } => approximations.clone(),
        Answer::Refuted(_) | Answer::Undecided(_) => Vec::new(),
    };
    json!({
        "version": 1,
        "limit": wanted.limit,
        "before": shrunk.before,
        "after": shrunk.after,
        "answer": shrunk.proof.name(),
        "proof": proof,
        "approximations": approximations,
        "not_judged": shrunk.not_judged,
        "policies": shrunk.policies,
    })
}
