//! Z3 as a library that is part of the program: nothing to find and nothing to start.
//!
//! It takes its limits less seriously than a process does: it looks at the clock now and then, and
//! nobody can end it but itself. Whatever must go on in any case uses [`crate::Process`].

use std::time::Instant;

use z3::ast::{Bool, Int, String as Text};
use z3::{Model, Params, SatResult, Solver, set_global_param};

use crate::{Backend, BackendError, Limits, Response, Script};

/// The library that this program was linked with.
#[derive(Debug)]
pub struct Linked {
    name: String,
}

impl Linked {
    /// The library, which is always there.
    pub fn new() -> Linked {
        Linked { name: format!("Z3 {} (linked)", z3::full_version()) }
    }
}

impl Default for Linked {
    fn default() -> Self {
        Linked::new()
    }
}

impl Backend for Linked {
    fn name(&self) -> &str {
        &self.name
    }

    fn solve(&mut self, script: &Script, limits: Limits) -> Result<Response, BackendError> {
        set_global_param("memory_max_size", &limits.memory.to_string());
        let started = Instant::now();
        // Luck differs with the strategy, and more time rarely helps one that has none.
        let strategies = [(Some(Solver::new()), 2), (Solver::new_for_logic(script.logic()), 1)];
        let mut answer = Err(BackendError::Time(limits.wall));
        for (solver, share) in strategies {
            let Some(solver) = solver else { continue };
            let left = limits.wall.saturating_sub(started.elapsed()) / share;
            let Ok(milliseconds @ 1..) = u32::try_from(left.as_millis()) else { break };
            let mut parameters = Params::new();
            parameters.set_u32("timeout", milliseconds);
            solver.set_params(&parameters);
            solver.from_string(script.body.as_bytes());
            answer = match solver.check() {
                SatResult::Unsat => Ok(Response::Unsat),
                SatResult::Sat => Ok(Response::Sat(values(&solver, script))),
                SatResult::Unknown => Ok(Response::Unknown(why(&solver, limits))),
            };
            if !matches!(answer, Ok(Response::Unknown(_))) {
                break;
            }
        }
        answer
    }
}

fn why(solver: &Solver, limits: Limits) -> String {
    match solver.get_reason_unknown() {
        Some(reason) if !["timeout", "canceled"].contains(&reason.as_str()) => reason,
        _ => format!("no answer within {:?}", limits.wall),
    }
}

/// The values of a model, as a solver's program writes them. What is missing is noticed by whoever
/// reads them.
fn values(solver: &Solver, script: &Script) -> String {
    let Some(model) = solver.get_model() else { return String::new() };
    let pairs = script.layout.symbols().iter().filter_map(|name| {
        let value = value(&model, name, &script.body)?;
        Some(format!("({name} {value})"))
    });
    format!("({})", pairs.collect::<Vec<_>>().join(" "))
}

fn value(model: &Model, name: &str, body: &str) -> Option<String> {
    let (_, sort) = body.split_once(&format!("(declare-const {name} "))?;
    match sort.split_once(')')?.0 {
        "Bool" => Some(model.eval(&Bool::new_const(name), true)?.to_string()),
        "Int" => Some(model.eval(&Int::new_const(name), true)?.to_string()),
        "String" => Some(model.eval(&Text::new_const(name), true)?.to_string()),
        _ => None,
    }
}
