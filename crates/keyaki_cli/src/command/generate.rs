//! `keyaki generate`: policies that grant what was used.

use std::path::PathBuf;

use keyaki_account::Snapshot;
use keyaki_audit::{Allowed, Auditor, Proposal, Within, proposal};
use keyaki_syntax::{FormatOptions, Tree};
use serde_json::{Value, json};

use crate::command::analyze::AskOptions;
use crate::command::snapshot::load;
use crate::command::trail::{self, Trail};
use crate::console::Console;
use crate::exit::{Exit, Failure};
use crate::facts::count;

/// Write the policy that grants what a user or role did, and nothing else
///
/// With `--in`, the policy is proved to allow nothing that the policies of the snapshot do not.
/// Exits with 0 if each policy allows all that was used and is proved to stay within the old one,
/// 1 if one does not, 2 for want of good input, 3 if that was not found out or a part of the events
/// was not understood.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Where what was used is told
    #[arg(long, value_enum, value_name = "SOURCE")]
    from: Source,
    /// A folder with files of CloudTrail, packed with gzip or not
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// The ARN of a user or role; without it, all that did something
    #[arg(long, value_name = "ARN")]
    principal: Option<String>,
    /// A snapshot with the policies that there are
    #[arg(long = "in", value_name = "SNAPSHOT")]
    snapshot: Option<PathBuf>,
    #[command(flatten)]
    options: AskOptions,
    /// The form of the output
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Source {
    /// Events of CloudTrail.
    Cloudtrail,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// Each policy with what is known of it, for people.
    #[default]
    Text,
    /// The policy alone; only with `--principal`.
    Policy,
    /// JSON with the certificate, version 1.
    Json,
}

pub(crate) fn run(arguments: &Arguments, console: &mut Console) -> Result<Exit, Failure> {
    let Source::Cloudtrail = arguments.from;
    if arguments.format == Format::Policy && arguments.principal.is_none() {
        return Err(Failure::new("`--format policy` needs `--principal`".to_owned()));
    }
    let loaded = match &arguments.snapshot {
        Some(folder) => Some(load(folder, console)?),
        None => None,
    };
    let trail = trail::load(&arguments.folder, &arguments.options, console)?;
    let profile = arguments.options.profile()?;
    let nothing = Snapshot::default();
    let snapshot = loaded.as_ref().map_or(&nothing, |l| &l.snapshot);
    let auditor = arguments.options.auditor(snapshot, &profile, None, console);
    let arns = arns(arguments, &trail)?;
    let proposals: Vec<Generated> = arguments
        .options
        .map("policies", &arns, console, |arn| generated(arn, &trail, loaded.is_some(), &auditor))
        .into_iter()
        .collect();
    console.write(|out| match arguments.format {
        Format::Text => out.write_all(text(&proposals, &trail).as_bytes()),
        Format::Policy => {
            proposals.iter().try_for_each(|g| writeln!(out, "{}", laid_out(&g.proposal.text)))
        }
        Format::Json => writeln!(out, "{:#}", to_json(&proposals, &trail, profile.name())),
    })?;
    if arguments.format == Format::Policy {
        proposals.iter().for_each(|g| console.remark(summary(g).trim_end()));
    }
    Ok(exit(&proposals, &trail))
}

/// A policy, with what the trail and the snapshot know of its principal.
struct Generated {
    proposal: Proposal,
    denied: Vec<(String, u64)>,
    /// Whether a snapshot was given that does not hold the principal.
    is_unknown: bool,
    /// Its policies that the snapshot lacks.
    missing: Vec<String>,
}

fn arns(arguments: &Arguments, trail: &Trail) -> Result<Vec<String>, Failure> {
    let used = &trail.usage.principals;
    match &arguments.principal {
        None => Ok(used.keys().filter(|arn| !arn.ends_with(":root")).cloned().collect()),
        Some(arn) if used.contains_key(arn) => Ok(vec![arn.clone()]),
        Some(arn) => Err(Failure::new(format!("no event is of `{arn}`"))),
    }
}

fn generated(arn: &str, trail: &Trail, has_snapshot: bool, auditor: &Auditor<'_>) -> Generated {
    let nothing = keyaki_trail::PrincipalUse::default();
    let used = trail.usage.principals.get(arn).unwrap_or(&nothing);
    let principal = auditor.snapshot.principals.get(arn);
    let missing = principal.map(|p| auditor.snapshot.identity_of(p).1).unwrap_or_default();
    Generated {
        proposal: proposal(arn, used, principal, auditor),
        denied: used.denied.iter().map(|(a, n)| (a.clone(), *n)).collect(),
        is_unknown: has_snapshot && principal.is_none(),
        missing,
    }
}

fn exit(all: &[Generated], trail: &Trail) -> Exit {
    let uses = || all.iter().flat_map(|g| &g.proposal.used);
    let fails = uses().any(|u| matches!(u.allowed, Allowed::No(_)))
        || all.iter().any(|g| matches!(g.proposal.within, Some(Within::Refuted(_))));
    let is_open = all.iter().any(|g| {
        matches!(g.proposal.within, Some(Within::Undecided(_)))
            || g.is_unknown
            || !g.missing.is_empty()
    });
    let lost = trail.usage.troubles.keys().any(|t| t.loses);
    match (fails, is_open || lost) {
        (true, _) => Exit::Findings,
        (false, true) => Exit::Undecided,
        (false, false) => Exit::Clean,
    }
}

