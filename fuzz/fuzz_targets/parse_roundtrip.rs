//! Any bytes: parsing does not panic, the tokens are the text again, other readers agree on what
//! is well-formed and on the values, and formatting changes no value and is idempotent.
//!
//! The checks are those of the seeded tests.
#![no_main]

use keyaki_syntax::Tree;
use libfuzzer_sys::fuzz_target;

#[path = "../../crates/keyaki_syntax/tests/it/check.rs"]
mod check;

fuzz_target!(|bytes: &[u8]| check::check_tree(&Tree::parse_bytes(bytes)));
