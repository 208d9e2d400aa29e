//! Answers, and the requests that refute.

use keyaki_eval::{Request, StatementRef};

use crate::Core;

/// The answer to a question.
#[derive(Clone, Debug)]
pub enum Answer {
    /// It holds for every request.
    Proved {
        /// What was left out, in words.
        approximations: Vec<String>,
        /// What the proof needs, if that was asked for.
        core: Option<Core>,
    },
    /// It does not: here is a request.
    Refuted(Box<Witness>),
    /// Neither was found, and why.
    Undecided(String),
}

impl Answer {
    /// Whether it holds; nothing where that is open.
    pub fn holds(&self) -> Option<bool> {
        match self {
            Answer::Proved { .. } => Some(true),
            Answer::Refuted(_) => Some(false),
            Answer::Undecided(_) => None,
        }
    }

    /// The name that the outputs use.
    pub fn name(&self) -> &'static str {
        match self {
            Answer::Proved { .. } => "proved",
            Answer::Refuted(_) => "refuted",
            Answer::Undecided(_) => "undecided",
        }
    }
}

/// A request that refutes, replayed by the evaluator.
#[derive(Clone, Debug)]
pub struct Witness {
    /// The request, with the keys that it needs.
    pub request: Request,
    /// Keys that must be absent from it.
    pub absent: Vec<String>,
    /// The statements that allow it, and those of the other side that come to bear.
    pub responsible: Vec<Responsible>,
    /// Whether the catalogue knows the action.
    pub is_known: bool,
    /// Whether the action takes such a resource and carries such keys, as far as the catalogue
    /// knows.
    pub is_realistic: bool,
    /// What is not known before deployment, and what the request takes it to be.
    pub assumed: Vec<(String, String)>,
}

/// A statement that matches the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Responsible {
    /// Which of the question's subjects, in the order in which they are named.
    pub subject: usize,
    /// The statement.
    pub at: StatementRef,
}
