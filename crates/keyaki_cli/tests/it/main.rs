//! The command line, as its users meet it.
#![expect(clippy::expect_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod accounts;
mod bad_input;
mod cases;
mod contract;
mod engines;
mod extension;
mod formats;
mod lsp;
mod program;
mod readme;
mod shells;
mod size;
mod streams;
mod trails;
mod update;
