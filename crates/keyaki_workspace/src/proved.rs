//! What is known of the finding that a proof gives rather than a rule.
//!
//! Editors show it beside those of the rules; `keyaki check` has `subsumed-statement` and
//! `shadowed-allow` in its place, for the pedantic persona.

use keyaki_diag::{Confidence, Level, Persona, RuleMeta};

/// A statement without which a policy grants the same, by proof.
pub static REDUNDANT_GRANT: RuleMeta = RuleMeta {
    name: "redundant-grant",
    aws_code: None,
    replaces: &[],
    level: Level::Suggestion,
    confidence: Confidence::High,
    persona: Persona::Regular,
    docs: "\
A statement that grants nothing which the rest of the policy does not grant, or which it denies.

All statements that are found in a policy can be left out together.
`keyaki prove equivalent` answers the same question for two policies.

## When to ignore it
When the statement says something to people.
",
};
