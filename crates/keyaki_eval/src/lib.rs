//! What a set of policies means.
//!
//! [`decision()`] turns policies and topology into one [`Decision`]: formulas over [`Atom`]s, each
//! tagged with the statement that it came from. The order of AWS's evaluation stands there and
//! nowhere else. [`Evaluator`] interprets the formulas with a concrete [`Request`];
//! other crates interpret the same formulas with unknown ones.
//!
//! Nothing here guesses: what AWS leaves open is a named [`Point`] of a [`Profile`].

mod asked;
mod axioms;
mod caller;
mod clause;
mod condition;
mod context;
mod decision;
mod evaluate;
mod facts;
mod forms;
mod formula;
pub mod forward;
mod grant;
mod policies;
mod principal;
mod profile;
mod public;
mod request;
mod resource;
mod topology;
mod trace;
mod variable;

pub use asked::AskedKeys;
pub use axioms::{Completed, Contradiction, complete, complete_where};
pub use caller::{Caller, NotACaller};
pub use clause::{Atom, Clause, Decision, Fact, Reason};
pub use condition::{FailedCondition, Test, leading_number};
pub use context::{Context, Values};
pub use decision::decision;
pub use evaluate::{Evaluator, Mismatch, Outcome, Verdict};
pub use facts::{AWS_OWNED, KEYS, ROLES, targeted};
pub use forms::Forms;
pub use formula::Formula;
pub use grant::Grant;
pub use policies::{BlockPublicAccess, Document, Layer, Policies, ResourceRole, StatementRef};
pub use principal::names;
pub use profile::{Point, Profile, Reading, Scope};
pub use public::{is_narrow, is_public};
pub use request::Request;
pub use resource::{has_wild_type, pattern_segments};
pub use topology::{CallerKind, Topology};
pub use trace::{LayerTrace, Says, StatementTrace};
