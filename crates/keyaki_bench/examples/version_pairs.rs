//! How long questions about consecutive versions of policies take.
//!
//! Reads lines of `{"name", "version", "document"}` from standard input, versions of a policy in
//! order, and asks of each pair what is new, what is lost, and whether the newer equals itself.
//! Prints percentiles in microseconds and what stayed undecided. On a machine that does other work
//! as well, more runs tell what a question takes: the least time of each counts.
//!
//! `zstdcat managed-history.ndjson.zst |
//!   cargo run --release -p keyaki_bench --example version_pairs -- [--runs N]`
#![expect(clippy::print_stdout, reason = "an example prints what it measured")]

use std::collections::BTreeMap;
use std::io::{self, BufRead};
use std::time::{Duration, Instant};

use keyaki_analyze::{Answer, Asker, Question, Subject, ask};
use keyaki_eval::{Document, Profile};
use keyaki_symbolic::{Actions, Budget};
use serde_json::Value;

fn main() -> io::Result<()> {
    let mut versions: BTreeMap<String, Vec<Subject>> = BTreeMap::new();
    for line in io::stdin().lock().lines() {
        let entry: Value = serde_json::from_str(&line?)?;
        let text = |name: &str| entry[name].as_str().unwrap_or_default().to_owned();
        let tree = keyaki_syntax::Tree::parse(entry["document"].to_string());
        let document = Document { name: text("version"), policy: keyaki_ir::lower(&tree) };
        versions.entry(text("name")).or_default().push(Subject::identity(vec![document]));
    }
    let runs = std::env::args().skip_while(|a| a != "--runs").nth(1);
    let runs = runs.and_then(|n| n.parse().ok()).unwrap_or(1);
    for actions in [Actions::Known, Actions::Any] {
        measure(&versions, actions, runs);
    }
    Ok(())
}

fn measure(versions: &BTreeMap<String, Vec<Subject>>, actions: Actions, runs: usize) {
    let profile = Profile::documented();
    let catalog = keyaki_catalog::embedded();
    let steps = Budget::DEFAULT_STEPS;
    let asker = Asker::new(catalog, &profile, actions, steps);
    let mut times: Vec<(Duration, String)> = Vec::new();
    let (mut proved, mut refuted, mut undecided) = (0, 0, Vec::new());
    for (name, subjects) in versions {
        for pair in subjects.windows(2) {
            let [old, new] = pair else { continue };
            for (what, old, new) in [("new", old, new), ("lost", new, old), ("same", new, new)] {
                let mut least = Duration::MAX;
                let mut answer = None;
                for _ in 0..runs.max(1) {
                    let started = Instant::now();
                    answer = Some(ask(&Question::NoNewAccess { old, new }, &asker));
                    least = least.min(started.elapsed());
                }
                let Some(answer) = answer else { continue };
                times.push((least, format!("{name} {what}")));
                match answer {
                    Answer::Proved { .. } => proved += 1,
                    Answer::Refuted(_) => refuted += 1,
                    Answer::Undecided(reason) => undecided.push(format!("{name} {what}: {reason}")),
                }
            }
        }
    }
    times.sort();
    let total: Duration = times.iter().map(|(t, _)| *t).sum();
    println!("{actions:?} actions: {} questions in {total:?}", times.len());
    for (name, share) in [("median", 50), ("p90", 90), ("p99", 99), ("max", 100)] {
        let at = (times.len() * share / 100).min(times.len().saturating_sub(1));
        if let Some((time, what)) = times.get(at) {
            println!("  {name:6} {:>9.1} us  {what}", time.as_secs_f64() * 1e6);
        }
    }
    println!("  proved {proved}, refuted {refuted}, undecided {}", undecided.len());
    for line in undecided.iter().take(10) {
        println!("    {line}");
    }
    for (time, what) in times.iter().rev().take(40) {
        println!("    {time:?} {what}");
    }
}
