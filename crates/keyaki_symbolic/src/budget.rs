//! How much work an answer may take, in steps that do not depend on the machine.

use std::cell::Cell;

/// Work that is left. A step is about what one position of one pattern costs for one character.
#[derive(Debug)]
pub struct Budget {
    left: Cell<u64>,
}

/// The budget ran out before there was an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exhausted;

impl Budget {
    /// What a question gets by default: some seconds at most.
    pub const DEFAULT_STEPS: u64 = 200_000_000;

    /// A budget of so many steps.
    pub fn new(steps: u64) -> Budget {
        Budget { left: Cell::new(steps) }
    }

    /// Takes some steps.
    ///
    /// # Errors
    /// Fewer are left.
    pub fn spend(&self, steps: u64) -> Result<(), Exhausted> {
        match self.left.get().checked_sub(steps) {
            Some(left) => {
                self.left.set(left);
                Ok(())
            }
            None => {
                self.left.set(0);
                Err(Exhausted)
            }
        }
    }

    /// Does some work with at most so many of the steps that are left.
    ///
    /// # Errors
    /// The work took more.
    pub(crate) fn up_to<T>(
        &self,
        steps: u64,
        work: impl FnOnce(&Budget) -> Result<T, Exhausted>,
    ) -> Result<T, Exhausted> {
        let part = Budget::new(steps.min(self.left()));
        let before = part.left();
        let done = work(&part);
        self.left.set(self.left() - (before - part.left()));
        done
    }

    /// The steps that are left.
    pub fn left(&self) -> u64 {
        self.left.get()
    }
}

impl Default for Budget {
    fn default() -> Self {
        Self::new(Self::DEFAULT_STEPS)
    }
}
