//! Random policies that nobody would write: `keyaki_test_support::differ`.
//! `cargo run --release -p keyaki_bench --example compare_engines` is the long run.

use keyaki_test_support::differ::{Dice, Tally, identity_pair, law};

#[test]
fn witnesses_replay_and_proofs_survive_attacks() {
    let mut tally = Tally::default();
    for seed in 0..2000 {
        let mut dice = Dice::seeded(seed);
        match identity_pair(&mut dice, 20) {
            Ok(checked) => tally.add(checked),
            Err(fault) => panic!("seed {seed}: {fault}"),
        }
    }
    println!("{tally}");
    assert!(tally.proved > 500 && tally.refuted > 500, "{tally}");
    assert!(tally.open() * 10 < tally.all(), "{tally}");
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
