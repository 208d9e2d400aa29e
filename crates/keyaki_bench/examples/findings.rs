//! How long findings of resource policies take.
//!
//! Prints for each policy given as argument the findings, the cover, and the least time of some
//! runs, from the parsed policy to the last replayed request.
//!
//! `cargo run --release -p keyaki_bench --example findings -- POLICY…`
#![expect(clippy::print_stdout, reason = "an example prints what it measured")]

use std::io;
use std::time::Instant;

use keyaki_analyze::{Asker, Subject, Zone, findings};
use keyaki_eval::{Document, Profile};
use keyaki_symbolic::{Actions, Budget};

const RUNS: usize = 7;

fn main() -> io::Result<()> {
    let profile = Profile::documented();
    let catalog = keyaki_catalog::embedded();
    let steps = Budget::DEFAULT_STEPS;
    let asker = Asker::new(catalog, &profile, Actions::Any, steps);
    println!("{:>10} {:>8} {:>6}  policy", "time", "findings", "cover");
    for path in std::env::args().skip(1) {
        let tree = keyaki_syntax::Tree::parse(std::fs::read_to_string(&path)?);
        let policy = keyaki_ir::lower(&tree);
        let subject = Subject::resource(Document { name: String::new(), policy });
        let mut times = Vec::new();
        let mut result = String::new();
        for _ in 0..RUNS {
            let started = Instant::now();
            let found = findings(&subject, &Zone::default(), &asker);
            times.push(started.elapsed());
            result = match found {
                Ok(found) => {
                    let mark = if found.is_fewest { "" } else { "?" };
                    format!("{:>8} {:>5}{mark:1}", found.all.len(), found.cover.len())
                }
                Err(reason) => reason,
            };
        }
        if let Some(least) = times.iter().min() {
            println!("{:>7.2} ms {result}  {path}", least.as_secs_f64() * 1e3);
        }
    }
    Ok(())
}
