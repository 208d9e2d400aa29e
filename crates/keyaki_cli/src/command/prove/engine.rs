//! Which engine answers: the one on boxes, a solver, or both, which must agree.

use std::cell::RefCell;
use std::time::Duration;

use keyaki_analyze::{Asker, Decider, Native, confirmed};
use keyaki_catalog::Catalog;
use keyaki_solve::{Backend, Decided, Limits, Process, decide, find};
use keyaki_symbolic::{Actions, Found, Outcome, Query};

use crate::exit::Failure;

/// Which engine answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Which {
    /// The engine on boxes, which needs no other program.
    #[default]
    Native,
    /// A solver: Z3 or cvc5.
    Smt,
    /// Both, which must agree.
    Both,
}

/// The engine that was asked for.
pub(crate) enum Chosen {
    Native,
    Smt(Smt),
    Both(Both),
}

impl Chosen {
    /// Starts what is needed.
    ///
    /// # Errors
    /// What is missing.
    pub(crate) fn new(which: Which, wall: Duration) -> Result<Chosen, String> {
        Ok(match which {
            Which::Native => Chosen::Native,
            Which::Smt => Chosen::Smt(Smt::new(wall)?),
            Which::Both => Chosen::Both(Both::new(Smt::new(wall)?)),
        })
    }

    pub(crate) fn decider(&self) -> &dyn Decider {
        match self {
            Chosen::Native => &Native,
            Chosen::Smt(smt) => smt,
            Chosen::Both(both) => both,
        }
    }

    /// The engine's name in the output, with the solver's version.
    pub(crate) fn name(&self) -> String {
        match self {
            Chosen::Native => "native".to_owned(),
            Chosen::Smt(smt) => smt.name.clone(),
            Chosen::Both(both) => format!("native and {}", both.smt.name),
        }
    }

    /// What the reader should know once all is answered.
    ///
    /// # Errors
    /// The engines disagree.
    pub(crate) fn notes(&self) -> Result<Vec<String>, Failure> {
        match self {
            Chosen::Native | Chosen::Smt(_) => Ok(Vec::new()),
            Chosen::Both(both) => both.notes(),
        }
    }
}

/// A solver as the one who decides. Its requests are replayed, as those of any engine.
pub(crate) struct Smt {
    name: String,
    backend: RefCell<Box<dyn Backend>>,
    limits: Limits,
}

impl Smt {
    fn new(wall: Duration) -> Result<Smt, String> {
        let backend = backend()?;
        let name = backend.name().to_owned();
        let limits = Limits { wall, ..Limits::default() };
        Ok(Smt { name, backend: RefCell::new(backend), limits })
    }

    fn ask(&self, query: &Query<'_>, catalog: &Catalog, actions: keyaki_solve::Actions) -> Outcome {
        let options = keyaki_solve::Options { actions, ..Default::default() };
        let mut backend = self.backend.borrow_mut();
        let answer = decide(query, catalog, &options, backend.as_mut(), self.limits);
        match answer.decided {
            Decided::Unsat => Outcome::Nothing { left_out: Vec::new() },
            Decided::Sat(request) => match confirmed(query, *request, catalog) {
                Some(found) => Outcome::Found(Box::new(found)),
                None => self.undecided("its request did not hold when it was replayed"),
            },
            Decided::Undecided(reason) => self.undecided(&reason.to_string()),
        }
    }

    fn undecided(&self, why: &str) -> Outcome {
        Outcome::Undecided(format!("{}: {why}", self.name))
    }
}

/// The solver's program; where there is none, the library, if it was linked.
fn backend() -> Result<Box<dyn Backend>, String> {
    let program = match find(None) {
        Ok(program) => program,
        #[cfg(feature = "z3")]
        Err(keyaki_solve::NoSolver { named: None }) => {
            return Ok(Box::new(keyaki_solve::Linked::new()));
        }
        Err(missing) => return Err(missing.to_string()),
    };
    let process = Process::new(&program);
    Ok(Box::new(process.map_err(|why| format!("{}: {why}", program.display()))?))
}

