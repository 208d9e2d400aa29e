//! Snapshots, read from files as they are found.
#![expect(clippy::expect_used, reason = "a test that cannot go on has failed")]

mod reading;
