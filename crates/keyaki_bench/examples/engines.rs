//! The same questions to the engine on boxes and to a solver: times side by side, and whether the
//! answers agree.
//!
//! Reads lines of `{"name", "version", "document"}` from standard input, versions of a policy in
//! order, and asks of each pair what is new, what is lost, and whether the newer equals itself.
//!
//! `zstdcat managed-history.ndjson.zst | cargo run --release -p keyaki_bench --example engines --
//!   [--every N] [--from N] [--wall MS] [--strings] [--each] [--language]`
#![expect(clippy::print_stdout, reason = "an example prints what it measured")]

use std::collections::BTreeMap;
use std::io::{self, BufRead};
use std::time::{Duration, Instant};

use keyaki_catalog::embedded;
use keyaki_eval::{Caller, Document, Formula, Policies, Profile};
use keyaki_solve::{Actions, Decided, Limits, Membership, Options, Process, Texts, decide, find};
use keyaki_symbolic::{Budget, Engine, Outcome, Query, Side, allowed};
use serde_json::Value;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().collect();
    let has = |name: &str| arguments.iter().any(|a| a == name);
    let number = |name: &str, default: usize| {
        let at = arguments.iter().position(|a| a == name);
        at.and_then(|at| arguments.get(at + 1)?.parse().ok()).unwrap_or(default)
    };
    let options = Options {
        actions: if has("--language") { Actions::Language } else { Actions::Catalog },
        texts: if has("--strings") { Texts::Strings } else { Texts::Classes },
        membership: if has("--each") { Membership::Each } else { Membership::Union },
        ..Options::default()
    };
    let wall = Duration::from_millis(number("--wall", 3000) as u64);
    let mut process = Process::new(&find(None)?)?;
    let questions = questions()?;
    let chosen = questions.iter().skip(number("--from", 0)).step_by(number("--every", 1));
    let mut measured = Measured::default();
    for (what, new, old) in chosen {
        measured.ask(
            what,
            new,
            old,
            &options,
            &mut process,
            Limits { wall, ..Limits::default() },
        )?;
    }
    println!("{}, {options:?}", keyaki_solve::Backend::name(&process));
    measured.print();
    Ok(())
}

/// The pairs of which it is asked what the first allows and the second does not.
type Questions = Vec<(String, Policies, Policies)>;

fn questions() -> io::Result<Questions> {
    let mut versions: BTreeMap<String, Vec<Policies>> = BTreeMap::new();
    for line in io::stdin().lock().lines() {
        let entry: Value = serde_json::from_str(&line?)?;
        let text = |name: &str| entry[name].as_str().unwrap_or_default().to_owned();
        let tree = keyaki_syntax::Tree::parse(entry["document"].to_string());
        let document = Document { name: text("version"), policy: keyaki_ir::lower(&tree) };
        let policies = Policies { identity: vec![document], ..Policies::default() };
        versions.entry(text("name")).or_default().push(policies);
    }
    let mut questions = Vec::new();
    for (name, versions) in versions {
        for (n, pair) in versions.windows(2).enumerate() {
            let [old, new] = pair else { continue };
            let what = |kind: &str| format!("{name} {} {kind}", n + 2);
            questions.push((what("new"), new.clone(), old.clone()));
            questions.push((what("lost"), old.clone(), new.clone()));
            questions.push((what("same"), new.clone(), new.clone()));
        }
    }
    Ok(questions)
}

fn name(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Found(_) => "found",
        Outcome::Nothing { .. } => "nothing",
        Outcome::Undecided(_) => "undecided",
    }
}

#[derive(Default)]
struct Measured {
    native: Vec<(Duration, String)>,
    solver: Vec<(Duration, String)>,
    writing: Vec<(Duration, String)>,
    undecided: BTreeMap<String, usize>,
    native_undecided: usize,
    disagreements: Vec<String>,
}

impl Measured {
    fn ask(
        &mut self,
        what: &str,
        new: &Policies,
        old: &Policies,
        options: &Options,
        process: &mut Process,
        limits: Limits,
    ) -> Result<(), Box<dyn std::error::Error>> {
        let profile = Profile::documented();
        let caller = Caller::parse("arn:aws:iam::999988887777:user/stranger")?;
        let sides = [new, old].map(|policies| Side { policies, profile: &profile });
        let of = |index: usize| allowed(index, sides[index], &caller, true, embedded());
        let formula = Formula::and([of(0), Formula::not(of(1))]);
        let query = Query { sides: sides.to_vec(), formula, caller };

        let started = Instant::now();
        let actions = match options.actions {
            Actions::Catalog => keyaki_symbolic::Actions::Known,
            Actions::Language => keyaki_symbolic::Actions::Any,
        };
        let native = Engine::new(embedded(), actions).ask(&query, &Budget::default());
        self.native.push((started.elapsed(), what.to_owned()));

        let started = Instant::now();
        let script = keyaki_solve::script(&query, embedded(), options);
        self.writing.push((started.elapsed(), what.to_owned()));

        if let (Ok(folder), Ok(script)) = (std::env::var("KEYAKI_DUMP"), script) {
            std::fs::write(format!("{folder}/{}.smt2", what.replace(' ', "_")), script.smtlib())?;
        }

        let started = Instant::now();
        let answer = decide(&query, embedded(), options, process, limits);
        self.solver.push((started.elapsed(), what.to_owned()));
        let found = match &answer.decided {
            Decided::Sat(_) => Some(true),
            Decided::Unsat => Some(false),
            Decided::Undecided(reason) => {
                *self.undecided.entry(reason.to_string()).or_default() += 1;
                println!("undecided: {what}: {reason}; native: {}", name(&native));
                None
            }
        };
        let expected = match &native {
            Outcome::Found(_) => Some(true),
            Outcome::Nothing { .. } => Some(false),
            Outcome::Undecided(_) => {
                self.native_undecided += 1;
                None
            }
        };
        if let (Some(found), Some(expected)) = (found, expected)
            && found != expected
        {
            self.disagreements.push(format!("{what}: native {native:?}, solver {answer:?}"));
        }
        Ok(())
    }

    fn print(&mut self) {
        for (name, times) in [
            ("native", &mut self.native),
            ("solver", &mut self.solver),
            ("writing alone", &mut self.writing),
        ] {
            times.sort();
            let total: Duration = times.iter().map(|(t, _)| *t).sum();
            println!("{name}: {} questions in {total:?}", times.len());
            for (name, share) in [("median", 500), ("p90", 900), ("p99", 990), ("max", 1000)] {
                let at = (times.len() * share / 1000).min(times.len().saturating_sub(1));
                if let Some((time, what)) = times.get(at) {
                    println!("  {name:6} {:>9.2} ms  {what}", time.as_secs_f64() * 1e3);
                }
            }
        }
        println!("undecided: native {}, solver {:?}", self.native_undecided, self.undecided);
        println!("disagreements: {}", self.disagreements.len());
        self.disagreements.iter().take(20).for_each(|d| println!("  {d}"));
    }
}
