//! `keyaki analyze`: findings about the accounts of a snapshot.

mod analysis;
mod earlier;
mod stream;
pub(crate) mod view;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::SystemTime;

use keyaki_account::Snapshot;
use keyaki_audit::{
    Auditor, Clock, Escalations, FindingKind, Goal, NotAnalysed, Outcome, Perimeter, ZoneOfTrust,
};
use keyaki_eval::Profile;
use keyaki_ir::date;
use keyaki_ir::glob::{self, Case};
use keyaki_report::audit::{Audit, Format};
use keyaki_symbolic::Budget;
use keyaki_workspace::Config;

use crate::command::check::parse;
use crate::command::profile::ProfileArguments;
use crate::command::snapshot::load;
use crate::command::trail;
use crate::console::Console;
use crate::exit::{Exit, Failure};

use analysis::{Analysis, Scope};

/// Find public and external access, what is unused, and administrators, in a snapshot of accounts
///
/// Exits with 0 if there is no finding, 1 if there are some, 2 for want of good input, 3 if there
/// is none but something was not analysed.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The folder; docs/snapshots.md tells what may be in it
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// What to look for; everything if none is given
    #[arg(long, value_enum, value_delimiter = ',', value_name = "ANALYSIS")]
    analysis: Vec<Analysis>,
    /// Who is trusted: `account`, `organization`, or ids of accounts and organizations [default:
    /// what the configuration says, else `account`]
    #[arg(long, value_delimiter = ',', value_name = "ZONE")]
    zone: Vec<String>,
    /// After how many days without use something is unused
    #[arg(long, default_value_t = 90, value_name = "DAYS")]
    days: u32,
    /// For the perimeter: the expected networks, as CIDR blocks and ids of VPCs and VPC endpoints
    /// [default: what the configuration says]
    #[arg(long, value_delimiter = ',', value_name = "NETWORK")]
    network: Vec<String>,
    /// For internal access: the resources, by ARNs with wildcards
    #[arg(long, value_delimiter = ',', value_name = "ARN")]
    resource: Vec<String>,
    /// For escalation: the user, role or resource that is to be reached, instead of an administrator
    #[arg(long, value_name = "ARN")]
    target: Option<String>,
    /// The time that counts as now: `2026-11-22T00:00:00Z`
    #[arg(long, value_name = "TIME")]
    now: Option<String>,
    /// A folder with files of CloudTrail: what was used, for `unused`
    #[arg(long, value_name = "DIR")]
    cloudtrail: Option<PathBuf>,
    #[command(flatten)]
    options: AskOptions,
    /// Read work items from standard input, a JSON object a line, and write what was found, a line
    /// for each
    #[arg(long, conflicts_with_all = ["work_items", "output", "format", "cloudtrail", "baseline", "since"])]
    stream: bool,
    /// Write the work items for `--stream`
    #[arg(long)]
    work_items: bool,
    #[command(flatten)]
    earlier: earlier::EarlierOptions,
    /// The form of the output: text, json, html, markdown, csv, sarif, ocsf, asff
    #[arg(long, default_value = "text", value_parser = format)]
    format: Format,
    /// Another form, written to a file; may be given several times
    #[arg(long, value_name = "FORMAT=FILE", value_parser = output)]
    output: Vec<(Format, PathBuf)>,
}

#[derive(Debug, clap::Args)]
pub(crate) struct AskOptions {
    #[command(flatten)]
    profile: ProfileArguments,
    /// How many steps each query may take
    #[arg(long, default_value_t = Budget::DEFAULT_STEPS, value_name = "STEPS")]
    budget: u64,
    /// How many threads; by default as many as are worth it
    #[arg(long, value_name = "N")]
    jobs: Option<usize>,
}

fn format(name: &str) -> Result<Format, String> {
    Format::parse(name).ok_or_else(|| parse::one_of(name, &Format::ALL.map(Format::name)))
}

fn output(text: &str) -> Result<(Format, PathBuf), String> {
    parse::format_and_file(text, format)
}

