//! The engine against the evaluator, on policies that nobody would write.
//!
//! Two random policies over a tiny alphabet are compared by the engine. A request that it finds
//! must be one that the evaluator tells apart; where it claims that there is none, requests made
//! of the policies' own texts and of their neighbours must not be told apart either. Nothing here
//! knows how the engine divides requests into classes.

mod attack;
mod dice;
pub mod globs;
mod identity;
mod laws;
mod mutation;
mod policy;
mod resource;

pub use attack::{Pools, keys_of};
pub use dice::Dice;
pub use identity::identity_pair;
pub use laws::law;
pub use mutation::mutated;
pub use policy::{Statement, Text, policy};
pub use resource::resource_pair;

/// What came of a comparison that found no fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Checked {
    /// The engine proved it, and no attack refuted that.
    Proved,
    /// The engine refuted it, and the evaluator agrees.
    Refuted,
    /// The engine gave a reason why it did not find out.
    Undecided(String),
}

/// How many comparisons came out in which way.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// Those that were proved.
    pub proved: u64,
    /// Those that were refuted.
    pub refuted: u64,
    /// Those that were left open, by reason.
    pub undecided: std::collections::BTreeMap<String, u64>,
}

impl Tally {
    /// Counts one.
    pub fn add(&mut self, checked: Checked) {
        match checked {
            Checked::Proved => self.proved += 1,
            Checked::Refuted => self.refuted += 1,
            Checked::Undecided(reason) => *self.undecided.entry(reason).or_default() += 1,
        }
    }

    /// How many were left open.
    pub fn open(&self) -> u64 {
        self.undecided.values().sum()
    }

    /// How many there were.
    pub fn all(&self) -> u64 {
        self.proved + self.refuted + self.open()
    }
}

impl std::fmt::Display for Tally {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (proved, refuted, open) = (self.proved, self.refuted, self.open());
        writeln!(f, "{} pairs: {proved} proved, {refuted} refuted, {open} undecided", self.all())?;
        self.undecided.iter().try_for_each(|(reason, count)| writeln!(f, "  {count:>7} {reason}"))
    }
}
