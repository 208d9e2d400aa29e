//! What the benchmarks work on.
//!
//! `cargo bench -p keyaki_bench`; figures with their machine are in `docs/performance.md`.

mod requests;
mod roles;
mod templates;

pub use requests::{Call, TEN_STATEMENTS, call, request};
pub use roles::account;
pub use templates::{cloudformation, terraform};

/// A policy of 5.9 KB with fourteen statements, as a team would write it.
pub const TEAM_POLICY: &str = include_str!("../../../testdata/bench/team-policy.json");

/// A document of `megabytes` MB made of that policy's statements.
pub fn large_policy(megabytes: usize) -> String {
    let start = TEAM_POLICY.find("[\n").map_or(0, |i| i + 1);
    let end = TEAM_POLICY.rfind(']').unwrap_or(TEAM_POLICY.len());
    let statements = &TEAM_POLICY[start..end];
    let copies = megabytes * 1_000_000 / statements.len() + 1;
    let all = vec![statements; copies].join(",");
    format!("{}{all}{}", &TEAM_POLICY[..start], &TEAM_POLICY[end..])
}