pub(crate) fn run(arguments: &Arguments, console: &mut Console) -> Result<Exit, Failure> {
    let now = now(arguments.now.as_deref())?;
    let clock = Clock { now, days: arguments.days };
    let (perimeter, zone) = arguments.perimeter()?;
    let analyses = match arguments.analysis.is_empty() {
        true => Analysis::ALL.to_vec(),
        false => arguments.analysis.clone(),
    };
    let chooses = analyses.contains(&Analysis::Internal);
    if chooses == arguments.resource.is_empty() {
        return Err(Failure::new("`--analysis internal` and `--resource ARN` need each other"));
    }
    let loaded = load(&arguments.folder, console)?;
    let profile = arguments.options.profile.read()?;
    let auditor = arguments.options.auditor(&loaded.snapshot, &profile, Some(now), console);
    let perimeter = perimeter.with_endpoints(&loaded.snapshot);
    let scope = Scope::new(&auditor, &perimeter, &clock);
    if arguments.stream || arguments.work_items {
        let work = stream::Work::new(&scope, &analyses);
        return match arguments.work_items {
            true => work.write_items(console).map(|()| Exit::Clean),
            false => work.run(arguments, console),
        };
    }
    let mut outcome = Outcome::default();
    let goal = arguments.target.clone().map_or(Goal::Administrator, Goal::Target);
    let mut picture = None;
    for analysis in &analyses {
        if *analysis == Analysis::Escalation {
            let found = arguments.options.escalations(&auditor, &goal, &clock, console);
            picture = Some(found.picture);
            outcome.add(found.outcome);
        } else if *analysis == Analysis::Internal {
            outcome.add(arguments.internal(&scope, console));
        } else {
            outcome.add(arguments.options.analyse(*analysis, &scope, console));
        }
    }
    let proposals = match (&arguments.cloudtrail, analyses.contains(&Analysis::Unused)) {
        (Some(folder), true) => {
            trail::unused(folder, &arguments.options, &auditor, &mut outcome, console)?
        }
        (Some(_), false) | (None, _) => BTreeMap::new(),
    };
    drop_repeated(&mut outcome);
    outcome.not_analysed.extend(scope.lacking(&analyses));
    outcome.sort();
    let about = view::About {
        folder: arguments.folder.display().to_string(),
        analyses: analyses.iter().map(|a| a.name()).collect(),
        zone,
        clock,
        profile: profile.name().to_owned(),
        catalog_date: auditor.catalog.snapshot().date.to_string(),
    };
    let mut audit = view::audit(&outcome, &about, &proposals, auditor.snapshot);
    audit.routes = picture.map(|p| view::routes(&p));
    arguments.earlier.apply(&mut audit)?;
    write(arguments, &audit, console)?;
    Ok(match (audit.findings.is_empty(), audit.not_analysed.is_empty()) {
        (false, _) => Exit::Findings,
        (true, true) => Exit::Clean,
        (true, false) => Exit::Undecided,
    })
}

impl Arguments {
    /// What is trusted and expected by the options, else by the configuration; and the zone in words.
    fn perimeter(&self) -> Result<(Perimeter, String), Failure> {
        let config = self.earlier.configuration()?;
        let said = |given: &[String], said: fn(&Config) -> &Vec<String>| match &config {
            Some(config) if given.is_empty() => said(config).clone(),
            Some(_) | None => given.to_vec(),
        };
        let mut ids = said(&self.zone, |c| &c.zone);
        if ids.is_empty() {
            ids.push("account".to_owned());
        }
        let networks = said(&self.network, |c| &c.networks);
        let perimeter = Perimeter::new(zone(&ids)?, &networks).map_err(Failure::new)?;
        Ok((perimeter, ids.join(", ")))
    }

    /// Who inside has access to the chosen resources.
    fn internal(&self, scope: &Scope<'_>, console: &mut Console) -> Outcome {
        let chosen = |t: &keyaki_audit::Target| {
            self.resource.iter().any(|p| glob::matches(p, &t.arn, Case::Sensitive))
        };
        let all = scope.targets();
        let mut outcome = Outcome::default();
        for pattern in &self.resource {
            if !all.iter().any(|t| glob::matches(pattern, &t.arn, Case::Sensitive)) {
                outcome.not_analysed.push(NotAnalysed {
                    analysis: "internal",
                    about: pattern.clone(),
                    why: "the snapshot holds no resource and no role of that name".to_owned(),
                });
            }
        }
        let all: Vec<_> = all.iter().filter(|t| chosen(t)).collect();
        let (zone, auditor) = (&scope.perimeter.zone, scope.auditor);
        outcome.add(
            self.options
                .each("internal", &all, console, |t| keyaki_audit::internal(t, zone, auditor)),
        );
        outcome
    }
}

