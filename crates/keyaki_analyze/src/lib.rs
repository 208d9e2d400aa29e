//! Questions that an engineer or an auditor asks about access.
//!
//! [`ask`] takes a [`Question`] and gives an [`Answer`]: a proof, a concrete request that was
//! replayed by the evaluator, or the reason why neither was found.

mod answer;
mod ask;
mod asked;
mod callers;
mod core;
mod dead;
mod decider;
mod difference;
mod differing;
mod facts;
mod fail_open;
mod findings;
mod home;
mod one;
mod open;
mod own;
mod owner;
mod part;
mod public;
mod question;
mod simulation;
mod spellings;
mod spoofable;
pub mod words;

pub use answer::{Answer, Responsible, Witness};
pub use ask::{Asker, ask};
pub use core::{Core, Needed};
pub use decider::{Decider, Native, confirmed};
pub use difference::{Class, Difference, difference};
pub use findings::{Bounds, Extent, Finding, Findings, KeyCell, Zone, findings, findings_of_all};
pub use one::{
    KeyIs, access_among, access_of, access_with, actions_of, actions_with, no_access_beyond,
    no_new_access_among, no_new_access_of,
};
pub use open::{Example, General, Open, ask_open, difference_open};
pub use own::{OwnPolicies, ask_beside_any};
pub use part::{Part, Place};
pub use question::{Access, Question, Subject};
pub use simulation::{Asked, Checker, Draft, check_access};
