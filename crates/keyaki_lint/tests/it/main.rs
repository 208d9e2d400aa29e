//! Tests of the rules from outside: their doc examples, AWS's codes two-sided, the registry.

#![expect(clippy::panic, clippy::expect_used, reason = "a test stops at what it did not expect")]

mod admission;
mod again;
mod checks;
mod corpus;
mod evasions;
mod examples;
mod fixes;
mod judged;
mod noise;
mod oracle;
mod registry;
mod safe_fixes;
mod support;
