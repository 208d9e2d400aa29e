//! How long policies take that were made to be hard:
//! `cargo run --release -p keyaki_bench --example hard_policies [NAME]`.
#![expect(clippy::print_stdout, reason = "an example prints what it measured")]

use std::time::Instant;

use keyaki_analyze::{Answer, Asker, Question, ask};
use keyaki_eval::Profile;
use keyaki_symbolic::{Actions, Budget};

fn main() {
    let profile = Profile::documented();
    let catalog = keyaki_catalog::embedded();
    let steps = Budget::DEFAULT_STEPS;
    let asker = Asker::new(catalog, &profile, Actions::Any, steps);
    let only = std::env::args().nth(1).unwrap_or_default();
    for case in keyaki_test_support::adversarial::cases() {
        if !case.name.contains(&only) {
            continue;
        }
        let started = Instant::now();
        let answer = ask(&Question::NoNewAccess { old: &case.old, new: &case.new }, &asker);
        let milliseconds = started.elapsed().as_secs_f64() * 1e3;
        let reason = match &answer {
            Answer::Undecided(reason) => reason.as_str(),
            Answer::Proved { .. } | Answer::Refuted(_) => "",
        };
        let is_wrong = matches!(
            (&answer, case.is_within),
            (Answer::Proved { .. }, Some(false)) | (Answer::Refuted(_), Some(true))
        );
        let wrong = if is_wrong { "WRONG " } else { "" };
        println!("{milliseconds:>9.1} ms  {wrong}{:<9} {}  {reason}", answer.name(), case.name);
    }
}
