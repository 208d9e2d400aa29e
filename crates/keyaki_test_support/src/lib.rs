//! Fixtures and generators shared by the tests of several crates.

pub mod differ;
pub mod semantics;
