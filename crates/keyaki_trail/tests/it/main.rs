//! Reading trails.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "tests stop at what they did not expect"
)]

mod reading;
mod samples;
