//! Random policies of resources, and attacks on what is said of them.

use keyaki_test_support::differ::{Dice, Tally, resource_pair};

#[test]
fn answers_about_all_forms_of_principals_stand() {
    let mut tally = Tally::default();
    for seed in 0..500 {
        match resource_pair(&mut Dice::seeded(seed), 60) {
            Ok(checked) => tally.add(checked),
            Err(fault) => panic!("seed {seed}: {fault}"),
        }
    }
    println!("{tally}");
    assert!(tally.proved > 100 && tally.refuted > 100, "{tally}");
    // Many of these policies name both accounts and canonical users, which may be the same.
    assert!(tally.open() * 15 < tally.all(), "{tally}");
}
