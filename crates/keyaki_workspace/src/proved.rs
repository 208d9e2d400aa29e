//! What is known of findings that a proof gives rather than a rule.
//!
//! Editors show them beside those of the rules; they have no part in `keyaki check`.

use keyaki_diag::{Confidence, Level, Persona, RuleMeta};

/// A grant to the public, proved by a request.
pub static PUBLIC_ACCESS: RuleMeta = RuleMeta {
    name: "public-access",
    aws_code: None,
    replaces: &[],
    level: Level::Security,
    confidence: Confidence::High,
    persona: Persona::Regular,
    docs: "\
A policy of a resource that allows a request of the public.

The public is anonymous callers, and principals of accounts that the policy does not name.
`Deny` statements and conditions count for exactly what they do,
and the request was decided by the evaluator: it is allowed.
`keyaki prove no-public-access` answers the same question.

## When to ignore it
When the resource is meant for everybody.
",
};

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
