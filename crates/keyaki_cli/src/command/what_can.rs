//! `keyaki what-can`: what a user or role of a snapshot can do.

use std::path::PathBuf;

use keyaki_audit::{NotAnalysed, WhatCan, what_can};
use serde_json::{Value, json};

use crate::command::analyze::{AskOptions, now};
use crate::command::snapshot::{OutputFormat, load, weaknesses};
use crate::console::Console;
use crate::exit::{Exit, Failure};
use crate::facts::count;

/// Tell what a user or role of a snapshot can do
///
/// An action counts if some request for it is allowed, on some resource, with some condition keys.
/// Exits with 0 if that was found out, 3 if something in the snapshot is missing or broken.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The ARN of the user or role, or its name where only one has it
    #[arg(value_name = "PRINCIPAL")]
    principal: String,
    /// The folder; docs/snapshots.md tells what may be in it
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// The time that counts as now: `2026-11-22T00:00:00Z`
    #[arg(long, value_name = "TIME")]
    now: Option<String>,
    #[command(flatten)]
    options: AskOptions,
    /// The form of the output
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: OutputFormat,
}

pub(crate) fn run(arguments: &Arguments, console: &mut Console) -> Result<Exit, Failure> {
    let loaded = load(&arguments.folder, console)?;
    let profile = arguments.options.profile()?;
    let now = Some(now(arguments.now.as_deref())?);
    let auditor = arguments.options.auditor(&loaded.snapshot, &profile, now, console);
    let name = &arguments.principal;
    let all = auditor.snapshot.principals.values();
    let is_named = |arn: &str| arn == name || arn.rsplit('/').next() == Some(name);
    let named: Vec<_> = all.filter(|p| is_named(&p.arn)).collect();
    let principal = match named.as_slice() {
        [one] => *one,
        [] => return Err(Failure::new(format!("the snapshot holds no user or role `{name}`"))),
        [first, second, ..] => {
            let (first, second) = (&first.arn, &second.arn);
            return Err(Failure::new(format!("`{name}` may be {first} or {second}")));
        }
    };
    let can = what_can(principal, &auditor);
    let weaknesses = weaknesses(&loaded.snapshot, "what-can");
    let answer = Answer { arn: &principal.arn, can, weaknesses };
    console.write(|out| match arguments.format {
        OutputFormat::Text => out.write_all(text(&answer).as_bytes()),
        OutputFormat::Json => writeln!(out, "{:#}", to_json(&answer)),
    })?;
    let is_whole = answer.can.not_analysed.is_empty() && answer.weaknesses.is_empty();
    Ok(if is_whole { Exit::Clean } else { Exit::Undecided })
}

struct Answer<'a> {
    arn: &'a str,
    can: WhatCan,
    /// What is missing or broken in the snapshot, so that it may be more or less.
    weaknesses: Vec<String>,
}

fn text(Answer { arn, can, weaknesses }: &Answer<'_>) -> String {
    let mut text = format!("{arn}\n");
    let number: usize = can.own_account.values().map(Vec::len).sum();
    text.push_str(&format!(
        "in its own account: {} of {}\n",
        count(number, "action", "actions"),
        count(can.own_account.len(), "service", "services")
    ));
    for (service, actions) in &can.own_account {
        text.push_str(&format!("  {service}: {}\n", some(actions)));
    }
    for (resource, actions) in &can.by_resource {
        text.push_str(&format!("granted by the policy of {resource}\n  {}\n", some(actions)));
    }
    for key in &can.free {
        text.push_str(&format!("left free: {key}\n"));
    }
    for not in &can.not_analysed {
        text.push_str(&format!("not analysed: {}: {}\n", not.about, not.why));
    }
    for weakness in weaknesses {
        text.push_str(&format!("not judged: {weakness}\n"));
    }
    text
}

/// Actions without their service; of many, the first.
fn some(actions: &[String]) -> String {
    const MOST: usize = 12;
    let names = actions.iter().map(|a| a.split_once(':').map_or(a.as_str(), |(_, name)| name));
    let shown: Vec<&str> = names.take(MOST).collect();
    match actions.len().checked_sub(MOST) {
        Some(more) if more > 0 => format!("{} and {more} more", shown.join(", ")),
        Some(_) | None => shown.join(", "),
    }
}

fn to_json(Answer { arn, can, weaknesses }: &Answer<'_>) -> Value {
    let not_analysed = |n: &NotAnalysed| json!({"about": n.about, "why": n.why});
    json!({
        "version": 1,
        "principal": arn,
        "own_account": can.own_account,
        "by_resource": can.by_resource,
        "free": can.free,
        "not_analysed": can.not_analysed.iter().map(not_analysed).collect::<Vec<_>>(),
        "weaknesses": weaknesses,
    })
}
