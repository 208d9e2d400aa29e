//! The engine against the evaluator.
#![allow(
    clippy::panic,
    clippy::print_stdout,
    reason = "a test stops at what it did not expect, and prints what it counted"
)]

mod derivatives;
mod differ;
mod faults;
mod globs;
