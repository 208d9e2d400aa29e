//! `--stream`: work items in, a line each, and what was found out, a line each. So any engine that
//! distributes lines can spread the analyses of one snapshot over machines.
//!
//! `--work-items` writes the items that together are the whole analysis. Each names an analysis
//! and what it is about; the item of the analysis `snapshot` gives what the snapshot lacks.

use std::collections::BTreeMap;
use std::io::{self, BufReader};

use keyaki_audit::{NotAnalysed, Outcome};
use keyaki_report::audit::finding_json;
use serde_json::{Value, json};

use super::analysis::{Analysis, Item, Scope};
use super::{Arguments, view};
use crate::command::simulate::batch::{LONGEST, read_line};
use crate::console::Console;
use crate::exit::{Exit, Failure};

/// So many items are worked on together.
const PORTION: usize = 256;

/// What items are looked up in.
pub(super) struct Work<'w> {
    scope: &'w Scope<'w>,
    analyses: &'w [Analysis],
    /// By analysis and name, each as often as the snapshot describes it.
    items: BTreeMap<(&'static str, &'w str), Vec<Item<'w>>>,
}

impl<'w> Work<'w> {
    pub(super) fn new(scope: &'w Scope<'w>, analyses: &'w [Analysis]) -> Self {
        let mut items: BTreeMap<(&'static str, &str), Vec<Item<'_>>> = BTreeMap::new();
        for analysis in analyses {
            for item in scope.items(*analysis) {
                items.entry((analysis.name(), item.name())).or_default().push(item);
            }
        }
        Work { scope, analyses, items }
    }

    /// All items, a line each.
    pub(super) fn write_items(&self, console: &mut Console) -> Result<(), Failure> {
        console.write(|out| {
            writeln!(out, "{}", json!({"analysis": "snapshot"}))?;
            for analysis in self.analyses {
                let own = self.items.keys().filter(|(name, _)| *name == analysis.name());
                for (name, about) in own {
                    writeln!(out, "{}", json!({"analysis": name, "about": about}))?;
                }
            }
            Ok(())
        })
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
            let mut not_analysed = self.scope.lacking(self.analyses);
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
    fn apart(&self) -> impl Iterator<Item = NotAnalysed> {
        let whole = [Analysis::Escalation, Analysis::Internal];
        let asked = whole.into_iter().filter(|analysis| self.analyses.contains(analysis));
        asked.map(|analysis| NotAnalysed {
            analysis: analysis.name(),
            about: "the whole snapshot".to_owned(),
            why: "it looks at all of it at once; run it without `--stream`".to_owned(),
        })
    }

    /// What an analysis finds about something; none where the snapshot holds nothing of that name.
    fn outcome(&self, analysis: Analysis, about: &str) -> Option<Outcome> {
        let items = self.items.get(&(analysis.name(), about))?;
        let mut outcome = Outcome::default();
        items.iter().for_each(|item| outcome.add(self.scope.outcome(analysis, *item)));
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
