//! `--stream`: work items in, a line each, and what was found out, a line each. So any engine that
//! distributes lines can spread the analyses of one snapshot over machines.
//!
//! `--work-items` writes the items that together are the whole analysis. Each names an analysis
//! and what it is about; the item of the analysis `snapshot` gives what the snapshot lacks.

use std::collections::BTreeMap;
use std::io::{self, BufReader};

use keyaki_account::Principal;
use keyaki_audit::{Auditor, Clock, NotAnalysed, Outcome, Target, ZoneOfTrust, targets};
use keyaki_report::audit::finding_json;
use serde_json::{Value, json};

use super::{Analysis, Arguments, lacking, view};
use crate::command::simulate::batch::{LONGEST, read_line};
use crate::console::Console;
use crate::exit::{Exit, Failure};

/// So many items are worked on together.
const PORTION: usize = 256;

/// What items are looked up in.
pub(super) struct Work<'w> {
    pub(super) auditor: &'w Auditor<'w>,
    pub(super) zone: &'w ZoneOfTrust,
    pub(super) clock: &'w Clock,
    pub(super) analyses: &'w [Analysis],
    targets: BTreeMap<String, Target>,
}

impl<'w> Work<'w> {
    pub(super) fn new(
        auditor: &'w Auditor<'w>,
        zone: &'w ZoneOfTrust,
        clock: &'w Clock,
        analyses: &'w [Analysis],
    ) -> Self {
        let all = targets(auditor.snapshot).into_iter();
        let targets = all.map(|t| (t.arn.clone(), t)).collect();
        Work { auditor, zone, clock, analyses, targets }
    }

    /// All items, a line each.
    pub(super) fn write_items(&self, console: &mut Console) -> Result<(), Failure> {
        console.write(|out| {
            writeln!(out, "{}", json!({"analysis": "snapshot"}))?;
            for analysis in self.analyses {
                for about in self.abouts(*analysis) {
                    writeln!(out, "{}", json!({"analysis": analysis.name(), "about": about}))?;
                }
            }
            Ok(())
        })
    }

    fn abouts(&self, analysis: Analysis) -> Vec<&str> {
        match analysis {
            Analysis::External | Analysis::Public => {
                let shared = self.auditor.snapshot.shares.iter().map(|s| s.resource.as_str());
                let mut all: Vec<&str> =
                    self.targets.keys().map(String::as_str).chain(shared).collect();
                all.sort_unstable();
                all.dedup();
                all
            }
            Analysis::Unused | Analysis::Admin => {
                self.auditor.snapshot.principals.keys().map(String::as_str).collect()
            }
            // That looks at all of the snapshot at once.
            Analysis::Escalation => Vec::new(),
        }
    }

    /// Works on the items of standard input. A bad one gives an error, and the rest goes on.
    pub(super) fn run(
        &self,
        arguments: &Arguments,
        console: &mut Console,
    ) -> Result<Exit, Failure> {
        let mut input = BufReader::new(io::stdin().lock());
        let mut all = Tally::default();
        loop {
            let mut lines = Vec::new();
            while lines.len() < PORTION {
                let mut line = Vec::new();
                let read = read_line(&mut input, &mut line);
                match read.map_err(|e| Failure::new(format!("standard input: {}", e.kind())))? {
                    0 => break,
                    _ if line.trim_ascii().is_empty() => {}
                    length => lines.push((line, length > LONGEST)),
                }
            }
            if lines.is_empty() {
                return Ok(all.exit());
            }
            let jobs = arguments.options.jobs_for(lines.len());
            let answers = keyaki_workspace::map(&lines, jobs, |(line, is_long)| match is_long {
                true => Err(format!("the line is longer than {LONGEST} bytes")),
                false => self.item(line),
            });
            for answer in answers {
                let line = all.line(answer);
                console.write(|out| writeln!(out, "{line}"))?;
            }
        }
    }

