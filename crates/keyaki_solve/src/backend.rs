//! What answers scripts.

use std::time::Duration;

use crate::Script;

/// What a question may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// How long an answer may take.
    pub wall: Duration,
    /// How much memory the solver may use, in megabytes.
    pub memory: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { wall: Duration::from_secs(10), memory: 2048 }
    }
}

/// What a solver says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Response {
    /// There is no such request.
    Unsat,
    /// There is one, and this is what the solver says of it.
    Sat(String),
    /// The solver gave up, with its reason.
    Unknown(String),
}

/// Why a solver says nothing.
#[derive(Debug)]
pub enum BackendError {
    /// It cannot be started.
    Start(std::io::Error),
    /// It took too long and was ended.
    Time(Duration),
    /// It needed more memory than it may use.
    Memory,
    /// It ended by itself or by another's hand.
    Gone,
    /// It did not take the script.
    Refused(String),
}

impl std::fmt::Display for BackendError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            BackendError::Start(e) => write!(f, "the solver cannot be started: {e}"),
            BackendError::Time(limit) => write!(f, "no answer within {limit:?}"),
            BackendError::Memory => write!(f, "the solver ran out of memory"),
            BackendError::Gone => write!(f, "the solver ended without an answer"),
            BackendError::Refused(message) => write!(f, "the solver refused: {message}"),
        }
    }
}

impl std::error::Error for BackendError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            BackendError::Start(e) => Some(e),
            BackendError::Time(_)
            | BackendError::Memory
            | BackendError::Gone
            | BackendError::Refused(_) => None,
        }
    }
}

/// Something that answers scripts, one after the other.
pub trait Backend {
    /// Name and version.
    fn name(&self) -> &str;

    /// Answers a script within limits. After an error, the next question works.
    ///
    /// # Errors
    /// When there is no answer.
    fn solve(&mut self, script: &Script, limits: Limits) -> Result<Response, BackendError>;
}
