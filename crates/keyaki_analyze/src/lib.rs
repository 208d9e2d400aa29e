//! Questions that an engineer or an auditor asks about access.
//!
//! [`ask`] takes a [`Question`] and gives an [`Answer`]: a proof, a concrete request that was
//! replayed by the evaluator, or the reason why neither was found.

mod answer;
mod ask;
mod callers;
mod difference;
mod findings;
mod home;
mod one;
mod owner;
mod public;
mod question;
pub mod words;

pub use answer::{Answer, Responsible, Witness};
pub use ask::{Asker, ask};
pub use difference::{Class, Difference, difference};
pub use findings::{Bounds, Extent, Finding, Findings, KeyCell, Zone, findings, findings_of_all};
pub use one::{access_of, actions_of, no_new_access_of};
pub use question::{Access, Question, Subject};
