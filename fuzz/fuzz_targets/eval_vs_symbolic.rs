//! Two random identity policies: what the engine says of them stands before the evaluator.
//! The bytes choose the policies; see `keyaki_test_support::differ`.
#![no_main]

use keyaki_test_support::differ::{Dice, identity_pair};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Err(fault) = identity_pair(&mut Dice::from_bytes(bytes), 30) {
        panic!("{fault}");
    }
});
