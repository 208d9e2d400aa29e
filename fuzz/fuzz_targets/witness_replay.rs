//! Two random policies of a resource: a request that is said to be new is allowed by the new one
//! alone and can occur, and where nothing is said to be new, no attack finds anything.
#![no_main]

use keyaki_test_support::differ::{Dice, resource_pair};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Err(fault) = resource_pair(&mut Dice::from_bytes(bytes), 30) {
        panic!("{fault}");
    }
});
