//! `keyaki who-can`: which users and roles of a snapshot can do something.

use std::path::PathBuf;

use keyaki_account::{Resource, ResourceKind, Snapshot};
use keyaki_audit::{Asked, Can, Reach, endpoints, who_can};
use keyaki_ir::Arn;
use keyaki_report::audit::{request_json, shell, statement_json};
use serde_json::{Value, json};

use crate::command::analyze::{AskOptions, now, view};
use crate::command::snapshot::{OutputFormat, load, weaknesses};
use crate::console::Console;
use crate::exit::{Exit, Failure};

/// Tell which users and roles of a snapshot can do something
///
/// Root users are not listed: they can do in their account whatever guardrails leave.
/// Exits with 0 if nobody can, 1 if somebody can, 3 if nobody is known to, but it was not found out
/// about somebody or something in the snapshot is missing or broken.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The action, perhaps with wildcards: `s3:GetObject`
    #[arg(long, value_name = "ACTION")]
    action: String,
    /// The resource: an ARN, perhaps with wildcards, or `*`
    #[arg(long, value_name = "ARN")]
    resource: String,
    /// The VPC endpoint that requests come through: its id or ARN
    #[arg(long, value_name = "ENDPOINT")]
    endpoint: Option<String>,
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
    let catalog = console.catalog();
    let has_wildcard = arguments.action.contains(['*', '?']);
    if !has_wildcard && catalog.action(&arguments.action).is_none() {
        return Err(Failure::new(format!("there is no action `{}`", arguments.action)));
    }
    if has_wildcard && catalog.expand(&arguments.action).is_empty() {
        return Err(Failure::new(format!("no action matches `{}`", arguments.action)));
    }
    if arguments.resource != "*" && Arn::plain(&arguments.resource).is_none() {
        let message = format!("`{}` is neither an ARN nor `*`", arguments.resource);
        return Err(Failure::new(message));
    }
    let loaded = load(&arguments.folder, console)?;
    let profile = arguments.options.profile()?;
    let now = Some(now(arguments.now.as_deref())?);
    let auditor = arguments.options.auditor(&loaded.snapshot, &profile, now, console);
    let mut asked = Asked::new(&arguments.action, &arguments.resource, &auditor);
    if let Some(name) = &arguments.endpoint {
        let is_it = |e: &&Resource| e.arn == *name || e.arn.rsplit('/').next() == Some(name);
        let endpoint = endpoints(auditor.snapshot).find(is_it).ok_or_else(|| {
            Failure::new(format!("the snapshot does not hold the VPC endpoint `{name}`"))
        })?;
        asked = asked.through(endpoint).map_err(Failure::new)?;
    }
    let principals: Vec<_> = auditor.snapshot.described_principals().collect();
    let found =
        arguments.options.map("who-can", &principals, console, |p| who_can(&asked, p, &auditor));
    let found: Vec<Can> = found.into_iter().flatten().collect();
    let answer = Answer {
        of: principals.len(),
        notes: notes(&asked),
        weaknesses: doubts(&asked, &loaded.snapshot)
            .chain(weaknesses(&loaded.snapshot, "who-can"))
            .collect(),
        found,
    };
    console.write(|out| match arguments.format {
        OutputFormat::Text => out.write_all(text(&answer).as_bytes()),
        OutputFormat::Json => writeln!(out, "{:#}", to_json(arguments, &answer)),
    })?;
    Ok(match (answer.number() > 0, answer.is_whole()) {
        (true, _) => Exit::Findings,
        (false, false) => Exit::Undecided,
        (false, true) => Exit::Clean,
    })
}

struct Answer {
    found: Vec<Can>,
    /// How many users and roles there are.
    of: usize,
    /// What the reader should know about the answer.
    notes: Vec<String>,
    /// What is missing or broken, so that there may be others who can.
    weaknesses: Vec<String>,
}

impl Answer {
    /// How many can.
    fn number(&self) -> usize {
        self.found.iter().filter(|c| c.reach.is_yes()).count()
    }

    /// About how many it was not found out.
    fn open(&self) -> usize {
        self.found.len() - self.number()
    }

    fn is_whole(&self) -> bool {
        self.open() == 0 && self.weaknesses.is_empty()
    }
}

