//! Random policies that nobody would write: `keyaki_test_support::differ`.
//! `cargo run --release -p keyaki_bench --example compare_engines` is the long run.

use keyaki_test_support::differ::{Dice, Tally, identity_pair, law};

fn check(seeds: std::ops::Range<u64>) {
    let mut tally = Tally::default();
    for seed in seeds {
        match identity_pair(&mut Dice::seeded(seed), 20) {
            Ok(checked) => tally.add(checked),
            Err(fault) => panic!("seed {seed}: {fault}"),
        }
    }
    println!("{tally}");
    assert!(tally.proved > 250 && tally.refuted > 250, "{tally}");
    assert!(tally.open() * 10 < tally.all(), "{tally}");
}

#[test]
fn witnesses_replay_and_proofs_survive_attacks() {
    check(0..1000);
}

#[test]
fn witnesses_of_other_pairs_replay_and_their_proofs_survive_too() {
    check(1000..2000);
}

#[test]
fn laws_hold_whatever_policies_say() {
    let mut tally = Tally::default();
    for seed in 0..300 {
        match law(&mut Dice::seeded(seed)) {
            Ok(checked) => tally.add(checked),
            Err(fault) => panic!("seed {seed}: {fault}"),
        }
    }
    println!("{tally}");
    assert!(tally.open() * 5 < tally.all(), "{tally}");
}