fn write(arguments: &Arguments, audit: &Audit, console: &mut Console) -> Result<(), Failure> {
    let color = console.has_color();
    for (format, path) in &arguments.output {
        let mut bytes = Vec::new();
        let written = format.write(audit, false, &mut bytes);
        let written = written.and_then(|()| std::fs::write(path, &bytes));
        written.map_err(|e| crate::command::file_failure(path, &e))?;
    }
    console.write(|out| arguments.format.write(audit, color, out))
}

impl AskOptions {
    pub(crate) fn profile(&self) -> Result<Profile, Failure> {
        self.profile.read()
    }

    pub(crate) fn auditor<'a>(
        &self,
        snapshot: &'a Snapshot,
        profile: &'a Profile,
        now: Option<date::Instant>,
        console: &mut Console,
    ) -> Auditor<'a> {
        Auditor { snapshot, catalog: console.catalog(), profile, now, steps: self.budget }
    }

    fn analyse(&self, analysis: Analysis, scope: &Scope<'_>, console: &mut Console) -> Outcome {
        let items = scope.items(analysis);
        self.each(analysis.name(), &items, console, |item| scope.outcome(analysis, *item))
    }

    fn escalations(
        &self,
        auditor: &Auditor<'_>,
        goal: &Goal,
        clock: &Clock,
        console: &mut Console,
    ) -> Escalations {
        keyaki_audit::escalations(auditor, goal, Some(clock.now), &mut |name, number, work| {
            let all: Vec<usize> = (0..number).collect();
            self.map(name, &all, console, |at| work(*at));
        })
    }

    fn each<T: Sync>(
        &self,
        name: &str,
        items: &[T],
        console: &mut Console,
        work: impl Fn(&T) -> Outcome + Sync,
    ) -> Outcome {
        let mut all = Outcome::default();
        for outcome in self.map(name, items, console, work) {
            all.add(outcome);
        }
        all
    }

    /// The work on all items, on several threads, with words about the progress where it is long.
    pub(crate) fn map<T: Sync, R: Send>(
        &self,
        name: &str,
        items: &[T],
        console: &mut Console,
        work: impl Fn(&T) -> R + Sync,
    ) -> Vec<R> {
        const PORTION: usize = 512;
        let jobs = self.jobs_for(items.len());
        let mut progress = console.progress(name, items.len());
        let mut results = Vec::with_capacity(items.len());
        for portion in items.chunks(PORTION) {
            results.extend(keyaki_workspace::map(portion, jobs, &work));
            progress.step(portion.len());
        }
        results
    }

    /// How many threads for that many items.
    pub(crate) fn jobs_for(&self, items: usize) -> usize {
        keyaki_workspace::threads(self.jobs, items)
    }
}

/// The time that counts as now: the one that is given, else that of the clock.
pub(crate) fn now(given: Option<&str>) -> Result<date::Instant, Failure> {
    match given {
        Some(text) => {
            let read = date::parse(text).map(|(instant, _)| instant);
            read.ok_or_else(|| {
                Failure::new(format!("`{text}` is no time such as 2026-11-22T00:00:00Z"))
            })
        }
        None => {
            let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
            let nanos = since.map_or(0, |d| d.as_nanos());
            Ok(date::Instant(i128::try_from(nanos).unwrap_or_default()))
        }
    }
}

fn zone(given: &[String]) -> Result<ZoneOfTrust, Failure> {
    match given {
        [one] if one == "account" => Ok(ZoneOfTrust::Account),
        [one] if one == "organization" => Ok(ZoneOfTrust::Organization),
        ids => {
            let is_id = |id: &&String| keyaki_ir::arn::is_account_id(id) || id.starts_with("o-");
            match ids.iter().find(|id| !is_id(id)) {
                Some(id) => Err(Failure::new(format!(
                    "`{id}` is no zone: expected `account`, `organization`, or ids of accounts and organizations"
                ))),
                None => Ok(ZoneOfTrust::List(ids.to_vec())),
            }
        }
    }
}

/// What everybody has is told once: as public.
fn drop_repeated(outcome: &mut Outcome) {
    let public: std::collections::BTreeSet<String> = outcome
        .findings
        .iter()
        .filter(|f| f.kind == FindingKind::Public)
        .map(|f| f.resource.clone())
        .collect();
    outcome.findings.retain(|f| {
        let repeats = f.kind == FindingKind::External
            && f.principal.as_deref() == Some("anyone")
            && f.conditions.is_empty();
        !(repeats && public.contains(&f.resource))
    });
}
