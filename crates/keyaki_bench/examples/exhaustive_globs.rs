//! Globs on all small patterns and texts, larger than in the tests:
//! `cargo run --release -p keyaki_bench --example exhaustive_globs`.
#![expect(clippy::print_stdout, reason = "an example prints what it counted")]

use keyaki_test_support::differ::globs::{differences, matchers, pairs};

fn main() {
    println!("matchers, patterns up to 5, texts up to 6: {:?}", matchers(5, 6));
    println!("inclusion and intersection, patterns up to 4, texts up to 6: {:?}", pairs(4, 6));
    println!(
        "differences by the engine, patterns up to 3, texts up to 6: {:?}",
        differences(3, 6, 1)
    );
}