impl Decider for Smt {
    fn decide(&self, query: &Query<'_>, asker: &Asker<'_>) -> Outcome {
        // Most is settled by the actions of the catalogue, which are easier to ask about.
        let known = self.ask(query, asker.catalog, keyaki_solve::Actions::Catalog);
        match (&known, asker.actions) {
            (Outcome::Nothing { .. }, Actions::Any) => {
                self.ask(query, asker.catalog, keyaki_solve::Actions::Language)
            }
            _ => known,
        }
    }
}

/// Both engines on each question.
pub(crate) struct Both {
    smt: Smt,
    seen: RefCell<Seen>,
}

#[derive(Default)]
struct Seen {
    disagreement: Option<String>,
    /// How many questions one engine decided alone, and why the other did not.
    native_alone: usize,
    solver_alone: usize,
    reason: Option<String>,
}

impl Both {
    fn new(smt: Smt) -> Both {
        Both { smt, seen: RefCell::new(Seen::default()) }
    }

    fn disagree(&self, query: &Query<'_>, native: &str, solver: &str, found: &Found) -> Outcome {
        let who = query.caller.arn().unwrap_or_else(|| "a caller without an ARN".to_owned());
        let Found { request, .. } = found;
        let message = format!(
            "the engines disagree about requests of {who}: the native engine says that there is \
             {native}, and {} that there is {solver}; the evaluator confirms {} on {}; please \
             report this with the question as `--emit smtlib` writes it",
            self.smt.name, request.action, request.resource
        );
        self.seen.borrow_mut().disagreement.get_or_insert(message);
        Outcome::Undecided("the engines disagree".to_owned())
    }

    fn notes(&self) -> Result<Vec<String>, Failure> {
        let seen = self.seen.borrow();
        if let Some(disagreement) = &seen.disagreement {
            return Err(Failure::new(disagreement.clone()));
        }
        let why = seen.reason.as_deref().unwrap_or_default();
        let alone = |count: usize, who: &str| {
            (count > 0).then(|| format!("{count} of the cases {who} decided alone: {why}"))
        };
        let notes = [
            alone(seen.native_alone, "the native engine"),
            alone(seen.solver_alone, &self.smt.name),
        ];
        Ok(notes.into_iter().flatten().collect())
    }
}

impl Decider for Both {
    fn decide(&self, query: &Query<'_>, asker: &Asker<'_>) -> Outcome {
        let native = Native.decide(query, asker);
        let solver = self.smt.decide(query, asker);
        match (&native, &solver) {
            (Outcome::Found(found), Outcome::Nothing { .. }) => {
                self.disagree(query, "one", "none", found)
            }
            // Actions that were left out are the only ones that may make a difference.
            (Outcome::Nothing { left_out }, Outcome::Found(found)) => {
                let service = found.request.action.split(':').next().unwrap_or_default();
                let is_left_out = left_out.iter().any(|l| l.eq_ignore_ascii_case(service));
                match is_left_out && !found.is_known {
                    true => solver,
                    false => self.disagree(query, "none", "one", found),
                }
            }
            (Outcome::Undecided(_), Outcome::Undecided(_)) => native,
            (_, Outcome::Undecided(why)) => {
                let mut seen = self.seen.borrow_mut();
                seen.native_alone += 1;
                seen.reason.get_or_insert_with(|| why.clone());
                native
            }
            (Outcome::Undecided(why), _) => {
                let mut seen = self.seen.borrow_mut();
                seen.solver_alone += 1;
                seen.reason.get_or_insert_with(|| why.clone());
                solver
            }
            (Outcome::Found(_), Outcome::Found(_))
            | (Outcome::Nothing { .. }, Outcome::Nothing { .. }) => native,
        }
    }
}
