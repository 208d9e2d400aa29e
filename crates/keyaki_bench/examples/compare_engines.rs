//! The engine against the evaluator, on many random policies:
//! `cargo run --release -p keyaki_bench --example compare_engines -- --pairs 1000000 --seed 1`.
//! Figures with their dates are in `docs/analysis-checks.md`.

use std::io::{self, Write};
use std::time::{Duration, Instant};

use keyaki_test_support::differ::{Checked, Dice, Tally, identity_pair, law, resource_pair};

fn main() -> io::Result<()> {
    let pairs = argument("--pairs").unwrap_or(100_000);
    let seed = argument("--seed").unwrap_or(1);
    let mut out = io::stdout().lock();
    type Check = fn(&mut Dice<'_>) -> Result<Checked, String>;
    let checks: [(&str, u64, Check); 3] = [
        ("identity policies", pairs, |dice| identity_pair(dice, 100)),
        ("resource policies", pairs / 5, |dice| resource_pair(dice, 100)),
        ("laws", pairs / 5, law),
    ];
    for (name, count, check) in checks {
        let mut tally = Tally::default();
        let mut faults = 0;
        let started = Instant::now();
        let mut slowest = (Duration::ZERO, 0);
        for number in 0..count {
            let own = seed.wrapping_add(number);
            let at = Instant::now();
            match check(&mut Dice::seeded(own)) {
                Ok(checked) => tally.add(checked),
                Err(fault) => {
                    faults += 1;
                    if faults <= 20 {
                        writeln!(out, "FAULT at {own}: {fault}\n")?;
                    }
                }
            }
            slowest = slowest.max((at.elapsed(), own));
        }
        let seconds = started.elapsed().as_secs();
        writeln!(out, "{name}: {faults} faults, {seconds} s, slowest {slowest:?}\n{tally}")?;
    }
    out.flush()
}

fn argument(name: &str) -> Option<u64> {
    let mut arguments = std::env::args().skip_while(|a| a != name);
    arguments.nth(1)?.parse().ok()
}
