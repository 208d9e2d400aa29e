//! From a query to an answer.

use keyaki_catalog::Catalog;
use keyaki_eval::Request;
use keyaki_symbolic::Query;

use crate::{Approximation, Backend, Limits, Options, Response, script};

/// What came of a query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decided {
    /// There is no such request.
    Unsat,
    /// A request that the solver found. Whoever shows it replays it first.
    Sat(Box<Request>),
    /// Nobody knows.
    Undecided(Reason),
}

/// Why a query is undecided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// It cannot be written for a solver.
    Inexpressible(String),
    /// The solver found none, but not all requests were looked at.
    Approximated,
    /// The solver gave up.
    Unknown(String),
    /// The solver failed, or was ended at a limit.
    Failed(String),
    /// The solver's model is no request.
    UnreadableModel,
}

impl std::fmt::Display for Reason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Reason::Inexpressible(what) | Reason::Failed(what) => write!(f, "{what}"),
            Reason::Approximated => {
                write!(f, "no request was found, but not all could be looked at")
            }
            Reason::Unknown(why) => write!(f, "the solver gave up: {why}"),
            Reason::UnreadableModel => write!(f, "the solver's model is no request"),
        }
    }
}

/// An answer with what it takes for granted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// What came of the query.
    pub decided: Decided,
    /// What the encoding takes for granted.
    pub approximations: Vec<Approximation>,
}

/// Asks a solver.
pub fn decide(
    query: &Query<'_>,
    catalog: &Catalog,
    options: &Options,
    backend: &mut dyn Backend,
    limits: Limits,
) -> Answer {
    let script = match script(query, catalog, options) {
        Ok(script) => script,
        Err(inexpressible) => {
            let reason = Reason::Inexpressible(inexpressible.to_string());
            return Answer { decided: Decided::Undecided(reason), approximations: Vec::new() };
        }
    };
    let narrows = script.approximations.iter().any(Approximation::narrows);
    let decided = match backend.solve(&script, limits) {
        Ok(Response::Unsat) if narrows => Decided::Undecided(Reason::Approximated),
        Ok(Response::Unsat) => Decided::Unsat,
        Ok(Response::Unknown(why)) => Decided::Undecided(Reason::Unknown(why)),
        Ok(Response::Sat(model)) => match script.layout.request(&model, &query.caller) {
            Some(request) => Decided::Sat(Box::new(request)),
            None => Decided::Undecided(Reason::UnreadableModel),
        },
        Err(error) => Decided::Undecided(Reason::Failed(error.to_string())),
    };
    Answer { decided, approximations: script.approximations }
}
