//! Questions about unknown requests, written for solvers.
//!
//! [`script`] writes a [`keyaki_symbolic::Query`] as SMT-LIB; a [`Backend`] answers it; [`decide`]
//! does both and makes a request of a model. This is a second way to an answer, which shares
//! nothing with the engine on boxes but the question, so that the two can check each other.
//!
//! **Exact.** Actions of the catalogue are sorted into classes that the policies cannot tell apart;
//! so are texts that are only compared with fixed texts and beginnings, numbers, dates and
//! addresses. Everything else is a string. A key is absent, or has one value, or several, of which
//! as many are told apart as there are demands on them: a longer list satisfies nothing more.
//!
//! **Taken for granted.** A resource is `*` or an ARN; no text of the request holds `${` before the
//! fifth colon of an ARN; a key with one value holds it as one, not as a list of one.
//!
//! **Approximated.** Each [`Approximation`] of a script; where one leaves requests out, that none
//! is found proves nothing, and the answer is undecided.
//!
//! **Trusted.** The solver for "no request": a model is for the caller to replay.

mod actions;
mod approximation;
mod arn;
mod backend;
mod cell;
mod claim;
mod classes;
mod condition;
mod decide;
mod encode;
mod facts;
mod find;
mod glob;
#[cfg(feature = "z3")]
mod linked;
mod model;
mod names;
mod pattern;
mod process;
mod question;
mod regex;
mod relation;
mod script;
mod smt;
mod typed;

pub use approximation::Approximation;
pub use backend::{Backend, BackendError, Limits, Response};
pub use decide::{Answer, Decided, Reason, decide};
pub use find::{NoSolver, Z3_RELEASE, cache, find};
#[cfg(feature = "z3")]
pub use linked::Linked;
pub use process::Process;
pub use script::{Actions, Inexpressible, KeyValues, Membership, Options, Script, Texts, script};
