//! The evaluator from outside, against tables that were written from AWS's documentation and not
//! from the evaluator.

#![expect(clippy::print_stdout, reason = "how much was enumerated is worth a line")]

mod elements;
mod layers;
mod operators;
mod profiles;
mod support;
