//! The vocabulary of findings.
//!
//! A [`Finding`] says what is wrong, where, and how it could be mended.
//! Nothing here knows JSON, IAM, a terminal or a file system:
//! the crates that detect problems and those that show them meet in these types alone.

mod finding;
mod range;
mod rule;

pub use finding::{Applicability, Edit, Finding, Fix, Place};
pub use range::{LineColumn, LineIndex, TextRange};
pub use rule::{Confidence, Level, Persona, RuleMeta};