/// A policy as people write it.
pub(crate) fn laid_out(text: &str) -> String {
    let laid_out = keyaki_syntax::format(&Tree::parse(text), &FormatOptions::default());
    laid_out.unwrap_or_else(|_| text.to_owned()).trim_end().to_owned()
}

fn text(all: &[Generated], trail: &Trail) -> String {
    let mut text = String::new();
    for generated in all {
        text.push_str(&summary(generated));
        text.push_str(&laid_out(&generated.proposal.text));
        text.push_str("\n\n");
    }
    text.push_str(&events(trail));
    for (about, what) in trail.not_understood() {
        text.push_str(&format!("not analysed: {about}: {what}\n"));
    }
    text
}

fn events(trail: &Trail) -> String {
    let usage = &trail.usage;
    let times = usage
        .times
        .as_ref()
        .map_or_else(String::new, |(first, last)| format!(", from {first} to {last}"));
    format!(
        "{} in {}{times}; {} of services and others without policies, {} no requests\n",
        count(usage.events as usize, "event", "events"),
        count(trail.files, "file", "files"),
        usage.other_callers,
        usage.not_requests
    )
}

/// What is known of a policy, in lines.
fn summary(generated: &Generated) -> String {
    let proposal = &generated.proposal;
    let number = |is: fn(&Allowed) -> bool| proposal.used.iter().filter(|u| is(&u.allowed)).count();
    let always = number(|a| *a == Allowed::Always);
    let when = number(|a| *a == Allowed::When);
    let mut text = format!("# {}\n", proposal.principal);
    let mut line = |words: String| text.push_str(&format!("# {words}\n"));
    line(format!(
        "allows what was used: {always} uses, and {when} under the conditions that the policies have"
    ));
    for used in &proposal.used {
        if let Allowed::No(why) = &used.allowed {
            line(format!("DOES NOT ALLOW {} on {}: {why}", used.action, used.resource));
        }
    }
    line(match (&proposal.within, generated.is_unknown) {
        (Some(Within::Proved), _) => {
            "proved: allows nothing that the policies in the snapshot do not".to_owned()
        }
        (Some(Within::Refuted(what)), _) => {
            format!("ALLOWS MORE than the policies in the snapshot: {what}")
        }
        (Some(Within::Undecided(why)), _) => format!(
            "whether it allows more than the policies in the snapshot was not found out: {why}"
        ),
        (None, true) => "the snapshot does not hold this principal".to_owned(),
        (None, false) => "no snapshot was given to compare with".to_owned(),
    });
    for name in &generated.missing {
        line(format!("a policy is missing in the snapshot: {name}"));
    }
    for (action, resource) in &proposal.ungranted {
        line(format!(
            "left out, as no identity policy in the snapshot grants it: {action} on {resource}"
        ));
    }
    for (action, times) in &generated.denied {
        line(format!("was refused, {times} times: {action}"));
    }
    line(format!(
        "{} characters; IAM takes 6144 in a managed policy, 10240 in all inline policies of a role, 2048 of a user",
        proposal.text.len()
    ));
    text
}

fn to_json(all: &[Generated], trail: &Trail, profile: &str) -> Value {
    let usage = &trail.usage;
    let not_analysed = trail.not_understood();
    let (first, last) = usage.times.clone().unzip();
    json!({
        "version": 1,
        "tool": env!("CARGO_PKG_VERSION"),
        "profile": profile,
        "policies": all.iter().map(proposal_json).collect::<Vec<_>>(),
        "events": {
            "files": trail.files,
            "events": usage.events,
            "first": first,
            "last": last,
            "other_callers": usage.other_callers,
            "not_requests": usage.not_requests,
            "throttled": usage.throttled,
        },
        "not_analysed": not_analysed
            .iter()
            .map(|(about, why)| json!({"analysis": "events", "about": about, "why": why}))
            .collect::<Vec<_>>(),
    })
}

fn proposal_json(generated: &Generated) -> Value {
    let proposal = &generated.proposal;
    let policy: Value = serde_json::from_str(&proposal.text).unwrap_or(Value::Null);
    let used = |u: &keyaki_audit::Used| {
        let (allowed, why) = match &u.allowed {
            Allowed::Always => ("always", None),
            Allowed::When => ("when", None),
            Allowed::No(why) => ("no", Some(why)),
        };
        json!({"action": u.action, "resource": u.resource, "allowed": allowed, "why": why})
    };
    let (answer, why) = match &proposal.within {
        None => ("not asked", None),
        Some(Within::Proved) => ("proved", None),
        Some(Within::Refuted(what)) => ("refuted", Some(what)),
        Some(Within::Undecided(why)) => ("undecided", Some(why)),
    };
    let pair =
        |(action, resource): &(String, String)| json!({"action": action, "resource": resource});
    json!({
        "principal": proposal.principal,
        "policy": policy,
        "characters": proposal.text.len(),
        "certificate": {
            "used": proposal.used.iter().map(used).collect::<Vec<_>>(),
            "within_old": {"answer": answer, "why": why},
            "left_out": proposal.ungranted.iter().map(pair).collect::<Vec<_>>(),
            "missing": generated.missing,
        },
        "denied": generated.denied.iter().map(|(a, n)| json!({"action": a, "times": n})).collect::<Vec<_>>(),
    })
}
