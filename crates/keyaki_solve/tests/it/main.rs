//! The encoding and the solvers from outside: every answer is held against the evaluator.
//!
//! Without a solver the tests say so and pass; `cargo xtask test` brings one.

#![expect(clippy::print_stdout, reason = "what was skipped or enumerated is worth a line")]
#![expect(clippy::panic, reason = "a test stops at what it did not expect")]

mod book;
#[cfg(feature = "z3")]
mod linked;
mod matching;
mod operators;
mod processes;
mod profiles;
mod support;