fn notes(asked: &Asked) -> Vec<String> {
    let mut notes = Vec::new();
    if asked.is_open() {
        notes.push(
            "policies of resources that the snapshot does not hold are taken to say nothing"
                .to_owned(),
        );
    } else if asked.targets.is_empty() {
        notes.push(
            "the snapshot does not hold the resource; its policy is taken to say nothing"
                .to_owned(),
        );
    }
    if asked.is_open() && !asked.guarded.is_empty() {
        notes.push(
            "roles and KMS keys have policies that decide; only those in the snapshot are looked at"
                .to_owned(),
        );
    }
    if asked.owner.is_none() && !asked.is_open() {
        notes.push(
            "nothing tells which account owns the resource; it is taken to be each principal's own"
                .to_owned(),
        );
    }
    notes
}

/// What of the policies of resources could not be asked.
fn doubts<'a>(asked: &'a Asked, snapshot: &'a Snapshot) -> impl Iterator<Item = String> + 'a {
    let of_target = |t: &keyaki_audit::Target| Some(format!("{}: {}", t.arn, t.doubt()?));
    let can_have_policy =
        ResourceKind::of_arn(&asked.resource).is_some() || !asked.guarded.is_empty();
    let lacks = asked.targets.is_empty() && can_have_policy;
    let lacks = lacks.then(|| "not in the snapshot: the policy of the resource".to_owned());
    let shares = snapshot.shares.iter().filter(|share| asked.bears_on(&share.resource));
    let shares = shares.map(|s| format!("{}: what its {} gives", s.resource, s.by));
    asked.targets.iter().filter_map(of_target).chain(lacks).chain(shares)
}

fn text(answer: &Answer) -> String {
    let mut text = String::new();
    for can in &answer.found {
        let how = match &can.reach {
            Reach::Always(_) => "can".to_owned(),
            Reach::When(_, conditions) if conditions.is_empty() => {
                "can, with some condition keys".to_owned()
            }
            Reach::When(_, conditions) => format!("can, if {}", conditions.join(" and ")),
            Reach::Never => "cannot, as far as is known".to_owned(),
            Reach::Unknown(why) => format!("not found out: {why}"),
        };
        text.push_str(&format!("{}: {how}\n", can.principal));
        for shown in &can.statements {
            let Some(statement) = shown.policy.policy.statements.get(shown.statement) else {
                continue;
            };
            let sid = statement.sid.as_ref().map_or(String::new(), |s| format!(" ({})", s.value));
            text.push_str(&format!(
                "  by {} in {}, statement {}{sid}\n",
                shown.layer, shown.policy.file, statement.index
            ));
        }
        if let Some(shown) = can.reach.request() {
            text.push_str(&format!("  replay: {}\n", shell(&shown.replay)));
        }
        for key in &can.free {
            text.push_str(&format!("  left free: {key}\n"));
        }
        for missing in &can.missing {
            text.push_str(&format!("  missing or broken: {missing}\n"));
        }
    }
    answer.notes.iter().for_each(|note| text.push_str(&format!("note: {note}\n")));
    for weakness in &answer.weaknesses {
        text.push_str(&format!("not judged: {weakness}\n"));
    }
    text.push_str(&format!("{} of {} users and roles can", answer.number(), answer.of));
    if answer.open() > 0 {
        text.push_str(&format!("; {} could not be judged", answer.open()));
    }
    if !answer.weaknesses.is_empty() {
        text.push_str("; what is missing or broken may change that");
    }
    text.push('\n');
    text
}

fn to_json(arguments: &Arguments, answer: &Answer) -> Value {
    let can = |can: &Can| {
        let (how, shown, conditions, why) = match &can.reach {
            Reach::Always(shown) => ("always", Some(shown), &[][..], None),
            Reach::When(shown, conditions) => ("when", Some(shown), &conditions[..], None),
            Reach::Never => ("never", None, &[][..], None),
            Reach::Unknown(why) => ("unknown", None, &[][..], Some(why)),
        };
        let statements = can.statements.iter().filter_map(view::statement);
        json!({
            "principal": can.principal,
            "can": how,
            "conditions": conditions,
            "why": why,
            "witness": shown.map(|s| request_json(&view::witness(s))),
            "replay": shown.map(|s| &s.replay),
            "statements": statements.map(|s| statement_json(&s)).collect::<Vec<_>>(),
            "free": can.free,
            "missing": can.missing,
        })
    };
    json!({
        "version": 1,
        "action": arguments.action,
        "resource": arguments.resource,
        "principals": answer.found.iter().map(can).collect::<Vec<_>>(),
        "can": answer.number(),
        "not_judged": answer.open(),
        "of": answer.of,
        "notes": answer.notes,
        "weaknesses": answer.weaknesses,
    })
}
