//! How long it takes to find out which policies grant what leads to more access than was granted.
//!
//! Asks of each policy of a directory, for each of the ways that `keyaki analyze` knows from
//! pathfinding.cloud, whether none of its actions is granted, and prints percentiles over all
//! questions.
//!
//! `cargo run --release -p keyaki_bench --example escalations -- DIR`
#![expect(clippy::print_stdout, reason = "an example prints what it measured")]

use std::io;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use keyaki_analyze::{Access, Answer, Asker, Question, Subject, ask};
use keyaki_eval::{Document, Profile};
use keyaki_symbolic::{Actions, Budget};

fn main() -> io::Result<()> {
    let profile = Profile::documented();
    let catalog = keyaki_catalog::embedded();
    let asker = Asker::new(catalog, &profile, Actions::Any, Budget::DEFAULT_STEPS);
    let ways = ways();
    let directory = std::env::args().nth(1).unwrap_or_default();
    let files = std::fs::read_dir(directory)?.map(|entry| Ok(entry?.path()));
    let mut files: Vec<PathBuf> = files.collect::<io::Result<_>>()?;
    files.sort();
    let (mut times, mut grants, mut undecided) = (Vec::new(), 0, Vec::new());
    for file in &files {
        let tree = keyaki_syntax::Tree::parse(std::fs::read_to_string(file)?);
        let document = Document { name: String::new(), policy: keyaki_ir::lower(&tree) };
        let subject = Subject::identity(vec![document]);
        for (name, access) in &ways {
            let question = Question::AccessNotGranted { subject: &subject, access };
            let started = Instant::now();
            let answer = ask(&question, &asker);
            times.push((started.elapsed(), format!("{name} in {}", file.display())));
            match answer {
                Answer::Proved { .. } => {}
                Answer::Refuted(_) => grants += 1,
                Answer::Undecided(reason) => undecided.push(format!("{name}: {reason}")),
            }
        }
    }
    times.sort();
    let total: Duration = times.iter().map(|(t, _)| *t).sum();
    println!(
        "{} policies, {} ways: {} questions in {total:?}",
        files.len(),
        ways.len(),
        times.len()
    );
    for (name, share) in [("median", 50), ("p90", 90), ("p99", 99), ("max", 100)] {
        let at = (times.len() * share / 100).min(times.len().saturating_sub(1));
        if let Some((time, what)) = times.get(at) {
            println!("  {name:6} {:>9.1} us  {what}", time.as_secs_f64() * 1e6);
        }
    }
    println!("  granted in part {grants}, undecided {}", undecided.len());
    undecided.iter().take(10).for_each(|line| println!("    {line}"));
    Ok(())
}

/// Each way by its actions, with a question for any of them.
fn ways() -> Vec<(&'static str, Vec<Access>)> {
    let lines = include_str!("../../keyaki_audit/data/pathfinding.txt").lines();
    let ways = lines.filter_map(|line| line.strip_prefix("  needs\t")).map(|needs| {
        let actions = needs.split(' ').map(str::to_owned).collect();
        (needs, vec![Access { actions, resources: Vec::new() }])
    });
    ways.collect()
}
