//! What the policies of a document mean together: slower answers, given on request.
//!
//! Everything here asks the engine, with a budget of steps per question; whatever it does not
//! decide within the budget is said to be undecided.

mod claim;
mod comparison;
mod explanation;
mod grant;
mod lens;
mod proof;
mod revision;
mod simulation;
mod subject;

pub use claim::{Claim, claim};
pub use comparison::comparison;
pub use explanation::explanation;
pub use lens::{Lens, Target, lenses};
pub use proof::{Proofs, proofs};
pub use revision::{committed, is_versioned};
pub use simulation::{Simulation, request_draft, simulation};

use keyaki_analyze::{Asker, Decider, Native};
use keyaki_catalog::Catalog;
use keyaki_eval::Profile;
use keyaki_symbolic::{Actions, Outcome, Query};

/// The steps of each query: some tenths of a second at most.
const STEPS: u64 = 20_000_000;

/// Asks with the documented readings, and with all actions that AWS may ever add.
fn asker<'a>(catalog: &'a Catalog, profile: &'a Profile) -> Asker<'a> {
    Asker::new(catalog, profile, Actions::Any, STEPS)
}

/// The engine, as long as its answers are wanted.
struct Wanted<'a>(&'a dyn Fn() -> bool);

impl Decider for Wanted<'_> {
    fn decide(&self, query: &Query<'_>, asker: &Asker<'_>) -> Outcome {
        match (self.0)() {
            true => Native.decide(query, asker),
            false => Outcome::Undecided("it was given up".to_owned()),
        }
    }
}
