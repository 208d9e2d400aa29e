//! The evaluator from outside, against tables that were written from AWS's documentation and not
//! from the evaluator.

#![expect(clippy::panic, clippy::print_stdout, reason = "a test stops at what it did not expect")]

mod layers;
mod operators;
mod profiles;
mod support;