    fn item(&self, line: &[u8]) -> Result<(String, String, Outcome), String> {
        let item: Value = serde_json::from_slice(line).map_err(|e| e.to_string())?;
        let text = |name: &str| item.get(name).and_then(Value::as_str);
        let name = text("analysis").ok_or("there is no `analysis`")?;
        if name == "snapshot" {
            let mut not_analysed = lacking(self.analyses, self.auditor);
            not_analysed.extend(self.apart());
            let outcome = Outcome { not_analysed, ..Outcome::default() };
            return Ok((name.to_owned(), String::new(), outcome));
        }
        let about = text("about").ok_or("there is no `about`")?;
        let mut found = self.analyses.iter().find(|a| a.name() == name);
        let analysis =
            found.take().ok_or_else(|| format!("`{name}` is no analysis of this run"))?;
        let outcome = self.outcome(*analysis, about);
        let outcome = outcome.ok_or_else(|| format!("the snapshot does not hold {about}"))?;
        Ok((name.to_owned(), about.to_owned(), outcome))
    }

    /// What no item can be about.
    fn apart(&self) -> Option<NotAnalysed> {
        self.analyses.contains(&Analysis::Escalation).then(|| NotAnalysed {
            analysis: Analysis::Escalation.name(),
            about: "all users and roles".to_owned(),
            why: "it looks at the whole snapshot at once; run it without `--stream`".to_owned(),
        })
    }

    fn outcome(&self, analysis: Analysis, about: &str) -> Option<Outcome> {
        let auditor = self.auditor;
        let shares = || auditor.snapshot.shares.iter().filter(|s| s.resource == about);
        let target = self.targets.get(about);
        let principal: Option<&Principal> = auditor.snapshot.principals.get(about);
        let mut outcome = Outcome::default();
        match analysis {
            Analysis::External => {
                shares()
                    .for_each(|s| outcome.add(keyaki_audit::external_share(s, self.zone, auditor)));
                let is_there = target.is_some() || shares().next().is_some();
                target
                    .into_iter()
                    .for_each(|t| outcome.add(keyaki_audit::external(t, self.zone, auditor)));
                is_there.then_some(())?;
            }
            Analysis::Public => {
                shares().for_each(|s| outcome.add(keyaki_audit::public_share(s)));
                let is_there = target.is_some() || shares().next().is_some();
                target.into_iter().for_each(|t| outcome.add(keyaki_audit::public(t, auditor)));
                is_there.then_some(())?;
            }
            Analysis::Unused => {
                outcome.add(keyaki_audit::unused(principal?, self.clock, auditor.snapshot));
            }
            Analysis::Admin => outcome.add(keyaki_audit::admin(principal?, auditor)),
            Analysis::Escalation => return None,
        }
        outcome.sort();
        Some(outcome)
    }
}

/// What all items came to.
#[derive(Default)]
struct Tally {
    findings: bool,
    not_analysed: bool,
    bad: bool,
}

impl Tally {
    fn line(&mut self, answer: Result<(String, String, Outcome), String>) -> Value {
        let (analysis, about, outcome) = match answer {
            Ok(answer) => answer,
            Err(error) => {
                self.bad = true;
                return json!({"error": error});
            }
        };
        self.findings |= !outcome.findings.is_empty();
        self.not_analysed |= !outcome.not_analysed.is_empty();
        let nothing = BTreeMap::new();
        let findings = outcome.findings.iter().map(|f| finding_json(&view::finding(f, &nothing)));
        let not = |n: &NotAnalysed| json!({"analysis": n.analysis, "about": n.about, "why": n.why});
        json!({
            "analysis": analysis,
            "about": about,
            "findings": findings.collect::<Vec<_>>(),
            "not_analysed": outcome.not_analysed.iter().map(not).collect::<Vec<_>>(),
        })
    }

    fn exit(&self) -> Exit {
        match (self.bad, self.findings, self.not_analysed) {
            (true, _, _) => Exit::Failure,
            (false, true, _) => Exit::Findings,
            (false, false, true) => Exit::Undecided,
            (false, false, false) => Exit::Clean,
        }
    }
}
