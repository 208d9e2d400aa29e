//! Policies that were made to be hard: each is answered within the budget, and truly.
//! `cargo run --release -p keyaki_bench --example hard_policies` tells how long each takes.

use super::*;
use keyaki_test_support::adversarial::cases;

/// Checks every third case, from one of the first three on.
fn check(from: usize) {
    let profile = Profile::documented();
    let catalog = keyaki_catalog::embedded();
    // A hundredth of the default: what is left undecided here ends soon as well.
    let steps = Budget::DEFAULT_STEPS / 100;
    let asker = Asker::new(catalog, &profile, Actions::Known, steps);
    let mut undecided = Vec::new();
    for case in cases().into_iter().skip(from).step_by(3) {
        let question = Question::NoNewAccess { old: &case.old, new: &case.new };
        match (ask(&question, &asker), case.is_within) {
            (Answer::Proved { .. }, Some(false)) => panic!("{}: proved", case.name),
            (Answer::Refuted(witness), Some(true)) => panic!("{}: {witness:?}", case.name),
            (Answer::Undecided(reason), _) => undecided.push(format!("{}: {reason}", case.name)),
            (Answer::Proved { .. } | Answer::Refuted(_), _) => {}
        }
    }
    assert!(undecided.len() <= 3, "{undecided:#?}");
}

#[test]
fn hard_policies_end_within_the_budget_with_a_true_answer() {
    check(0);
}

#[test]
fn other_hard_policies_end_within_the_budget_with_a_true_answer() {
    check(1);
}

#[test]
fn all_further_hard_policies_end_within_the_budget_with_a_true_answer() {
    check(2);
}
