//! Tests of the crate through its public face.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "tests"
)]

mod check;
mod corpus;
mod errors;
mod formatting;
mod generate;
mod pointers;
mod properties;
mod reread;
mod trees;
