//! Fixtures and generators shared by the tests of several crates.

pub mod adversarial;
pub mod differ;
pub mod organization;
pub mod semantics;
pub mod session;
